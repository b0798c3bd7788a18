import Support

/// Parts that many families spell alike, in the older and the newer spelling.
extension Configuration {
  /// The width of a head: the width shared among the heads, unless `key` says otherwise.
  func headWidth(_ width: Int, heads: Int, key: String? = nil) throws -> Int {
    if let key, has(key) { return try count(key) }
    guard heads > 0, width % heads == 0 else {
      throw InputError(at: path, "the width is no multiple of the heads", found: "\(width) and \(heads)")
    }
    return width / heads
  }

  /// Rotary embeddings: `rope_parameters`, or the keys that it replaced.
  func rotary(
    headWidth: Int, thetaKey: String = "rope_theta", shareKey: String = "partial_rotary_factor", share: Double = 1
  ) throws -> Rotary {
    let section = section("rope_parameters") ?? section("rope_scaling")
    let theta = section?.has("rope_theta") == true ? section : nil
    let part = section?.has("partial_rotary_factor") == true ? section : nil
    let dimensions = Int(
      Double(headWidth) * (try part?.number("partial_rotary_factor") ?? number(shareKey, default: share)))
    var rotary = Rotary(
      theta: try theta?.number("rope_theta") ?? number(thetaKey, default: 10000), dimensions: dimensions / 2 * 2)
    guard rotary.theta > 0, (0...headWidth).contains(rotary.dimensions) else {
      throw InputError(at: path, "the rotary embedding is impossible", found: "\(rotary.dimensions) of \(headWidth)")
    }
    guard let section else { return rotary }
    let kind = try section.text("rope_type", default: section.text("type", default: "default"))
    switch kind {
    case "default": break
    case "linear": rotary.scaling = .linear(factor: try section.number("factor"))
    case "llama3":
      rotary.scaling = .llama3(
        factor: try section.number("factor"), low: try section.number("low_freq_factor"),
        high: try section.number("high_freq_factor"),
        originalPositions: try section.number("original_max_position_embeddings"))
    default: try section.require("rope_type", false, "default, linear or llama3")
    }
    return rotary
  }

  /// Which layers see only a window of keys: by `layer_types`, else `fallback(layer)`.
  func windows(layers: Int, size: Int?, fallback: (Int) -> Bool) throws -> [Int?] {
    guard let types = texts("layer_types") else { return (0..<layers).map { fallback($0) ? size : nil } }
    try require("layer_types", types.count == layers, "one of each layer")
    return try types.map { type in
      try require(
        "layer_types", ["full_attention", "sliding_attention"].contains(type), "full_attention or sliding_attention")
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
      guard let section = section(key) else { continue }
      let bits =
        try ["bits", "w_bit"].first(where: section.has).map { try section.count($0) }
        ?? [("load_in_4bit", 4), ("load_in_8bit", 8)].first { try section.flag($0.0, default: false) }?.1
      let method = try section.text("quant_method", default: "an unnamed method")
      throw InputError(
        at: "\(path): \"\(key)\"", "says that the weights are quantised, which is not supported",
        expected: "the model before it was quantised", found: method + (bits.map { ", \($0) bits" } ?? ""))
    }
  }

  var padToken: Int? { try? count("pad_token_id") }
}
