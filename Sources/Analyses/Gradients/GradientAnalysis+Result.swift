import CKernels
import Foundation
package import Results
import Support
import Tensors
import Transformers

extension GradientAnalysis {
  package func result(of state: State) throws -> AnalysisResult {
    guard model.precision == .f32 else {
      return AnalysisResult(id: GradientAnalysis.id, notApplicable: Message("note.gradients.precision"))
    }
    guard state.batchCount > 0 else {
      return AnalysisResult(id: GradientAnalysis.id, notApplicable: Message("note.gradients.noLoss"))
    }
    let (batches, batchCount, counts) = (state.batches, state.batchCount, state.counts)
    let parameters = model.parameters
    let weightSquares = squaresOfWeights()
    func tensors(_ metric: Metric, _ quantity: (Int) -> Quantity) -> MetricTable {
      MetricTable(metric, parameters.indices.map { MetricTable.Row(.tensor(parameters[$0].name), quantity($0)) })
    }
    func component(_ place: Component.Place, _ stack: Slots.Stack) -> Component {
      Component(place, stack: Component.Stack(stack.description.role))
    }
    func layers(_ quantity: (Slots.Stack, Int) -> Quantity) -> [MetricTable.Row] {
      slots.stacks.flatMap { stack in
        (0..<stack.layers).map { MetricTable.Row(component(.layer($0), stack), quantity(stack, $0)) }
      }
    }
    /// Rows of layers before those of tensors.
    func both(
      _ metric: Metric, layer: (Slots.Stack, Int) -> Quantity, tensor: (Int) -> Quantity
    ) -> MetricTable {
      MetricTable(metric, layers(layer) + tensors(metric, tensor).rows)
    }
    func points(_ metric: Metric, _ slot: (Slots.Stack, Int) -> Int) -> MetricTable {
      MetricTable(
        metric,
        slots.stacks.flatMap { stack in
          (0...stack.layers).map { MetricTable.Row(component(.point($0), stack), state.mean(slot(stack, $0))) }
        })
    }
    func perStack(_ metric: Metric, _ measure: ([Double]) -> Double?) -> MetricTable {
      MetricTable(metric, slots.stacks.map { MetricTable.Row(component(.model, $0), state.overFlow($0, measure)) })
    }
    var layerSizes: [Int: Int] = [:]
    var layerSquares: [Int: Double] = [:]
    for (i, parameter) in parameters.enumerated() {
      guard let (stack, layer) = layerOfParameter[i], counts[slots.norm[i]] > 0 else { continue }
      layerSizes[slots.stacks[stack].layerNorm[layer], default: 0] += parameter.count
      layerSquares[slots.stacks[stack].layerNorm[layer], default: 0] += weightSquares[i]
    }
    func divided(_ slot: Int, by divisor: Double) -> Quantity {
      divisor > 0 ? state.mean(slot, 1 / divisor) : .notApplicable
    }
    let cross = slots.stacks.filter { $0.description.role == .decoder }.flatMap { stack in
      (0..<stack.layers).map { MetricTable.Row(Component(.layer($0), stack: .cross), state.mean(stack.crossFlow[$0])) }
    }

    var result = AnalysisResult(id: GradientAnalysis.id)
    result.tables = [
      both(GradientMetrics.norm, layer: { state.mean($0.layerNorm[$1]) }, tensor: { state.mean(slots.norm[$0]) }),
      both(
        GradientMetrics.rms,
        layer: { stack, layer in
          let slot = stack.layerNorm[layer]
          return divided(slot, by: Double(layerSizes[slot] ?? 0).squareRoot())
        }, tensor: { divided(slots.norm[$0], by: Double(parameters[$0].count).squareRoot()) }),
      both(
        GradientMetrics.ratio,
        layer: { stack, layer in
          let slot = stack.layerNorm[layer]
          return divided(slot, by: (layerSquares[slot] ?? 0).squareRoot())
        }, tensor: { divided(slots.norm[$0], by: weightSquares[$0].squareRoot()) }),
      points(GradientMetrics.flow) { $0.flow[$1] },
      points(GradientMetrics.relativeFlow) { $0.relativeFlow[$1] },
      MetricTable(GradientMetrics.attentionFlow, layers { state.mean($0.attentionFlow[$1]) } + cross),
      MetricTable(GradientMetrics.mlpFlow, layers { state.mean($0.mlpFlow[$1]) }),
      perStack(GradientMetrics.depthSlope, GradientAnalysis.slope),
      perStack(GradientMetrics.endToEndRatio) { flow in flow.count > 1 ? flow[flow.count - 1] / flow[0] : nil },
      MetricTable(GradientMetrics.loss, [MetricTable.Row(.model, state.mean(slots.loss))]),
      tensors(GradientMetrics.zeroCount) { state.count($0, of: [0], per: Double(max(1, counts[slots.norm[$0]]))) },
      tensors(GradientMetrics.nanCount) { state.count($0, of: [1], per: 1) },
      tensors(GradientMetrics.infiniteCount) { state.count($0, of: [2, 3], per: 1) },
    ]
    for stack in Component.Stack.allCases { addHistograms(of: stack, state, to: &result) }
    result.notes = [
      Note(Message("note.gradients.batches", ["batchCount": batchCount, "batches": batches.count])),
      Note(
        Message("note.gradients.histograms", ["lowest": Self.lowest, "highest": GradientFormulas.highest]),
        about: .histograms),
    ]
    return result
  }

  /// Those of the parameters of one stack; all of them, where there is only one.
  private func addHistograms(of stack: Component.Stack, _ state: State, to result: inout AnalysisResult) {
    let isSingle = model.description.encoder == nil
    let members = model.parameters.indices.filter { index in
      isSingle ? stack == .only : Component.Stack(ofTensor: model.parameters[index].name) == stack
    }
    guard !members.isEmpty else { return }
    let (bins, histogram, special) = (GradientAnalysis.bins, state.histogram, state.special)
    GradientCounts(
      tensors: members.map { model.parameters[$0].name },
      edges: (0...bins).map {
        Float(GradientAnalysis.lowest) + Float($0) / Float(GradientAnalysis.binsPerDecade)
      },
      counts: NumericArray(
        shape: [members.count, bins],
        values: members.flatMap { m in (0..<bins).map { Float(histogram[m * bins + $0]) } }),
      special: NumericArray(
        shape: [members.count, 4], values: members.flatMap { m in (0..<4).map { Float(special[m * 4 + $0]) } })
    ).write(to: &result, stack: stack)
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

  private func squaresOfWeights() -> [Double] {
    let parameters = model.parameters
    return mapPieces(parameters.count) { tk_sum_of_squares(parameters[$0].tensor.pointer, parameters[$0].count) }
  }
}

extension GradientAnalysis.State {
  fileprivate func mean(_ slot: Int, _ scale: Double = 1) -> Quantity {
    guard counts[slot] > 0 else { return .notApplicable }
    return Quantity(
      scale * sums[slot] / Double(counts[slot]), n: counts[slot],
      interval: band(batches.map { scale * $0.values[slot] }))
  }

  /// The middle 95 % of batches that had the number; nil below three.
  private func band(_ values: [Double]) -> ClosedRange<Double>? {
    let sorted = values.filter(\.isFinite).sorted()
    return sorted.count < 3 ? nil : sorted.quantile(0.025)...sorted.quantile(0.975)
  }

  /// A number of the curve of relative flow at `R1 … RL`.
  fileprivate func overFlow(_ stack: GradientAnalysis.Slots.Stack, _ measure: ([Double]) -> Double?) -> Quantity {
    let points = Array(stack.relativeFlow.dropFirst())
    guard !points.isEmpty, points.allSatisfy({ counts[$0] > 0 }) else { return .notApplicable }
    guard let value = measure(points.map { sums[$0] / Double(counts[$0]) }) else { return .notApplicable }
    return Quantity(
      value, n: counts[points[0]],
      interval: band(batches.compactMap { batch in measure(points.map { batch.values[$0] }) }))
  }

  fileprivate func count(_ parameter: Int, of kinds: [Int], per batches: Double) -> Quantity {
    guard counts[parameter] > 0 else { return .notApplicable }
    let sum = kinds.reduce(0) { $0 + special[parameter * 4 + $1] }
    return Quantity(Double(sum) / batches, n: counts[parameter])
  }
}
