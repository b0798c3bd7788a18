import Foundation

/// Numbers of a `Codable` value that are written as they lie in memory, in base64: bit for bit, NaN and all.
@propertyWrapper
package struct Packed<Element: BitwiseCopyable & Sendable>: Codable, Sendable {
  package var wrappedValue: [Element]

  package init(wrappedValue: [Element]) { self.wrappedValue = wrappedValue }

  /// - Throws: `DecodingError` where the bytes are no whole number of elements.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let bytes = try container.decode(Data.self)
    let size = MemoryLayout<Element>.stride
    guard bytes.count.isMultiple(of: size) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: phrase("packed.wrongLength", ["count": bytes.count, "size": size])
      )
    }
    wrappedValue = Array(unsafeUninitializedCapacity: bytes.count / size) { buffer, count in
      count = bytes.copyBytes(to: UnsafeMutableRawBufferPointer(buffer)) / size
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(wrappedValue.withUnsafeBytes { Data($0) })
  }
}
