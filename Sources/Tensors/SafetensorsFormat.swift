/// The element types of the safetensors format, as its headers spell them.
package enum SafetensorsType: String, CaseIterable, Sendable {
  case bool = "BOOL"
  case u8 = "U8"
  case i8 = "I8"
  case f8e5m2 = "F8_E5M2"
  case f8e4m3 = "F8_E4M3"
  case i16 = "I16"
  case u16 = "U16"
  case f16 = "F16"
  case bf16 = "BF16"
  case i32 = "I32"
  case u32 = "U32"
  case f32 = "F32"
  case f64 = "F64"
  case i64 = "I64"
  case u64 = "U64"

  /// Bytes of one element.
  package var size: Int {
    switch self {
    case .bool, .u8, .i8, .f8e5m2, .f8e4m3: 1
    case .i16, .u16, .f16, .bf16: 2
    case .i32, .u32, .f32: 4
    case .f64, .i64, .u64: 8
    }
  }
}

/// What a safetensors header says of one tensor.
package struct SafetensorsEntry: Hashable, Sendable {
  package let name: String
  package let dtype: SafetensorsType
  package let shape: [Int]
  /// Where its bytes lie, counted from the end of the header.
  package let range: Range<Int>

  /// Elements; the header was refused if this product overflows.
  package var count: Int { shape.reduce(1, *) }
}

/// The part of a safetensors file before the data: 8 bytes with the length of a JSON object, little-endian, and that
/// object: `{"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {"key": "text"}}`.
package struct SafetensorsHeader: Sendable {
  /// The longest header that readers of the format accept, 100 MB.
  static let longest = 100_000_000

  /// In the order of their data.
  package var entries: [SafetensorsEntry]
  package var metadata: [(key: String, text: String)]
  /// Bytes before the data.
  package var length: Int
}
