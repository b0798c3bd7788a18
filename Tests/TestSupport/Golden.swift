import Foundation

/// Texts that tests expect, in `Tests/Goldens`.
package enum Golden {
  /// The first line that differs from the file's, nil where none does. With `TOMOGRAPH_RECORD=1` in the environment the
  /// file is written instead.
  package static func difference(of text: String, from path: String) -> String? {
    let url = Fixtures.root.appending(path: "Tests/Goldens/\(path)")
    if ProcessInfo.processInfo.environment["TOMOGRAPH_RECORD"] == "1" {
      do {
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        return nil
      } catch {
        return "\(path) cannot be written: \(error)"
      }
    }
    guard let data = try? Data(contentsOf: url) else { return "\(path) is not there" }
    let expected = String(decoding: data, as: UTF8.self)
    if expected == text { return nil }
    let (old, new) = (expected.split(separator: "\n"), text.split(separator: "\n"))
    for index in 0..<max(old.count, new.count) {
      let before = index < old.count ? String(old[index]) : "nothing"
      let now = index < new.count ? String(new[index]) : "nothing"
      if before != now { return "\(path), line \(index + 1): expected \(before.prefix(300)), found \(now.prefix(300))" }
    }
    return "\(path): other line ends"
  }
}
