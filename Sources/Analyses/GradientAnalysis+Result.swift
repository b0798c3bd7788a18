import CKernels
import Foundation
package import Results
import Tensors
import Transformers

extension GradientAnalysis {
  package func result() throws -> AnalysisResult {
    guard batchCount > 0 else {
      return AnalysisResult(id: GradientAnalysis.id, notApplicable: "the model gives no loss on this corpus")
    }
    let slots = slots
    let (parameters, layers) = (model.parameters, model.description.layers)
    let weightSquares = squaresOfWeights()
    func tensors(_ metric: Metric, _ quantity: (Int) -> Quantity) -> MetricTable {
      MetricTable(metric, parameters.indices.map { MetricTable.Row(.tensor(parameters[$0].name), quantity($0)) })
    }
    /// Rows of layers before those of tensors.
    func both(
      _ metric: Metric, layer: (Int) -> Quantity, tensor: (Int) -> Quantity
    ) -> MetricTable {
      let first = (0..<layers).map { MetricTable.Row(.layer($0), layer($0)) }
      return MetricTable(metric, first + tensors(metric, tensor).rows)
    }
    func points(_ metric: Metric, _ slot: (Int) -> Int) -> MetricTable {
      MetricTable(metric, (0...layers).map { MetricTable.Row(.point($0), mean(slot($0))) })
    }
    var layerSizes = [Int](repeating: 0, count: layers)
    var layerSquares = [Double](repeating: 0, count: layers)
    for (i, parameter) in parameters.enumerated() {
      guard let layer = layerOfParameter[i], counts[slots.norm(i)] > 0 else { continue }
      layerSizes[layer] += parameter.tensor.count
      layerSquares[layer] += weightSquares[i]
    }
    func divided(_ slot: Int, by divisor: Double) -> Quantity { divisor > 0 ? mean(slot, 1 / divisor) : .notApplicable }

    var result = AnalysisResult(id: GradientAnalysis.id)
    result.tables = [
      both(GradientMetrics.norm, layer: { mean(slots.layerNorm($0)) }, tensor: { mean(slots.norm($0)) }),
      both(
        GradientMetrics.rms, layer: { divided(slots.layerNorm($0), by: Double(layerSizes[$0]).squareRoot()) },
        tensor: { divided(slots.norm($0), by: Double(parameters[$0].tensor.count).squareRoot()) }),
      both(
        GradientMetrics.ratio, layer: { divided(slots.layerNorm($0), by: layerSquares[$0].squareRoot()) },
        tensor: { divided(slots.norm($0), by: weightSquares[$0].squareRoot()) }),
      points(GradientMetrics.flow, slots.flow),
      points(GradientMetrics.relativeFlow, slots.relativeFlow),
      MetricTable(
        GradientMetrics.attentionFlow, (0..<layers).map { MetricTable.Row(.layer($0), mean(slots.attentionFlow($0))) }),
      MetricTable(GradientMetrics.mlpFlow, (0..<layers).map { MetricTable.Row(.layer($0), mean(slots.mlpFlow($0))) }),
      MetricTable(GradientMetrics.depthSlope, [MetricTable.Row(.model, overFlow(GradientAnalysis.slope))]),
      MetricTable(
        GradientMetrics.endToEndRatio,
        [MetricTable.Row(.model, overFlow { flow in flow.count > 1 ? flow[flow.count - 1] / flow[0] : nil })]),
      MetricTable(GradientMetrics.loss, [MetricTable.Row(.model, mean(slots.loss))]),
      tensors(GradientMetrics.zeroCount) { count($0, of: [0], per: Double(max(1, counts[slots.norm($0)]))) },
      tensors(GradientMetrics.nanCount) { count($0, of: [1], per: 1) },
      tensors(GradientMetrics.infiniteCount) { count($0, of: [2, 3], per: 1) },
    ]
    let bins = GradientAnalysis.bins
    result.arrays["histogram.counts"] = NumericArray(
      shape: [parameters.count, bins], values: histogram.map { Float($0) })
    result.arrays["histogram.edges"] = NumericArray(
      shape: [bins + 1],
      values: (0...bins).map {
        Float(GradientAnalysis.lowest) + Float($0) / Float(GradientAnalysis.binsPerDecade)
      })
    result.arrays["histogram.special"] = NumericArray(
      shape: [parameters.count, 4], values: special.map { Float($0) })
    result.texts["histogram.tensors"] = parameters.map(\.name)
    result.texts["histogram.special"] = ["0", "NaN", "+Inf", "−Inf"]
    result.notes = [
      "Mean over \(batchCount) batches of the gradient of the batch's mean loss; bands hold the middle 95 % of "
        + "\(batches.count) batches.",
      "Histograms of log₁₀|g| over all batches; the first and last bin take what lies beyond.",
    ]
    return result
  }

  private func mean(_ slot: Int, _ scale: Double = 1) -> Quantity {
    guard counts[slot] > 0 else { return .notApplicable }
    return Quantity(
      scale * sums[slot] / Double(counts[slot]), n: counts[slot],
      interval: band(batches.map { scale * $0.values[slot] }))
  }

  /// The middle 95 % of batches that had the number; nil below three.
  private func band(_ values: [Double]) -> ClosedRange<Double>? {
    let sorted = values.filter(\.isFinite).sorted()
    return sorted.count < 3 ? nil : quantile(sorted, 0.025)...quantile(sorted, 0.975)
  }

  /// A number of the curve of relative flow at `R1 … RL`.
  private func overFlow(_ measure: ([Double]) -> Double?) -> Quantity {
    let points = (0..<model.description.layers).map { slots.relativeFlow($0 + 1) }
    guard !points.isEmpty, points.allSatisfy({ counts[$0] > 0 }) else { return .notApplicable }
    guard let value = measure(points.map { sums[$0] / Double(counts[$0]) }) else { return .notApplicable }
    return Quantity(
      value, n: counts[points[0]],
      interval: band(batches.compactMap { batch in measure(points.map { batch.values[$0] }) }))
  }

  /// The least-squares slope of `ln flow` against depth; infinite where a flow is 0, nil for a single point.
  package static func slope(_ flow: [Double]) -> Double? {
    guard flow.count > 1 else { return nil }
    if flow.contains(0) { return .infinity }
    let logs = flow.map { log($0) }
    let middle = Double(flow.count - 1) / 2
    var (above, below) = (0.0, 0.0)
    for (i, value) in logs.enumerated() {
      above += (Double(i) - middle) * value
      below += (Double(i) - middle) * (Double(i) - middle)
    }
    return above / below
  }

  private func count(_ parameter: Int, of kinds: [Int], per batches: Double) -> Quantity {
    guard counts[slots.norm(parameter)] > 0 else { return .notApplicable }
    let sum = kinds.reduce(0) { $0 + special[parameter * 4 + $1] }
    return Quantity(Double(sum) / batches, n: counts[slots.norm(parameter)])
  }

  private func squaresOfWeights() -> [Double] {
    let parameters = model.parameters
    var squares = [Double](repeating: 0, count: parameters.count)
    squares.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let buffer = buffer
      forEachPiece(parameters.count) {
        buffer[$0] = tk_sum_of_squares(parameters[$0].tensor.pointer, parameters[$0].tensor.count)
      }
    }
    return squares
  }
}
