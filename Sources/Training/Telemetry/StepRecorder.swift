import Analyses
import Support
import Synchronization
import Tensors
package import Transformers

/// Looks at one step and makes its record.
package final class StepRecorder: StepObserver, @unchecked Sendable {
  private let model: Model
  private let plan: TelemetryPlan
  private let tokens: TelemetryTokens
  private let sites: TelemetrySites
  private let optimizer: Optimizer
  /// Nil for a step whose heads are not classified.
  private var classes: ClassRecorder?
  /// Under their numbers.
  private let recorders = Mutex<[Int: PassRecorder]>([:])

  /// - Throws: `InputError` where the model cannot read the probe of `tokens`.
  package init(
    _ trainer: Trainer, _ plan: TelemetryPlan, _ tokens: TelemetryTokens = TelemetryTokens()
  ) throws {
    model = trainer.model
    optimizer = trainer.optimizer
    self.plan = plan
    self.tokens = tokens
    sites = trainer.sites
    classes = plan.classifies(trainer.step) ? try ClassRecorder(model, tokens.probe) : nil
  }

  package func request(for pass: Int, of input: ModelInput, among rows: Int) -> TraceRequest {
    let recorder = PassRecorder(
      model.description, sites, input, share: Double(input.batch) / Double(rows), kinds: tokens.kinds, classes)
    recorders.withLock { $0[pass] = recorder }
    return recorder.request
  }

  /// The record of the step, whose gradients still lie where the optimiser has them.
  package func record(_ report: StepReport) -> TelemetryRecord {
    let passes = recorders.withLock { $0.sorted { $0.key < $1.key }.map(\.value) }
    let samples = rankSamples(passes), flows = flows(passes)
    let (ranks, magnitudes) = measured(samples, wantsMagnitudes: plan.histograms || report.fault != nil)
    var record = TelemetryRecord(
      step: report.step + 1, loss: report.loss, learningRate: report.rate, gradientNorm: report.gradientNorm,
      clipping: optimizer.clipping(norm: report.gradientNorm), tokens: report.tokens)
    record.fault = report.fault
    var layers: [Int: [Int: Double]] = [:]
    let stacks = model.description.stacks
    for (index, parameter) in model.parameters.enumerated() where optimizer.changes(index) {
      let square = report.gradientSquares[index]
      let special = (magnitudes.isEmpty ? nil : magnitudes[index])?.special.map { Int($0) } ?? [0, 0, 0, 0]
      let norm = square.squareRoot(), weightNorm = report.weightSquares[index].squareRoot()
      let isChanged = report.changeSquares.indices.contains(index)
      record.parameters.append(
        TelemetryRecord.Parameter(
          name: parameter.name, gradientNorm: norm, gradientRMS: norm / Double(parameter.count).squareRoot(),
          ratio: norm / weightNorm, weightNorm: weightNorm,
          updateRatio: isChanged ? (report.changeSquares[index] / report.weightSquares[index]).squareRoot() : nil,
          zeros: special[0], nans: special[1], positiveInfinities: special[2], negativeInfinities: special[3],
          histogram: plan.histograms ? magnitudes[index]?.bins : nil))
      if let (stack, layer) = sites.blockOfParameter[index] { layers[stack, default: [:]][layer, default: 0] += square }
    }
    for (number, stack) in stacks.enumerated() {
      record.layers += (0..<stack.layers).compactMap { layer in
        layers[number]?[layer].map {
          TelemetryRecord.Layer(stack: stack.role.rawValue, layer: layer, gradientNorm: $0.squareRoot())
        }
      }
      let relative = zip(sites.points, flows).compactMap { point, flow in
        point.stack == number && (point.residual ?? 0) > 0 ? flow.relative : nil
      }
      if relative.count == stack.layers, let slope = GradientAnalysis.slope(relative) {
        // Towards the input: positive where the flow falls on its way back.
        record.depthSlopes.append((stack.role.rawValue, slope))
      }
    }
    record.points = zip(sites.points, flows).compactMap { point, flow in
      guard flow.positions > 0 else { return nil }
      return TelemetryRecord.Point(
        site: point.text, flow: flow.norm, relativeFlow: flow.relative, effectiveRank: ranks[point.site])
    }
    record.rankTokens = samples.map { ($0.stack.role.rawValue, $0.tokens) }
    for pass in passes {
      if let watcher = pass.watcher { classes?.add(watcher, pass.documents) }
    }
    record.attention = AttentionEntropySums.records(passes.map(\.entropies), classes?.classes ?? [:])
    return record
  }

  /// Effective ranks by site, and the sizes of gradients by parameter: the many small things, all at once on all threads.
  private func measured(
    _ samples: [RankSamples], wantsMagnitudes: Bool
  ) -> (ranks: [Site: Double], magnitudes: [GradientFormulas.Magnitudes?]) {
    enum Part {
      case rank(Site, Double?)
      case magnitudes(GradientFormulas.Magnitudes)
    }
    let points = samples.flatMap { sample in (0..<sample.points).map { (sample, $0) } }
    let pieces = GradientFormulas.MagnitudePieces(
      wantsMagnitudes ? optimizer.weights.tensors(in: optimizer.gradients) : [])
    let parts = mapPieces(points.count + pieces.count) { index in
      guard index < points.count else { return Part.magnitudes(pieces.magnitudes(index - points.count)) }
      let (sample, point) = points[index]
      return .rank(sample.stack.residual(point: point), sample.effectiveRank(at: point))
    }
    var ranks: [Site: Double] = [:]
    var magnitudes: [GradientFormulas.Magnitudes] = []
    for part in parts {
      switch part {
      case .rank(let site, let rank): ranks[site] = rank
      case .magnitudes(let piece): magnitudes.append(piece)
      }
    }
    return (ranks, pieces.sums(magnitudes))
  }

  /// By stack, over all passes.
  private func rankSamples(_ passes: [PassRecorder]) -> [RankSamples] {
    guard var samples = passes.first?.ranks else { return [] }
    for pass in passes.dropFirst() { for index in samples.indices { samples[index].merge(pass.ranks[index]) } }
    return samples
  }

  /// By point, over all passes.
  private func flows(_ passes: [PassRecorder]) -> [GradientFormulas.Flow] {
    guard var sums = passes.first?.flows else { return [] }
    for pass in passes.dropFirst() { for index in sums.indices { sums[index].add(pass.flows[index]) } }
    return sums
  }
}
