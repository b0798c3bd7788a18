import COneDNN
import Support

/// In which numbers a model's weights are kept and multiplied; sums are float32 either way.
package enum Precision: String, CaseIterable, Sendable {
  case f32
  /// Weights, and vectors as they meet them, rounded to 8 bits of mantissa: half the memory.
  case bf16

  /// Whether this processor has instructions for it: for bf16 AMX or AVX-512's.
  package var isAvailable: Bool { self == .f32 || BFloatMatrix.hasTiles || Precision.hasVectors }

  /// What can be had of it here.
  package var available: Precision { isAvailable ? self : .f32 }

  /// Said where it cannot be had.
  package static var unavailable: String {
    phrase("precision.bf16NeedsProcessor")
  }

  private static let hasVectors = has(dnnl_cpu_isa_avx512_core_bf16)

  static func has(_ isa: dnnl_cpu_isa_t) -> Bool {
    dnnl_get_effective_cpu_isa().rawValue & isa.rawValue == isa.rawValue
  }
}
