internal import CISAL
package import Foundation
import Support

/// A file's bytes, unpacked where they are gzip's, which their first two bytes say and not the file's name.
///
/// - Throws: `InputError` for gzip that is cut off or damaged.
package func unpacked(_ file: Data, at path: String) throws -> Data {
  guard file.starts(with: [0x1F, 0x8B]) else { return file }
  let (bytes, status) = file.withUnsafeBytes { unpack($0, isGzip: true, most: .max) }
  guard status == ISAL_WHOLE else {
    let isCutOff = status == ISAL_CUT_OFF
    throw InputError(
      at: path,
      isCutOff
        ? phrase("error.endsWithinGzip")
        : status == ISAL_DAMAGED ? phrase("error.isDamagedGzip") : phrase("error.isTooLarge"),
      expected: isCutOff || status == ISAL_DAMAGED ? phrase("expected.wholeGzipFile") : phrase("expected.fileFitsInto"),
      found: phrase("found.bytesBytesBefore", ["bytes": bytes.count]))
  }
  return bytes
}

/// What a zlib stream holds; nil where it is damaged, or more than `most` bytes.
func inflated(_ stream: UnsafeRawBufferPointer, most: Int) -> Data? {
  let (bytes, status) = unpack(stream, isGzip: false, most: most)
  return status == ISAL_WHOLE ? bytes : nil
}

private func unpack(_ packed: UnsafeRawBufferPointer, isGzip: Bool, most: Int) -> (Data, Int) {
  var out: UnsafeMutablePointer<UInt8>?
  var count = 0
  let status = isal_unpack(
    packed.assumingMemoryBound(to: UInt8.self).baseAddress, packed.count, isGzip ? 1 : 0, most, &out, &count)
  return (out.map { Data(bytesNoCopy: $0, count: count, deallocator: .free) } ?? Data(), Int(status))
}

/// A path without the ending that says it is packed.
package func withoutGzip(_ path: String) -> String {
  path.lowercased().hasSuffix(".gz") ? String(path.dropLast(3)) : path
}
