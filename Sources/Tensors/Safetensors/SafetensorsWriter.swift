package import Foundation
package import Support

/// Writes named tensors as a safetensors file that every other reader of the format takes.
///
/// Elements of eight bytes come first and names ascend (by their bytes) among elements of one size, so the bytes of the
/// file do not depend on the order of adding; the header is padded with spaces so that all data are aligned.
package struct SafetensorsWriter {
  private enum Elements {
    case tensor(Tensor)
    case floats([Float])
    case integers([Int64])
  }

  private struct Item {
    var name: String
    var shape: [Int]
    var elements: Elements
    var isWide: Bool { if case .integers = elements { true } else { false } }
    var size: Int { shape.reduce(1, *) * (isWide ? 8 : 4) }
  }

  private var items: [Item] = []
  private let format: String?

  /// - Parameter format: what the header says made the file; Hugging Face's readers want `pt`.
  package init(format: String? = nil) { self.format = format }

  package mutating func add(_ name: String, _ tensor: Tensor) {
    add(Item(name: name, shape: tensor.shape, elements: .tensor(tensor)))
  }

  package mutating func add(_ name: String, shape: [Int], _ values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values for shape \(shape)")
    add(Item(name: name, shape: shape, elements: .floats(values)))
  }

  package mutating func add(_ name: String, shape: [Int], integers: [Int64]) {
    precondition(shape.reduce(1, *) == integers.count, "\(integers.count) values for shape \(shape)")
    add(Item(name: name, shape: shape, elements: .integers(integers)))
  }

  private mutating func add(_ item: Item) {
    precondition(
      !items.contains { $0.name == item.name }, phrase("safetensorsWriter.twoTensorsCalled", ["item": item.name]))
    items.append(item)
  }

  /// Writes the file; one that is there already is replaced when the new one is whole.
  ///
  /// - Throws: `InputError` where it cannot be written.
  package func write(to url: URL) throws {
    let partial = url.deletingLastPathComponent().appending(path: ".\(url.lastPathComponent).partial")
    do {
      let file = try OutputFile(partial)
      try write(to: file)
      try file.close()
      guard rename(partial.path(percentEncoded: false), url.path(percentEncoded: false)) == 0 else {
        throw InputError(
          at: url.path(percentEncoded: false), phrase("error.cannotBeWritten"), found: String(cString: strerror(errno)))
      }
    } catch {
      unlink(partial.path(percentEncoded: false))
      throw error
    }
  }

  package func write(to file: OutputFile) throws {
    let ordered = items.sorted { one, other in
      one.isWide == other.isWide
        ? one.name.utf8.lexicographicallyPrecedes(other.name.utf8) : one.isWide
    }
    try file.write(header(ordered))
    for item in ordered where item.size > 0 {
      switch item.elements {
      case .tensor(let tensor): try file.write(UnsafeRawBufferPointer(start: tensor.pointer, count: item.size))
      case .floats(let values): try values.withUnsafeBytes { try file.write($0) }
      case .integers(let values): try values.withUnsafeBytes { try file.write($0) }
      }
    }
  }

  private func header(_ items: [Item]) -> [UInt8] {
    var text = "{"
    if let format {
      text += "\"__metadata__\":{\"format\":\(Self.quoted(format))}" + (items.isEmpty ? "" : ",")
    }
    var offset = 0
    for (index, item) in items.enumerated() {
      text +=
        "\(index == 0 ? "" : ",")\(Self.quoted(item.name)):{\"dtype\":\"\(item.isWide ? "I64" : "F32")\",\"shape\":["
      text += item.shape.map(String.init).joined(separator: ",")
      text += "],\"data_offsets\":[\(offset),\(offset + item.size)]}"
      offset += item.size
    }
    var json = Array((text + "}").utf8)
    json += Array(repeating: 0x20, count: (8 - json.count % 8) % 8)
    return withUnsafeBytes(of: UInt64(json.count).littleEndian, Array.init) + json
  }

  private static func quoted(_ name: String) -> String {
    var text = "\""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
