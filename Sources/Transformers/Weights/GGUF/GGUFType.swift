import Support

/// How the elements of a GGUF tensor are stored (`ggml_type`): numbers, or blocks of numbers that share their scales.
enum GGUFType: UInt32, CaseIterable, Sendable {
  case f32 = 0
  case f16 = 1
  case q4_0 = 2
  case q4_1 = 3
  case q5_0 = 6
  case q5_1 = 7
  case q8_0 = 8
  case q4_K = 12
  case q5_K = 13
  case q6_K = 14
  case bf16 = 30

  /// Numbers in a block.
  var blockSize: Int {
    switch self {
    case .f32, .f16, .bf16: 1
    case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0: 32
    case .q4_K, .q5_K, .q6_K: 256
    }
  }

  /// Bytes of a block.
  var blockBytes: Int {
    switch self {
    case .f32: 4
    case .f16, .bf16: 2
    case .q4_0: 18
    case .q4_1: 20
    case .q5_0: 22
    case .q5_1: 24
    case .q8_0: 34
    case .q4_K: 144
    case .q5_K: 176
    case .q6_K: 210
    }
  }

  /// What the format calls it, also where it is not supported.
  static func name(_ code: UInt32) -> String {
    if let known = GGUFType(rawValue: code) {
      let name = "\(known)"
      return known.blockSize == 1 ? name.uppercased() : "Q" + name.dropFirst()
    }
    return others.first { $0.code == code }?.name ?? phrase("ggufType.typeCode", ["code": code])
  }

  static var names: String { allCases.map { name($0.rawValue) }.joined(separator: ", ") }

  private static let others: [(code: UInt32, name: String)] = [
    (9, "Q8_1"), (10, "Q2_K"), (11, "Q3_K"), (15, "Q8_K"), (16, "IQ2_XXS"), (17, "IQ2_XS"), (18, "IQ3_XXS"),
    (19, "IQ1_S"), (20, "IQ4_NL"), (21, "IQ3_S"), (22, "IQ2_S"), (23, "IQ4_XS"), (24, "I8"), (25, "I16"), (26, "I32"),
    (27, "I64"), (28, "F64"), (29, "IQ1_M"), (34, "TQ1_0"), (35, "TQ2_0"), (39, "MXFP4"),
  ]
}
