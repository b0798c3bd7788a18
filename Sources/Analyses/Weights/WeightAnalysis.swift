package import Engine
package import Results
import Support
package import Tensors
import Transformers

/// What the weights alone tell: singular values of every matrix that vectors are multiplied with, and the norms, ranks
/// and power law that follow from them.
///
/// The corpus plays no part. Definitions: `WeightMetrics`.
package struct WeightAnalysis: CorpusAnalysis {
  package static let id = WeightMetrics.analysis
  /// Fewest eigenvalues that a power law is fitted to.
  static let leastEigenvalues = 50

  let model: Model

  package init(_ context: AnalysisContext) { model = context.model }

  package var needs: Needs { Needs() }

  package func result(of state: NoState) throws -> AnalysisResult {
    let matrices = model.weightMatrices()
    // The largest first, so that no thread is left with one at the end.
    let order = matrices.indices.sorted { (matrices[$0].matrix.count, $1) > (matrices[$1].matrix.count, $0) }
    let sorted = mapPieces(order.count) { Matrix(matrices[order[$0]].matrix).singularValues() }
    let spectra = zip(order, sorted).sorted { $0.0 < $1.0 }.map(\.1)
    var result = AnalysisResult(id: WeightAnalysis.id)
    let numbers = zip(matrices, spectra).map { WeightAnalysis.numbers($0.matrix, $1) }
    result.tables = WeightMetrics.matrices.enumerated().map { at, metric in
      MetricTable(
        metric, matrices.indices.map { MetricTable.Row(.tensor(matrices[$0].name), numbers[$0][at]) })
    }
    for (matrix, values) in zip(matrices, spectra) {
      let stack = stack(of: matrix.name)
      result[WeightMetrics.singularValues[matrix.name], stack] = NumericArray(
        shape: [values.count], values: values.map { Float($0) })
      let errors = Spectrum(singularValues: values).lowRankErrors
      result[WeightMetrics.lowRankErrors[matrix.name], stack] = NumericArray(
        shape: [errors.count], values: errors.map { Float($0) })
      result[WeightMetrics.names, stack] = (result[WeightMetrics.names, stack] ?? []) + [matrix.name]
    }
    result.notes = [
      Note(Message("note.weights.matrices", ["matrices": matrices.count])),
      Note(Message("note.weights.exponent")),
    ]
    return result
  }

  private func stack(of tensor: String) -> Component.Stack {
    model.description.encoder == nil ? .only : Component.Stack(ofTensor: tensor)
  }

  /// In the order of `WeightMetrics.matrices`.
  package static func numbers(_ matrix: Tensor, _ singularValues: [Double]) -> [Quantity] {
    let n = matrix.count
    let spectrum = Spectrum(singularValues: singularValues)
    guard let largest = singularValues.first, !largest.isNaN else {
      return [Quantity](repeating: Quantity(.nan, n: n), count: WeightMetrics.matrices.count)
    }
    guard largest > 0 else {
      return [Quantity(0, n: n), Quantity(0, n: n)]
        + [Quantity](repeating: .notApplicable, count: WeightMetrics.matrices.count - 2)
    }
    let law =
      singularValues.count >= leastEigenvalues ? PowerLaw(eigenvalues: singularValues.map { $0 * $0 }) : nil
    let rank = spectrum.lowRankErrors.firstIndex { $0 <= 0.1 } ?? singularValues.count
    return [
      Quantity(spectrum.spectralNorm, n: n), Quantity(spectrum.frobeniusNorm, n: n),
      Quantity(spectrum.stableRank, n: n), Quantity(spectrum.conditionNumber, n: n),
      Quantity(spectrum.effectiveRank, n: n), Quantity(Double(spectrum.effectiveRankCount), n: n),
      law.map { Quantity($0.alpha, n: singularValues.count) } ?? .notApplicable,
      law.map { Quantity($0.distance, n: singularValues.count) } ?? .notApplicable, Quantity(Double(rank), n: n),
    ]
  }
}
