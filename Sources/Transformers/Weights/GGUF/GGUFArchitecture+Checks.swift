import Foundation
import Support
import Tensors

extension GGUFArchitecture {
  /// Keys that change what a network computes, with the values at which they do not.
  private static let neutral: KeyValuePairs<String, [Double]> = [
    "expert_count": [0], "logit_scale": [0, 1], "residual_scale": [0, 1], "embedding_scale": [0, 1],
    "attn_logit_softcapping": [0], "final_logit_softcapping": [0], "attention.clamp_kqv": [0],
    "attention.max_alibi_bias": [0], "rope.scaling.attn_factor": [0, 1],
  ]
  private static let neutralFlags: KeyValuePairs<String, Bool> = [
    "attention.causal": true, "use_parallel_residual": false,
  ]
  /// Keys that are not understood here, whatever they say.
  private static let unsupported = [
    "attention.sliding_window_pattern", "attention.key_length_swa", "attention.value_length_swa", "rope.freq_base_swa",
    "rope.dimension_sections", "attention.layer_norm_epsilon",
  ]
  /// Keys that say nothing of the numbers.
  private static let harmless = [
    "vocab_size", "expert_used_count", "tensor_data_layout", "rope.scaling.finetuned",
    "rope.scaling.original_context_length",
  ]

  private func refusal(_ key: String, expected: String, found: String) -> InputError {
    InputError(at: "\(file.place): \(name).\(key)", phrase("error.isNotSupported"), expected: expected, found: found)
  }

  /// - Throws: `InputError` for metadata that change the network in a way that is not supported.
  func refuseOtherNetworks() throws {
    for (key, values) in Self.neutral {
      if let found = try file.number("\(name).\(key)"), !values.contains(found) {
        throw refusal(key, expected: values.map { "\(Int($0))" }.joined(separator: " or "), found: "\(found)")
      }
    }
    for (key, flag) in Self.neutralFlags {
      if let found = try file.boolean("\(name).\(key)"), found != flag {
        throw refusal(key, expected: "\(flag)", found: "\(found)")
      }
    }
    for key in Self.unsupported {
      if let value = file.value("\(name).\(key)") {
        throw refusal(key, expected: phrase("ggufArchitecture.noSuchKey"), found: value.kind)
      }
    }
    for key in Self.harmless { _ = file.value("\(name).\(key)") }
  }

  /// - Throws: `InputError` where queries and values are of different widths, not all of a head is turned, or scores are
  ///   scaled by something else than 1/√width.
  func check(headWidth: Int) throws {
    for key in ["attention.value_length", "rope.dimension_count"] {
      if let found = try file.integer("\(name).\(key)"), found != headWidth {
        throw refusal(
          key, expected: phrase("ggufArchitecture.headwidthWidthHead", ["headWidth": headWidth]), found: "\(found)")
      }
    }
    let scale = 1 / Double(headWidth).squareRoot()
    if let found = try file.number("\(name).attention.scale"), found != 0, !(abs(found - scale) <= 1e-6 * scale) {
      throw refusal(
        "attention.scale", expected: phrase("ggufArchitecture.0OrScale", ["scale": scale]), found: "\(found)")
    }
  }

  /// How many keys a query sees; nil for all.
  func slidingWindow() throws -> Int? {
    let key = "attention.sliding_window"
    guard let window = try file.integer("\(name).\(key)"), window != 0 else { return nil }
    guard name == "llama" else { throw refusal(key, expected: "0", found: "\(window)") }
    return try file.size("\(name).\(key)")
  }

  /// `rope_scaling`: linear as the metadata say it, Llama 3's as its factors show it.
  ///
  /// A factor without a type means linear, and older files call it `rope.scale_linear`; with the type none it means
  /// nothing.
  func ropeScaling(base: Double) throws -> JSONObject? {
    let type = try file.text("\(name).rope.scaling.type") ?? "linear"
    guard type == "none" || type == "linear" else {
      throw refusal(
        "rope.scaling.type", expected: phrase("ggufArchitecture.noneOrLinear"), found: type.quotedForMessage)
    }
    let older = try file.number("\(name).rope.scale_linear")
    let factor = try file.number("\(name).rope.scaling.factor") ?? older ?? 1
    let isScaled = type == "linear" && factor != 0 && factor != 1
    guard let entry = file.entry(Self.frequencyFactors) else {
      return isScaled ? ["rope_type": .string("linear"), "factor": .number(JSONNumber(exactly: factor))] : nil
    }
    guard !isScaled else {
      throw InputError(
        at: "\(file.place): tensor \"\(Self.frequencyFactors)\"", phrase("error.scalesFrequenciesBeside"),
        expected: phrase("expected.oneOfTheTwo"), found: phrase("found.factorFactor", ["factor": factor]))
    }
    return try llama3Scaling(file.tensor(entry).values.map(Double.init), base: base)
  }

  private func llama3Scaling(_ factors: [Double], base: Double) throws -> JSONObject {
    let (factor, original) = (factors.max() ?? 1, 8192)
    for (pair, found) in factors.enumerated() {
      let waves = Double(original) * pow(base, -Double(pair) / Double(factors.count)) / (2 * .pi)
      // Between 1 wave and 4 in the original context the frequency is interpolated.
      let smooth = min(1, max(0, (waves - 1) / 3))
      let expected = 1 / ((1 - smooth) / factor + smooth)
      guard abs(found - expected) <= 1e-3 * expected else {
        throw InputError(
          at: "\(file.place): tensor \"\(Self.frequencyFactors)\"", phrase("error.scalesFrequenciesWay"),
          expected: phrase("expected.llama3sExpected", ["expected": expected, "pair": pair]), found: "\(found)")
      }
    }
    return [
      "rope_type": .string("llama3"), "factor": .number(JSONNumber(exactly: factor)),
      "low_freq_factor": .number(JSONNumber(exactly: 1.0)), "high_freq_factor": .number(JSONNumber(exactly: 4.0)),
      "original_max_position_embeddings": .integer(original),
    ]
  }
}
