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

  private let points: SampledPoints

  package init(_ context: AnalysisContext, _ stack: StackDescription) {
    points = SampledPoints(stack, limit: TokenVectors.limit)
  }

  package var sites: Set<Site> { points.sites }
  package var empty: TokenSample { points.empty }

  package func observe(_ documents: [TokenizedDocument], of observation: Observation, into sample: inout TokenSample) {
    points.observe(documents, observation.trace, into: &sample)
  }

  package func result(of sample: TokenSample) -> AnalysisResult {
    let tokens = sample.chosen
    var values: [Float] = []
    values.reserveCapacity(points.order.count * tokens.count * sample.width)
    for point in points.order.indices {
      for token in tokens { values += token.vectors[point * sample.width..<(point + 1) * sample.width] }
    }
    var result = AnalysisResult(id: TokenVectors.id)
    result[TokenVectors.vectors] = NumericArray(
      shape: [points.order.count, tokens.count, sample.width], values: values)
    return result
  }
}
