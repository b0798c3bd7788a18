package import Engine
package import Results
import Support
import Tensors
package import Transformers

/// How alike the residual points represent the same tokens: linear CKA, biased and debiased, of all pairs of points, on
/// a bounded sample of ordinary positions.
package struct SimilarityAnalysis: StackAnalysis {
  package static let id = SimilarityMetrics.analysis
  /// Tokens kept.
  static let limit = 1024

  private let points: SampledPoints

  package init(_ context: AnalysisContext, _ stack: StackDescription) {
    points = SampledPoints(stack, limit: SimilarityAnalysis.limit)
  }

  package var sites: Set<Site> { points.sites }
  package var empty: TokenSample { points.empty }

  package func observe(_ documents: [TokenizedDocument], of observation: Observation, into sample: inout TokenSample) {
    points.observe(documents, observation.trace, into: &sample)
  }

  package func result(of sample: TokenSample) -> AnalysisResult {
    let tokens = sample.chosen
    guard tokens.count >= 8 else {
      return AnalysisResult(
        id: SimilarityAnalysis.id,
        notApplicable: Message("note.similarity.few", ["tokens": tokens.count]))
    }
    let width = sample.width
    let grams = mapPieces(points.order.count) { CenteredGram(tokens.matrix(point: $0, width: width)) }
    let (biased, debiased) = linearCKA(grams)
    let count = points.order.count
    func array(_ matrix: Matrix) -> NumericArray {
      NumericArray(shape: [count, count], values: matrix.values.map(Float.init))
    }
    let previous = (1..<count).map { point in
      MetricTable.Row(.point(point), Quantity(debiased[point, point - 1], n: tokens.count))
    }
    var result = AnalysisResult(
      id: SimilarityAnalysis.id, tables: [MetricTable(SimilarityMetrics.ckaToPrevious, previous)],
      notes: [
        Note(
          Message(
            "note.similarity.tokens",
            [
              "tokens": tokens.count, "width": sample.width,
              "tokensPerFeature": tokens.count < 4 * sample.width ? "few" : "enough",
            ]))
      ])
    result[SimilarityMetrics.matrix] = array(biased)
    result[SimilarityMetrics.debiasedMatrix] = array(debiased)
    return result
  }
}
