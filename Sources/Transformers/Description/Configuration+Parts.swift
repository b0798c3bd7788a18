import Support
import Tensors
import Tensors

/// Parts that many families spell alike.
extension Configuration {
  /// More layers than any model has.
  static let mostLayers = 10_000
  /// More rows than any table of positions that is computed, not read.
  static let mostComputedPositions = 1 << 20

  /// The width of a head: the width shared among the heads, unless `widthKey` says otherwise.
  ///
  /// - Parameters:
  ///   - key: what the number of heads is called.
  ///   - fallback: the family's own width where `widthKey` is absent.
  func headWidth(
    _ width: Int, heads: Int, key: String = "num_attention_heads", widthKey: String? = nil,
    whereAbsent fallback: Int? = nil
  ) throws -> Int {
    if let widthKey, let own = try size(widthKey, whereAbsent: fallback) { return own }
    guard width % heads == 0 else {
      throw error(
        key, phrase("configuration.doesNotDivide"), expected: phrase("configuration.aDivisorOfWidth", ["width": width]))
    }
    return width / heads
  }

  /// The number of heads of keys and values, as many as `heads` where the key is null.
  ///
  /// - Parameter fallback: the family's own number where the key is absent.
  func keyValueHeads(_ heads: Int, whereAbsent fallback: Int? = nil) throws -> Int {
    let key = "num_key_value_heads", count = try size(key, whereAbsent: fallback) ?? heads
    guard heads % count == 0 else {
      throw InputError(
        at: place(key), phrase("error.headsNotMultiple"),
        found: phrase("found.headsAndCount", ["heads": heads, "count": count]))
    }
    return count
  }

  /// What is added to the variance in norms.
  func epsilon(_ key: String, default fallback: Double) throws -> Float {
    Float(try number(key, in: 0...1, default: fallback))
  }

  /// Which layers see only a window of keys: by `layer_types`, else `fallback(layer)`.
  func windows(layers: Int, size: Int?, fallback: (Int) -> Bool) throws -> [Int?] {
    guard let types = try texts("layer_types") else { return (0..<layers).map { fallback($0) ? size : nil } }
    try require("layer_types", types.count == layers, phrase("configuration.oneEachLayers", ["layers": layers]))
    return try types.map { type in
      try require(
        "layer_types", type == "full_attention" || type == "sliding_attention" && size != nil,
        size == nil ? phrase("configuration.fullAttentionNo") : phrase("configuration.fullAttentionSliding"))
      return type == "sliding_attention" ? size : nil
    }
  }

  /// Refuses decoders that read an encoder where the family has none here, and encoders used as decoders.
  func requireOneStack() throws {
    for key in ["add_cross_attention", "is_decoder"] {
      try require(key, !flag(key, default: false), "false")
    }
  }

  /// What a classifier's class of Hugging Face's stands for; nil for another class.
  func classifierHead() throws -> ModelDescription.Head? {
    if architecture.hasSuffix("ForSequenceClassification") { return .sequenceClassification(classes: try classes()) }
    if architecture.hasSuffix("ForTokenClassification") { return .tokenClassification(classes: try classes()) }
    return nil
  }

  /// The head of an encoder: a classifier's where the class says so, else the masked LM's where its weights are there.
  func encoderHead(isMasked: Bool) throws -> ModelDescription.Head {
    try classifierHead() ?? (isMasked ? .maskedLanguageModel : .none)
  }

  /// Whether the output matrix is the table of embeddings.
  func tiesEmbeddings(default fallback: Bool = true) throws -> Bool {
    try flag("tie_word_embeddings", default: fallback)
  }

  /// - Throws: `InputError` where the weights are quantised.
  func refuseQuantisation() throws {
    for key in ["quantization_config", "compression_config"] {
      guard let section = try section(key) else { continue }
      let bits =
        try ["bits", "w_bit"].first(where: section.has).map { try section.count($0) }
        ?? [("load_in_4bit", 4), ("load_in_8bit", 8)].first { try section.flag($0.0, default: false) }?.1
      let method = try section.text("quant_method", default: phrase("configuration.anUnnamedMethod"))
      throw InputError(
        at: "\(path): \"\(key)\"", phrase("error.saysWeightsQuantised"),
        expected: phrase("expected.modelBeforeWas"),
        found: method + (bits.map { phrase("found.valueBits", ["value": $0]) } ?? ""))
    }
  }

  var padToken: Int? { try? count("pad_token_id") }

  func activation(_ key: String, default fallback: String) throws -> ActivationFunction {
    guard let activation = ActivationFunction(named: try text(key, default: fallback)) else {
      throw error(
        key, phrase("configuration.namesActivationNot"), expected: ActivationFunction.names.joined(separator: ", "))
    }
    return activation
  }
}

extension ActivationFunction {
  /// Hugging Face's names of a function; those of one line compute the same.
  private static let named: KeyValuePairs<String, ActivationFunction> = [
    "gelu": .gelu, "gelu_python": .gelu,
    "gelu_new": .geluTanh, "gelu_fast": .geluTanh, "gelu_pytorch_tanh": .geluTanh, "gelu_python_tanh": .geluTanh,
    "gelu_accurate": .geluTanh,
    "relu": .relu,
    "silu": .silu, "swish": .silu,
    "tanh": .tanh,
  ]

  static var names: [String] { named.map(\.key) }

  init?(named name: String) {
    guard let known = Self.named.first(where: { $0.key == name }) else { return nil }
    self = known.value
  }
}
