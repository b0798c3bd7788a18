package import Foundation
import Tensors

/// The files of `templates/`, with a user's folder laid over them: what it has wins, one file at a time.
package struct Templates: Sendable {
  private let folders: [URL]

  /// - Parameters:
  ///   - assets: the folder that holds `templates`.
  ///   - overlay: a folder of files with the same names, of which it needs none.
  package init(assets: URL, overlay: URL? = nil) {
    folders = (overlay.map { [$0] } ?? []) + [assets.appending(path: "templates")]
  }

  /// The content of a file; nil where no folder has it.
  ///
  /// - Throws: `InputError` where it is there but cannot be read as UTF-8.
  package func file(_ name: String) throws -> String? {
    for folder in folders {
      let url = folder.appending(path: name)
      let path = url.path(percentEncoded: false)
      guard FileManager.default.fileExists(atPath: path) else { continue }
      guard let data = FileManager.default.contents(atPath: path) else {
        throw InputError(.usage, at: path, "cannot be read")
      }
      guard let text = String(validating: data, as: UTF8.self) else {
        throw InputError(.usage, at: path, "is not valid UTF-8")
      }
      return text
    }
    return nil
  }

  /// Fills `<name>.mustache`; partials are files beside it.
  ///
  /// - Throws: `InputError` where there is no such template or it is not sound.
  package func render(_ name: String, _ value: TemplateValue) throws -> String {
    guard let text = try file(name + ".mustache") else {
      throw InputError(
        .usage, at: folders.map { $0.path(percentEncoded: false) }.joined(separator: ", "),
        "has no template \(name).mustache")
    }
    return try MustacheTemplate(text, name: name).render(value) { try file($0 + ".mustache") }
  }
}
