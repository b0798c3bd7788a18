package import Results
package import Transformers

/// The vectors of the same tokens at every residual point, to be compared with those of another model over the same
/// corpus: array `vectors` `[points, tokens, width]`. Of no report itself.
package struct TokenVectors: StackAnalysis {
  package static let id = "vectors"
  /// Tokens kept.
  static let limit = 512

  private let order: [Site]
  private var sample: TokenSample

  package init(_ context: AnalysisContext, _ stack: StackDescription) {
    order = (0...stack.layers).map(stack.residual(point:))
    sample = TokenSample(limit: TokenVectors.limit, width: stack.width)
  }

  package var sites: Set<Site> { Set(order) }

  package mutating func observe(_ documents: [TokenizedDocument], _ trace: Trace) {
    let points = order.compactMap { trace[$0] }
    guard points.count == order.count else { return }
    sample.offer(documents, points: points)
  }

  package mutating func merge(_ other: TokenVectors) { sample.merge(other.sample) }

  package func result() -> AnalysisResult {
    let tokens = sample.chosen
    var values: [Float] = []
    values.reserveCapacity(order.count * tokens.count * sample.width)
    for point in order.indices {
      for token in tokens { values += token.vectors[point * sample.width..<(point + 1) * sample.width] }
    }
    return AnalysisResult(
      id: TokenVectors.id,
      arrays: ["vectors": NumericArray(shape: [order.count, tokens.count, sample.width], values: values)])
  }
}
