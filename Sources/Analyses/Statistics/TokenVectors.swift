package import Engine
package import Results
package import Transformers

/// The vectors of the same tokens at every residual point, to be compared with those of another model over the same
/// corpus: array `vectors` `[points, tokens, width]`. Of no report itself.
package struct TokenVectors: StackAnalysis {
  package static let id = "vectors"
  package static let vectors = ArrayKey("vectors", [.free("points"), .free("tokens"), .free("width")])
  /// Tokens kept.
  static let limit = 512

  private var sample: PointSample

  package init(_ context: AnalysisContext, _ stack: StackDescription) {
    sample = PointSample(stack, limit: TokenVectors.limit)
  }

  package var sites: Set<Site> { sample.sites }

  package mutating func observe(_ documents: [TokenizedDocument], _ trace: Trace) {
    sample.observe(documents, trace)
  }

  package mutating func merge(_ other: TokenVectors) { sample.merge(other.sample) }

  package func result() -> AnalysisResult {
    let tokens = sample.chosen
    var values: [Float] = []
    values.reserveCapacity(sample.order.count * tokens.count * sample.width)
    for point in sample.order.indices {
      for token in tokens { values += token.vectors[point * sample.width..<(point + 1) * sample.width] }
    }
    var result = AnalysisResult(id: TokenVectors.id)
    result[TokenVectors.vectors] = NumericArray(
      shape: [sample.order.count, tokens.count, sample.width], values: values)
    return result
  }
}
