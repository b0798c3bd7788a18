import Tensors

/// Matrices that are one in most models, and that files hold once, under any of their names, or twice.
extension ParameterScope {
  /// What encoder–decoders call their table of embeddings besides.
  static let embeddingCopies = ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight"]

  /// The table of embeddings; a file may have it as `copies`, or as the `output` matrix that it is tied to, a name from
  /// the root on.
  func embeddings(_ name: String, _ shape: [Int], tiedTo output: String?, copies: [String] = []) throws -> Int {
    try tensor(
      name, shape, alternatives: contains(name) ? [] : copies,
      elsewhere: contains(name) ? [] : output.map { [$0, "embed_out.weight"] } ?? [])
  }

  /// The output matrix `[vocabulary, width]` of a head. Where it is tied to the table of embeddings it is that table,
  /// unless the file has another one, or an adapter changes the table alone.
  ///
  /// - Throws: `InputError` where it is not tied and the file has none.
  func unembedding(
    _ d: ModelDescription, _ name: String = "lm_head.weight", older: [String] = ["embed_out.weight"],
    width: Int? = nil, tokens: Int, isTied: Bool, bias: Int? = nil
  ) throws -> Network.Projection {
    let shape = [d.vocabulary, width ?? d.width]
    return Network.Projection(
      weight: try isTied
        ? tied(name, to: unadapted(name, of: tokens), shape, alternatives: older)
        : tensor(name, shape, alternatives: older),
      bias: bias, slice: WeightSlice(isInputMajor: false, outputs: 0..<d.vocabulary))
  }

  /// A matrix that is another one of the model, unless the file has it with other numbers; which is noted where the
  /// configuration says that they are the same (`isExpected`).
  func tied(
    _ name: String, to index: Int, _ shape: [Int], alternatives: [String] = [], isExpected: Bool = true
  ) throws -> Int {
    guard let stored = ([name] + alternatives).first(where: contains) else { return index }
    if try absorb(fileName(stored), in: index) { return index }
    if isExpected { noteUntied(stored, from: index) }
    return try tensor(name, shape, alternatives: alternatives)
  }
}
