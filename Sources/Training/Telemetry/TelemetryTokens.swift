import Analyses
package import Engine
package import Transformers

/// What a training's telemetry knows of the tokens that the model reads.
package struct TelemetryTokens: Sendable {
  /// Special tokens are left out of ranks, as in a report.
  package var kinds: TokenKinds
  /// What heads are classified by beside the step's own batches; nil where there is no text, or the model reads too
  /// little of it.
  package var probe: RepeatedTokenProbe?

  package init(kinds: TokenKinds = TokenKinds(), probe: RepeatedTokenProbe? = nil) {
    self.kinds = kinds
    self.probe = probe
  }

  package init(_ tokenizer: Tokenizer, decoderStart: Int32?, for d: ModelDescription, seed: UInt64) {
    self.init(
      kinds: TokenKinds(tokenizer),
      probe: RepeatedTokenProbe(tokenizer, decoderStart: decoderStart, for: d, seed: seed))
  }
}
