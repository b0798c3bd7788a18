/// What Git LFS leaves in place of a file that was not fetched: three lines that begin with the version of its
/// specification.
package enum LargeFilePointer {
  private static let beginning = "version https://git-lfs.github.com/spec/"

  /// - Parameter place: the file, for errors.
  /// - Throws: `InputError` where the bytes are such a pointer.
  package static func refuse(_ bytes: some Collection<UInt8>, at place: String) throws {
    guard bytes.starts(with: beginning.utf8) else { return }
    let lines = String(decoding: bytes.prefix(1024), as: UTF8.self).split(whereSeparator: \.isNewline)
    let size = lines.first { $0.hasPrefix("size ") }.map {
      phrase("largeFilePointer.toPrefixBytes", ["prefix": $0.dropFirst(5).prefix(20)])
    }
    throw InputError(
      at: place, phrase("error.gitLfsPointer"), expected: phrase("expected.fileGitLfs"),
      found: phrase("found.aPointerSize", ["size": size ?? ""]))
  }
}
