/// What Git LFS leaves in place of a file that was not fetched: three lines that begin with the version of its
/// specification.
package enum LargeFilePointer {
  private static let beginning = "version https://git-lfs.github.com/spec/"

  /// - Parameter place: the file, for errors.
  /// - Throws: `InputError` where the bytes are such a pointer.
  package static func refuse(_ bytes: some Collection<UInt8>, at place: String) throws {
    guard bytes.starts(with: beginning.utf8) else { return }
    let lines = String(decoding: bytes.prefix(1024), as: UTF8.self).split(whereSeparator: \.isNewline)
    let size = lines.first { $0.hasPrefix("size ") }.map { " to \($0.dropFirst(5).prefix(20)) bytes" }
    throw InputError(
      at: place, "is a Git LFS pointer, not the file itself", expected: "the file, which \"git lfs pull\" fetches",
      found: "a pointer\(size ?? "")")
  }
}
