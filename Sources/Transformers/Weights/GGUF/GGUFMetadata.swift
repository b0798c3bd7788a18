import Support

/// A value of a GGUF file's metadata; arrays stay in the file until they are asked for.
enum GGUFValue: Sendable {
  case integer(Int)
  /// A float32 as its shortest decimal reads: 1e-05, not 9.999999747378752e-06.
  case number(Double)
  case boolean(Bool)
  case text(String)
  case array(GGUFArray)

  var kind: String {
    switch self {
    case .integer: phrase("ggufMetadata.anInteger")
    case .number: "a number"
    case .boolean: "a boolean"
    case .text: "a text"
    case .array: phrase("ggufMetadata.anArray")
    }
  }
}

/// Where an array's elements lie.
struct GGUFArray: Sendable {
  let elements: GGUFValueType
  let count: Int
  let start: Int
}

/// How a value is stored (`gguf_metadata_value_type`).
enum GGUFValueType: UInt32, Sendable {
  case uint8 = 0, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

  /// The least bytes that a value takes.
  var size: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64, .string: 8
    case .array: 12
    }
  }
}

extension ByteReader {
  /// The longest text that metadata may hold: chat templates have some ten thousand bytes.
  private static let longestText = 16_777_216

  mutating func ggufText() throws -> String {
    try text(try number(UInt64.self), limit: Self.longestText)
  }

  mutating func ggufType() throws -> GGUFValueType {
    let code = try number(UInt32.self)
    guard let type = GGUFValueType(rawValue: code) else {
      throw error(phrase("ggufMetadata.metadataHaveValue"), found: "\(code)")
    }
    return type
  }

  /// A value; of an array only where it lies, with the reader moved behind it.
  mutating func ggufValue(_ type: GGUFValueType) throws -> GGUFValue {
    switch type {
    case .uint8: return .integer(Int(try number(UInt8.self)))
    case .int8: return .integer(Int(try number(Int8.self)))
    case .uint16: return .integer(Int(try number(UInt16.self)))
    case .int16: return .integer(Int(try number(Int16.self)))
    case .uint32: return .integer(Int(try number(UInt32.self)))
    case .int32: return .integer(Int(try number(Int32.self)))
    case .uint64: return .integer(Int(clamping: try number(UInt64.self)))
    case .int64: return .integer(Int(try number(Int64.self)))
    case .float32:
      let value = Float(bitPattern: try number(UInt32.self))
      return .number(Double("\(value)") ?? Double(value))
    case .float64: return .number(Double(bitPattern: try number(UInt64.self)))
    case .bool: return .boolean(try number(UInt8.self) != 0)
    case .string: return .text(try ggufText())
    case .array:
      let elements = try ggufType()
      guard elements != .array else { throw error(phrase("ggufMetadata.metadataHaveArray")) }
      let count = try number(UInt64.self)
      guard count <= UInt64(left / elements.size) else {
        throw error(
          phrase("ggufMetadata.arrayReachesBeyond"), found: phrase("ggufMetadata.countElements", ["count": count]))
      }
      let start = position
      if elements == .string {
        for _ in 0..<count { _ = try take(try number(UInt64.self)) }
      } else {
        _ = try take(Int(count) * elements.size)
      }
      return .array(GGUFArray(elements: elements, count: Int(count), start: start))
    }
  }
}
