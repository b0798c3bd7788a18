import Support
package import Transformers

/// The seeded sequences of repeated tokens as a model reads them, in the frame of its family. Definitions:
/// `RepeatedTokens`.
package struct RepeatedTokenProbe: Sendable {
  package let tokens: RepeatedTokens
  private let batches: [Batch]
  private let pad: Int32

  /// - Parameter decoderStart: what a decoder's input begins with, which then reads the same tokens.
  package init(_ tokens: RepeatedTokens, pad: Int32, decoderStart: (id: Int32, text: String)? = nil) {
    self.tokens = tokens
    self.pad = pad
    batches = Batch.cut(
      tokens.documents.map { document in
        Example(document, target: decoderStart.map { Self.target(of: document, $0.id, $0.text) })
      })
  }

  /// Of the tokens of a tokenizer; nil for a model that reads too little for them.
  package init?(_ tokenizer: Tokenizer, decoderStart: Int32?, for d: ModelDescription, seed: UInt64) {
    // Rows that training never touched (unused pieces) would not be known to any head.
    let ordinary = (0..<Int32(min(d.vocabulary, tokenizer.vocabularySize))).filter { id in
      !tokenizer.isSpecial(id) && tokenizer.token(id).map { !$0.hasPrefix("[unused") && !$0.isEmpty } ?? false
    }
    let tokens = RepeatedTokens(
      ordinary: ordinary, opening: tokenizer.openingTokens, closing: tokenizer.closingTokens,
      longest: d.maximumPositions, seed: seed, spelled: { tokenizer.text($0) ?? "" })
    guard let tokens else { return nil }
    self.init(
      tokens, pad: tokenizer.roles.padding ?? d.padToken.map { Int32($0) } ?? 0,
      decoderStart: decoderStart.map { ($0, tokenizer.text($0) ?? "") })
  }

  /// A decoder reads a sequence behind its first token and without what closes it.
  private static func target(of document: TokenizedDocument, _ start: Int32, _ text: String) -> Target {
    let kept = document.kinds.count { $0 != .closing }
    var read = document
    read.ids = [start] + document.ids.prefix(kept)
    read.kinds = [.opening] + document.kinds.prefix(kept)
    read.tokens = [text] + document.tokens.prefix(kept)
    read.typeIDs = read.ids.map { _ in 0 }
    read.labels = read.ids.map { _ in nil }
    return Target(document: read, labels: Array(read.ids.dropFirst()) + [-100])
  }

  /// Runs the model on the sequences and hands over some of them after others, in lanes where the model is small.
  ///
  /// - Parameter tokenLosses: whether the loss of every token is wanted, which language models alone have.
  package func run(
    _ model: Model, sites: Set<Site>, tokenLosses: Bool = false, _ observe: (Observation) throws -> Void
  ) throws {
    var request = TraceRequest(sites: sites)
    request.tokenLosses = tokenLosses
    for batch in batches {
      var input = batch.input(pad: pad)
      if tokenLosses, model.description.head == .languageModel { input.labels = input.nextTokenLabels }
      let lanes = input.lanes(weights: model.parameterCount)
      let traces = try mapPieces(lanes.count) { try model.run(input.rows(lanes[$0]), request) }
      for (lane, trace) in zip(lanes, traces) {
        try observe(Batch(examples: Array(batch.examples[lane])).observation(tokens.stream, trace))
      }
    }
  }
}
