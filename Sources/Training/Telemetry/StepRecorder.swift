import Analyses
import Results
import Tensors
package import Transformers

/// Looks at one step and makes its record.
package final class StepRecorder: StepObserver {
  private let model: Model
  private let plan: TelemetryPlan
  private let tokens: TelemetryTokens
  private let sums: EntropySums
  /// Nil for a step whose heads are not classified.
  private let classes: ClassRecorder?
  private var ranks: [RankSums]
  /// What the pass that runs reads.
  private var documents: (sources: [TokenizedDocument], targets: [TokenizedDocument]) = ([], [])
  private var flows: [Site: GradientFormulas.Flow] = [:]
  private var weightSquares: [Double] = []
  private let optimizer: Optimizer

  /// - Throws: `InputError` where the model cannot read the probe of `tokens`.
  package init(
    _ trainer: Trainer, _ plan: TelemetryPlan, _ tokens: TelemetryTokens = TelemetryTokens()
  ) throws {
    model = trainer.model
    optimizer = trainer.optimizer
    self.plan = plan
    self.tokens = tokens
    sums = EntropySums(model.description)
    classes = plan.classifies(trainer.step) ? try ClassRecorder(model, tokens.probe) : nil
    ranks = model.description.stacks.map(RankSums.init)
    weightSquares = optimizer.weightSquares()
  }

  package var request: TraceRequest {
    var request = TraceRequest()
    for stack in model.description.stacks {
      let points = (0...stack.layers).map(stack.residual)
      request.sites.formUnion(points)
      request.gradients.formUnion(points)
      for layer in 0..<stack.layers {
        request.gradients.formUnion(Self.modules(stack).map { stack.site($0, layer: layer) })
      }
    }
    let (sums, classes) = (sums, classes)
    request.look = Look { band in
      sums.see(band)
      classes?.see(band)
    }
    return request
  }

  package func begin(_ input: ModelInput) {
    sums.begin(input)
    documents = input.documents(tokens.kinds, of: model.description)
    classes?.begin(documents.sources, documents.targets)
  }

  package func observe(_ trace: Trace, _ input: ModelInput) {
    sums.end()
    classes?.end()
    for index in ranks.indices {
      ranks[index].add(trace, ranks[index].stack.role == .decoder ? documents.targets : documents.sources)
    }
    for stack in model.description.stacks {
      let lengths = stack.role == .decoder ? input.targetLengths : input.lengths
      let points = Set((0...stack.layers).map(stack.residual))
      let modules = (0..<stack.layers).flatMap { layer in Self.modules(stack).map { stack.site($0, layer: layer) } }
      for site in points.union(modules) {
        guard let gradient = trace.gradients[site] else { continue }
        let flow = GradientFormulas.flow(gradient, points.contains(site) ? trace[site] : nil, lengths: lengths)
        guard let earlier = flows[site] else {
          flows[site] = flow
          continue
        }
        flows[site] = GradientFormulas.Flow(
          squares: earlier.squares + flow.squares, products: earlier.products.map { $0 + (flow.products ?? 0) },
          positions: earlier.positions + flow.positions)
      }
    }
  }

  private static func modules(_ stack: StackDescription) -> [Site.Kind] {
    stack.role == .decoder ? [.attentionOut, .crossOut, .mlpOut] : [.attentionOut, .mlpOut]
  }

  /// The record of the step, whose gradients still lie where the optimiser has them.
  package func record(_ report: StepReport) -> TelemetryRecord {
    var record = TelemetryRecord(
      step: report.step + 1, loss: report.loss, learningRate: report.rate, gradientNorm: report.gradientNorm,
      clipping: optimizer.clipping(norm: report.gradientNorm), tokens: report.tokens)
    record.fault = report.fault
    let gradients = optimizer.weights.tensors(in: optimizer.gradients)
    let magnitudes = plan.histograms || report.fault != nil ? GradientFormulas.magnitudes(of: gradients) : []
    let ranks = Dictionary(uniqueKeysWithValues: self.ranks.flatMap(\.effectiveRanks))
    var layers: [Int: [Int: Double]] = [:]
    let stacks = model.description.stacks
    for (index, parameter) in model.parameters.enumerated() where gradients[index] != nil {
      let square = report.gradientSquares[index]
      let special = (magnitudes.isEmpty ? nil : magnitudes[index])?.special.map { Int($0) } ?? [0, 0, 0, 0]
      let isChanged = report.changeSquares.indices.contains(index)
      record.parameters.append(
        TelemetryRecord.Parameter(
          name: parameter.name, count: parameter.count, gradientNorm: square.squareRoot(),
          weightNorm: weightSquares[index].squareRoot(),
          updateRatio: isChanged ? (report.changeSquares[index] / weightSquares[index]).squareRoot() : nil,
          zeros: special[0], nans: special[1], positiveInfinities: special[2], negativeInfinities: special[3],
          histogram: plan.histograms ? magnitudes[index]?.bins : nil))
      let owner = Component.Stack(ofTensor: parameter.name)
      if let layer = layerIndex(ofParameter: parameter.name),
        let stack = stacks.firstIndex(where: { stacks.count == 1 || Component.Stack($0.role) == owner }),
        layer < stacks[stack].layers
      {
        layers[stack, default: [:]][layer, default: 0] += square
      }
    }
    for (number, stack) in stacks.enumerated() {
      record.layers += (0..<stack.layers).compactMap { layer in
        layers[number]?[layer].map {
          TelemetryRecord.Layer(stack: stack.role.rawValue, layer: layer, gradientNorm: $0.squareRoot())
        }
      }
      func point(_ site: Site) -> TelemetryRecord.Point? {
        flows[site].map {
          TelemetryRecord.Point(
            site: site.text, flow: $0.norm, relativeFlow: $0.relative, effectiveRank: ranks[site] ?? nil)
        }
      }
      record.points += (0...stack.layers).compactMap { point(stack.residual(point: $0)) }
      for kind in Self.modules(stack) {
        record.points += (0..<stack.layers).compactMap { point(stack.site(kind, layer: $0)) }
      }
      let relative = (1...stack.layers).compactMap { flows[stack.residual(point: $0)]?.relative }
      if relative.count == stack.layers, let slope = GradientAnalysis.slope(relative) {
        // Towards the input: positive where the flow falls on its way back.
        record.depthSlopes.append((stack.role.rawValue, slope))
      }
    }
    record.rankTokens = self.ranks.map { ($0.stack.role.rawValue, $0.tokens) }
    record.attention = sums.records(classes?.classes ?? [:])
    return record
  }
}
