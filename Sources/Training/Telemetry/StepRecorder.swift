import Analyses
import Results
import Tensors
package import Transformers

/// Looks at one step and makes its record.
package final class StepRecorder: StepObserver, @unchecked Sendable {
  private let model: Model
  private let plan: TelemetryPlan
  private let tokens: TelemetryTokens
  private let optimizer: Optimizer
  private let weightSquares: [Double]
  /// Nil for a step whose heads are not classified.
  private var classes: ClassRecorder?
  private var passes: [PassRecorder] = []

  /// - Throws: `InputError` where the model cannot read the probe of `tokens`.
  package init(
    _ trainer: Trainer, _ plan: TelemetryPlan, _ tokens: TelemetryTokens = TelemetryTokens()
  ) throws {
    model = trainer.model
    optimizer = trainer.optimizer
    self.plan = plan
    self.tokens = tokens
    classes = plan.classifies(trainer.step) ? try ClassRecorder(model, tokens.probe) : nil
    weightSquares = optimizer.weightSquares()
  }

  package func request(for input: ModelInput, among rows: Int) -> TraceRequest {
    let pass = PassRecorder(
      model.description, input, share: Double(input.batch) / Double(rows), kinds: tokens.kinds, classes)
    passes.append(pass)
    return pass.request
  }

  /// The record of the step, whose gradients still lie where the optimiser has them.
  package func record(_ report: StepReport) -> TelemetryRecord { record(report, magnitudes(report)) }

  /// What a record needs of the gradients; empty where it needs nothing.
  func magnitudes(_ report: StepReport) -> [GradientFormulas.Magnitudes?] {
    guard plan.histograms || report.fault != nil else { return [] }
    return GradientFormulas.magnitudes(of: optimizer.weights.tensors(in: optimizer.gradients))
  }

  /// The record, when the optimiser may be at work on the next step already.
  func record(_ report: StepReport, _ magnitudes: [GradientFormulas.Magnitudes?]) -> TelemetryRecord {
    var record = TelemetryRecord(
      step: report.step + 1, loss: report.loss, learningRate: report.rate, gradientNorm: report.gradientNorm,
      clipping: optimizer.clipping(norm: report.gradientNorm), tokens: report.tokens)
    record.fault = report.fault
    let samples = rankSamples
    let ranks = Dictionary(uniqueKeysWithValues: samples.flatMap(\.effectiveRanks))
    let flows = flows
    var layers: [Int: [Int: Double]] = [:]
    let stacks = model.description.stacks
    for (index, parameter) in model.parameters.enumerated() where optimizer.weights.places[index] != nil {
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
      for kind in PassRecorder.modules(stack) {
        record.points += (0..<stack.layers).compactMap { point(stack.site(kind, layer: $0)) }
      }
      let relative = (1...stack.layers).compactMap { flows[stack.residual(point: $0)]?.relative }
      if relative.count == stack.layers, let slope = GradientAnalysis.slope(relative) {
        // Towards the input: positive where the flow falls on its way back.
        record.depthSlopes.append((stack.role.rawValue, slope))
      }
    }
    record.rankTokens = samples.map { ($0.stack.role.rawValue, $0.tokens) }
    for pass in passes {
      if let watcher = pass.watcher { classes?.add(watcher, pass.documents) }
    }
    record.attention = EntropySums.records(passes.map(\.entropies), classes?.classes ?? [:])
    return record
  }

  /// By stack, over all passes.
  private var rankSamples: [RankSamples] {
    guard var samples = passes.first?.ranks else { return [] }
    for pass in passes.dropFirst() { for index in samples.indices { samples[index].merge(pass.ranks[index]) } }
    return samples
  }

  /// Over all passes.
  private var flows: [Site: GradientFormulas.Flow] {
    passes.reduce(into: [:]) { sums, pass in
      sums.merge(pass.flows) { a, b in
        GradientFormulas.Flow(
          squares: a.squares + b.squares, products: a.products.map { $0 + (b.products ?? 0) },
          positions: a.positions + b.positions)
      }
    }
  }
}
