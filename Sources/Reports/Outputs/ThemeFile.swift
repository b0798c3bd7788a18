package import Foundation
package import Plotting
import Support

extension Theme {
  /// The theme of a user's file (its keys: `Theme.keys`). Without a `base` it begins as the program's theme of the
  /// file's name, else as `screen`.
  ///
  /// - Throws: `InputError(.usage)` where the file cannot be read or says what no theme has.
  package init(file: URL) throws {
    let path = file.path(percentEncoded: false)
    let json = try JSON(contentsOf: file, JSONOptions(duplicates: .refused, category: .usage))
    let stem = file.deletingPathExtension().lastPathComponent
    do {
      try self.init(json: json, base: Theme.named.first { $0.name == stem }?.theme ?? .screen)
    } catch {
      let place = error.key.map { "\(path): \"\($0)\"" } ?? path
      let names = Theme.keys.map(\.name)
      let hint = error.isUnknownKey ? error.key.map { suggestion(for: $0, among: names) } ?? "" : ""
      throw InputError(.usage, at: place, error.problem + hint, expected: error.expected, found: error.found)
    }
  }
}

/// A user's folder of themes: `NAME.json` is the theme NAME, and goes before the program's of that name.
package struct ThemeFolder: Sendable {
  package let themes: [(name: String, theme: Theme, file: URL)]

  /// - Throws: `InputError(.usage)` for a folder that is none, and for a file that is no theme; those whose names begin
  ///   with a dot are passed over.
  package init(_ folder: URL) throws {
    let path = folder.path(percentEncoded: false)
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw InputError(.usage, at: path, phrase("error.noFolderThemes"))
    }
    themes = try names.filter { !$0.hasPrefix(".") }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { name in
      let file = folder.appending(path: name)
      guard file.pathExtension == "json" else {
        throw InputError(
          .usage, at: file.path(percentEncoded: false), phrase("error.isNoTheme"),
          expected: phrase("expected.filesNameJson"))
      }
      return (file.deletingPathExtension().lastPathComponent, try Theme(file: file), file)
    }
  }
}
