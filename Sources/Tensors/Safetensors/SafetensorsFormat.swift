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
  case c64 = "C64"
  case f8e8m0 = "F8_E8M0"
  case f8e5m2fnuz = "F8_E5M2FNUZ"
  case f8e4m3fnuz = "F8_E4M3FNUZ"
  case f6e2m3 = "F6_E2M3"
  case f6e3m2 = "F6_E3M2"
  case f4 = "F4"

  /// Of one element; those of fewer than 8 lie packed.
  package var bits: Int {
    switch self {
    case .f4: 4
    case .f6e2m3, .f6e3m2: 6
    case .bool, .u8, .i8, .f8e5m2, .f8e4m3, .f8e8m0, .f8e5m2fnuz, .f8e4m3fnuz: 8
    case .i16, .u16, .f16, .bf16: 16
    case .i32, .u32, .f32: 32
    case .f64, .i64, .u64, .c64: 64
    }
  }

  /// Bytes of one element that is not packed.
  package var size: Int { bits / 8 }
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
