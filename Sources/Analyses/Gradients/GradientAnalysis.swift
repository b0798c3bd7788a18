import CKernels
package import Engine
import Results
import Support
import Tensors
import Transformers

/// How the gradient of the loss flows: norms, ratios and histograms of every parameter, and the flow through the
/// residual points.
///
/// A value is the mean over the batches of the corpus of what the batch's mean loss gives; bands hold the middle 95 % of
/// up to `keptBatches` batches, those with the smallest hash. Definitions: `GradientMetrics`.
package struct GradientAnalysis: CorpusAnalysis {
  package static let id = GradientMetrics.analysis
  static let keptBatches = 128
  static let lowest = GradientFormulas.lowest
  static let binsPerDecade = GradientFormulas.binsPerDecade
  static var bins: Int { GradientFormulas.bins }

  let model: Model
  /// `Model.blockOfParameter`.
  let layerOfParameter: [(stack: Int, layer: Int)?]
  let slots: Slots

  package struct State: AnalysisState {
    @Packed var sums: [Double]
    /// How many batches had the number at all.
    @Packed var counts: [Int]
    var batches: [BatchNumbers] = []
    var batchCount = 0
    /// `[parameters, bins]`, and zeros, NaN, +∞, −∞ of every parameter.
    @Packed var histogram: [UInt64]
    @Packed var special: [UInt64]

    fileprivate mutating func keep(_ batch: BatchNumbers) {
      let at = batches.firstIndex { batch.hash < $0.hash } ?? batches.count
      batches.insert(batch, at: at)
      if batches.count > GradientAnalysis.keptBatches { batches.removeLast() }
    }

    package mutating func merge(_ later: State) {
      for i in sums.indices {
        sums[i] += later.sums[i]
        counts[i] += later.counts[i]
      }
      for i in histogram.indices { histogram[i] += later.histogram[i] }
      for i in special.indices { special[i] += later.special[i] }
      batchCount += later.batchCount
      for batch in later.batches { keep(batch) }
    }

    package func fits(_ later: State) -> Bool {
      later.sums.count == sums.count && later.counts.count == counts.count && later.special.count == special.count
        && later.histogram.count == histogram.count && later.batches.allSatisfy { $0.values.count == sums.count }
    }
  }

  /// The numbers of one batch, kept for bands; NaN where the batch had none.
  struct BatchNumbers: Codable, Sendable {
    var hash: UInt64
    @Packed var values: [Double]
  }

  package init(_ context: AnalysisContext) {
    model = context.model
    layerOfParameter = context.model.blockOfParameter
    slots = Slots(context.model)
  }

  package var empty: State {
    let parameters = model.parameters.count
    return State(
      sums: [Double](repeating: 0, count: slots.count), counts: [Int](repeating: 0, count: slots.count),
      histogram: [UInt64](repeating: 0, count: parameters * GradientAnalysis.bins),
      special: [UInt64](repeating: 0, count: parameters * 4))
  }

  /// Where each number of a batch stands among all, by quantity: of each parameter, of each stack, and the loss.
  struct Slots: Sendable {
    /// By block, and by point of the stream.
    struct Stack: Sendable {
      let description: StackDescription
      let layerNorm, attentionFlow, crossFlow, mlpFlow: [Int]
      let flow, relativeFlow: [Int]

      init(_ stack: StackDescription, _ place: (Int) -> [Int]) {
        description = stack
        layerNorm = place(stack.layers)
        attentionFlow = place(stack.layers)
        crossFlow = place(stack.layers)
        mlpFlow = place(stack.layers)
        flow = place(stack.layers + 1)
        relativeFlow = place(stack.layers + 1)
      }

      var layers: Int { description.layers }
    }

    let norm: [Int]
    let stacks: [Stack]
    let loss: Int
    let count: Int

    init(_ model: Model) {
      var end = 0
      func place(_ count: Int) -> [Int] {
        defer { end += count }
        return Array(end..<end + count)
      }
      norm = place(model.parameters.count)
      stacks = model.description.stacks.map { Stack($0, place) }
      loss = end
      count = end + 1
    }
  }

  package var needs: Needs {
    var needs = Needs()
    guard model.precision == .f32 else { return needs }
    let model = model
    needs.gradientWatchers = [{ BatchGradients(model, $0, $1) }]
    return needs
  }

  package func observe(_ observation: Observation, into state: inout State) throws {
    if case .repeatedTokens = observation.stream { return }
    guard let loss = observation.trace.loss, let seen = observation.gradients else { return }
    var values = [Double](repeating: .nan, count: slots.count)
    var present = [Bool](repeating: false, count: slots.count)
    func set(_ slot: Int, _ value: Double) {
      values[slot] = value
      present[slot] = true
    }
    set(slots.loss, loss)

    let squares = add(seen.magnitudes, to: &state)
    var layerSquares: [Int: Double] = [:]
    for (parameter, square) in squares.enumerated() {
      guard let square else { continue }
      set(slots.norm[parameter], square.squareRoot())
      if let (stack, layer) = layerOfParameter[parameter] {
        layerSquares[slots.stacks[stack].layerNorm[layer], default: 0] += square
      }
    }
    for (slot, square) in layerSquares { set(slot, square.squareRoot()) }
    for stack in slots.stacks {
      for point in 0...stack.layers {
        guard let flow = seen.flows[stack.description.residual(point: point)] else { continue }
        set(stack.flow[point], flow.norm)
        if let relative = flow.relative { set(stack.relativeFlow[point], relative) }
      }
      for layer in 0..<stack.layers {
        for (kind, slot) in [
          (Site.Kind.attentionOut, stack.attentionFlow[layer]), (.crossOut, stack.crossFlow[layer]),
          (.mlpOut, stack.mlpFlow[layer]),
        ] {
          if let flow = seen.flows[stack.description.site(kind, layer: layer)] { set(slot, flow.norm) }
        }
      }
    }
    for slot in 0..<slots.count where present[slot] {
      state.sums[slot] += values[slot]
      state.counts[slot] += 1
    }
    state.batchCount += 1
    let hash = stableHash(observation.documents.map(\.id).joined(separator: "\u{0}"))
    state.keep(BatchNumbers(hash: hash, values: values))
  }

  /// Sums of squares of every parameter's gradient, nil where the batch has none; fills histograms and counts.
  private func add(_ magnitudes: [GradientFormulas.Magnitudes?], to state: inout State) -> [Double?] {
    let bins = GradientAnalysis.bins
    for (index, found) in magnitudes.enumerated() {
      guard let found else { continue }
      for bin in 0..<bins { state.histogram[index * bins + bin] += found.bins[bin] }
      for kind in 0..<4 { state.special[index * 4 + kind] += found.special[kind] }
    }
    return magnitudes.map { $0?.squares }
  }
}
