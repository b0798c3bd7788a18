import CKernels
package import Engine
package import Results
import Support
import Tensors
import Transformers

/// How many elements of every parameter are NaN or infinite: measured of every model, whatever else is asked for.
package struct WeightCensus: CorpusAnalysis {
  package static let id = WeightMetrics.census
  private static let pieceLength = 1 << 20

  private let model: Model

  package init(_ context: AnalysisContext) { model = context.model }

  package var needs: Needs { Needs() }

  package func result(of state: NoState) throws -> AnalysisResult {
    let census = model.parameters.map(Self.count)
    func table(_ metric: Metric, _ count: ([UInt64]) -> UInt64) -> MetricTable {
      MetricTable(
        metric,
        zip(model.parameters, census).map { parameter, counts in
          MetricTable.Row(.tensor(parameter.name), Quantity(Double(count(counts)), n: parameter.count))
        })
    }
    return AnalysisResult(
      id: Self.id,
      tables: [table(WeightMetrics.nanCount) { $0[1] }, table(WeightMetrics.infiniteCount) { $0[2] + $0[3] }])
  }

  /// Zeros, NaN, +∞, −∞.
  private static func count(_ parameter: Parameter) -> [UInt64] {
    let tensor = parameter.tensor
    let starts = Array(stride(from: 0, to: tensor.count, by: pieceLength))
    let parts = mapPieces(starts.count) { piece in
      var counts = [UInt64](repeating: 0, count: 4)
      tk_census(tensor.pointer + starts[piece], min(pieceLength, tensor.count - starts[piece]), &counts)
      return counts
    }
    return parts.reduce(into: [0, 0, 0, 0]) { sums, part in for kind in 0..<4 { sums[kind] += part[kind] } }
  }
}
