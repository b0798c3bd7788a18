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

  private var sample: PointSample

  package init(_ context: AnalysisContext, _ stack: StackDescription) {
    sample = PointSample(stack, limit: SimilarityAnalysis.limit)
  }

  package var sites: Set<Site> { sample.sites }

  package mutating func observe(_ documents: [TokenizedDocument], _ trace: Trace) {
    sample.observe(documents, trace)
  }

  package mutating func merge(_ other: SimilarityAnalysis) { sample.merge(other.sample) }

  package func result() -> AnalysisResult {
    let tokens = sample.chosen
    guard tokens.count >= 8 else {
      return AnalysisResult(
        id: SimilarityAnalysis.id, notApplicable: "the corpus has \(tokens.count) ordinary tokens, 8 are needed")
    }
    let width = sample.width
    let grams = mapPieces(sample.order.count) { CenteredGram(tokens.matrix(point: $0, width: width)) }
    let (biased, debiased) = linearCKA(grams)
    let count = sample.order.count
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
          "Linear CKA on N = \(tokens.count) tokens of \(sample.width) features"
            + (tokens.count < 4 * sample.width ? ": the biased form is too high where N does not far exceed d." : "."))
      ])
    result[SimilarityMetrics.matrix] = array(biased)
    result[SimilarityMetrics.debiasedMatrix] = array(debiased)
    return result
  }
}
