import Support

extension Configuration {
  /// Where a family keeps what its rotary embeddings are made of, and what they are where it does not say.
  struct RotaryKeys {
    /// The base θ of the frequencies.
    var theta = "rope_theta"
    var base = 10_000.0
    /// The share of a head's dimensions that is turned; nil for families that turn all.
    var share: (key: String, default: Double)?
  }

  /// Rotary embeddings: of layers that see all keys, and of those with a window where they have their own.
  typealias Rotaries = (all: Rotary, windowed: Rotary?)

  /// Rotary embeddings: `rope_scaling`, else `rope_parameters`, else keys beside them; what a section leaves out stands
  /// beside it, or is the family's own.
  ///
  /// A section may hold one more for each type of layer (`full_attention`, `sliding_attention`).
  ///
  /// - Throws: `InputError` for a kind of scaling that is not supported, numbers that are impossible, and a type of layer
  ///   that the section leaves out.
  func rotaries(headWidth: Int, windows: [Int?] = [nil], _ keys: RotaryKeys = RotaryKeys()) throws -> Rotaries {
    let older = try section("rope_scaling").flatMap { $0.isEmpty ? nil : $0 }
    let section = try older ?? section("rope_parameters")
    let types = ["full_attention", "sliding_attention"]
    guard let section, types.contains(where: section.has) else {
      return (try rotary(section, headWidth: headWidth, keys), nil)
    }
    let parts = try types.map { type -> Rotary? in
      guard windows.contains(where: { ($0 != nil) == (type == "sliding_attention") }) else { return nil }
      guard let part = try section.section(type) else {
        throw section.error(
          type, phrase("configuration.isMissing"), expected: phrase("configuration.rotaryEmbeddingThese"))
      }
      return try rotary(part, headWidth: headWidth, keys)
    }
    for type in types { _ = section.has(type) }
    guard let first = parts[0] ?? parts[1] else { return (try rotary(nil, headWidth: headWidth, keys), nil) }
    return (first, parts[0] == nil ? nil : parts[1])
  }

  private func rotary(_ section: Configuration?, headWidth: Int, _ keys: RotaryKeys) throws -> Rotary {
    let bases = 1.0...1e30
    let beside = try number(keys.theta, in: bases, default: keys.base)
    let theta = try section?.number("rope_theta", in: bases, default: beside) ?? beside
    let dimensions = try turnedDimensions(section, headWidth: headWidth, keys)
    return Rotary(theta: theta, dimensions: dimensions, scaling: try section?.scaling(of: self) ?? .none)
  }

  /// How many of a head's dimensions are turned; Python's `int` cuts their share off.
  private func turnedDimensions(_ section: Configuration?, headWidth: Int, _ keys: RotaryKeys) throws -> Int {
    let inside = "partial_rotary_factor", key = keys.share?.key ?? inside
    let beside = try number(key, in: 0...1, default: keys.share?.default ?? 1)
    let share = try section?.number(inside, in: 0...1, default: beside) ?? beside
    let place = section?.has(inside) == true ? section?.place(inside) ?? path : place(key)
    guard keys.share != nil || share == 1 else {
      throw InputError(at: place, phrase("error.notSupportedThis"), expected: "1", found: "\(share)")
    }
    let dimensions = Int(Double(headWidth) * share)
    guard dimensions % 2 == 0 else {
      throw InputError(
        at: place, phrase("error.turnsOddNumber"),
        expected: phrase("expected.evenNumberHeadwidth", ["headWidth": headWidth]),
        found: "\(dimensions)")
    }
    return dimensions
  }

  /// What a section says of the frequencies' scaling.
  private func scaling(of whole: Configuration) throws -> Rotary.Scaling {
    let older = try text("type", default: "default"), factors = 1e-3...1e6
    switch try text("rope_type", default: older) {
    case "default": return .none
    case "linear": return .linear(factor: try number("factor", in: factors))
    case "llama3":
      let low = try number("low_freq_factor", in: factors), high = try number("high_freq_factor", in: factors)
      try require("high_freq_factor", high > low, phrase("configuration.moreThanLow"))
      let original = "original_max_position_embeddings"
      let trained = try has(original) ? positions(original) : whole.positions("max_position_embeddings")
      return .llama3(
        factor: try number("factor", in: factors), low: low, high: high, originalPositions: Double(trained))
    default:
      let key = has("rope_type") ? "rope_type" : "type"
      throw error(key, phrase("configuration.isNotSupported"), expected: phrase("configuration.defaultLinearLlama3"))
    }
  }
}
