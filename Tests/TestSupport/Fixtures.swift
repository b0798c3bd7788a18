package import Foundation

/// Where the tests' files lie.
package enum Fixtures {
  /// The checkout.
  package static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// A file or folder of `Tests/Fixtures`.
  package static func url(_ path: String) -> URL { root.appending(path: "Tests/Fixtures/\(path)") }

  /// A file or folder of the shared reference data beside the checkout, nil where it is absent.
  package static func shared(_ path: String) -> URL? {
    let url = root.deletingLastPathComponent().appending(path: "shared/\(path)")
    return FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) ? url : nil
  }
}
