package import Foundation
import Support

/// A safetensors file, mapped into memory: its header is read and checked at once, its data when they are asked for.
package final class SafetensorsFile: Sendable {
  package let url: URL
  /// In the order of their data in the file.
  package let entries: [SafetensorsEntry]
  package let metadata: [(key: String, text: String)]
  private let mapping: MappedFile
  private let index: [String: Int]
  private let dataStart: Int

  /// - Throws: `InputError` with the file, tensor and byte where the file cannot be read or its header is not sound.
  package init(_ url: URL) throws {
    self.url = url
    let place = url.path(percentEncoded: false)
    mapping = try MappedFile(url)
    let header = try SafetensorsHeader(mapping.bytes, place: place)
    entries = header.entries
    metadata = header.metadata
    dataStart = header.length
    index = Dictionary(uniqueKeysWithValues: header.entries.enumerated().map { ($1.name, $0) })
  }

  /// In the order of their data in the file.
  package var names: [String] { entries.map(\.name) }

  /// What the header says of a tensor, nil where the file has none of that name.
  package func entry(_ name: String) -> SafetensorsEntry? { index[name].map { entries[$0] } }

  /// A tensor of F32, F16, BF16 or F64 elements as float32. F32 data that lie at a multiple of four bytes are not
  /// copied: the tensor is a part of the mapped file.
  ///
  /// - Throws: `InputError` where there is none of that name or its elements are of another type.
  package func tensor(_ name: String) throws -> Tensor {
    let entry = try known(name)
    guard let tensor = mapping.tensor(entry.dtype, at: dataStart + entry.range.lowerBound, shape: entry.shape) else {
      throw wrongType(entry, expected: phrase("safetensorsFile.f32F16Bf16"))
    }
    return tensor
  }

  /// - Throws: `InputError` where the file was changed since it was opened.
  package func check() throws { try mapping.check() }

  /// Lets go of the pages of a tensor.
  package func giveBack(_ name: String) {
    guard let entry = entry(name) else { return }
    mapping.giveBack(dataStart + entry.range.lowerBound..<dataStart + entry.range.upperBound)
  }

  /// A tensor of I64, I32, U8 or BOOL elements.
  ///
  /// - Throws: `InputError` where there is none of that name or its elements are of another type.
  package func integers(_ name: String) throws -> (shape: [Int], values: [Int64]) {
    let entry = try known(name)
    let source = bytes(of: entry)
    func values<Element: FixedWidthInteger>(_: Element.Type) -> [Int64] {
      (0..<entry.count).map {
        Int64(Element(littleEndian: source.loadUnaligned(fromByteOffset: $0 * entry.dtype.size, as: Element.self)))
      }
    }
    switch entry.dtype {
    case .i64: return (entry.shape, values(Int64.self))
    case .i32: return (entry.shape, values(Int32.self))
    case .u8, .bool: return (entry.shape, values(UInt8.self))
    default: throw wrongType(entry, expected: phrase("safetensorsFile.i64I32U8"))
    }
  }

  private func known(_ name: String) throws -> SafetensorsEntry {
    guard let entry = entry(name) else {
      throw InputError(
        at: url.path(percentEncoded: false), phrase("error.hasNoTensor", ["debugDescription": name.debugDescription]))
    }
    return entry
  }

  private func bytes(of entry: SafetensorsEntry) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      rebasing: mapping.bytes[dataStart + entry.range.lowerBound..<dataStart + entry.range.upperBound])
  }

  private func wrongType(_ entry: SafetensorsEntry, expected: String) -> InputError {
    InputError(
      at: entry.place(in: url.path(percentEncoded: false)), phrase("error.hasElementsWrong"), expected: expected,
      found: entry.dtype.rawValue)
  }
}
