import Analyses
import CKernels
import Results
import Synchronization
import Tensors
package import Transformers

/// Looks at one step and makes its record.
package final class StepRecorder: StepObserver {
  private let model: Model
  private let plan: TelemetryPlan
  private let sums: EntropySums
  private var flows: [Site: GradientFormulas.Flow] = [:]
  private var weightSquares: [Double] = []
  private let optimizer: Optimizer

  package init(_ trainer: Trainer, _ plan: TelemetryPlan) {
    model = trainer.model
    optimizer = trainer.optimizer
    self.plan = plan
    sums = EntropySums(model.description)
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
    let sums = sums
    request.look = Look { sums.see($0) }
    return request
  }

  package func begin(_ input: ModelInput) { sums.begin(input) }

  package func observe(_ trace: Trace, _ input: ModelInput) {
    sums.end()
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
        flows[site].map { TelemetryRecord.Point(site: site.text, flow: $0.norm, relativeFlow: $0.relative) }
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
    record.attention = sums.records
    return record
  }
}

/// Sums of entropies of each head, added up as rows of probabilities pass.
private final class EntropySums: @unchecked Sendable {
  private struct Place {
    var site: Site
    var heads: Int
    var isCausal: Bool
    var window: Int
    var stride: Int
    var readsEncoder: Bool
  }

  private let places: [Place]
  private let indices: [Site: Int]
  private let widest: Int
  /// Entropy, entropy over `ln n`, rows: by place, batch row and head, each on one thread.
  private var cells = UnsafeMutableBufferPointer<Double>.allocate(capacity: 0)
  private var lengths: [Int] = []
  private var encoderLengths: [Int] = []
  /// The same by place and head.
  private var totals: [[Double]]

  init(_ d: ModelDescription) {
    places = d.stacks.flatMap { stack in
      (0..<stack.layers).flatMap { layer -> [Place] in
        let own = Place(
          site: stack.site(.pattern, layer: layer), heads: stack.heads, isCausal: stack.isCausal,
          window: stack.windows[layer] ?? 0, stride: stack.stride ?? 0, readsEncoder: stack.role == .encoder)
        guard stack.role == .decoder else { return [own] }
        let cross = Place(
          site: stack.site(.crossPattern, layer: layer), heads: stack.heads, isCausal: false, window: 0, stride: 0,
          readsEncoder: true)
        return [own, cross]
      }
    }
    indices = Dictionary(uniqueKeysWithValues: places.enumerated().map { ($1.site, $0) })
    widest = places.map(\.heads).max() ?? 1
    totals = places.map { Array(repeating: 0, count: $0.heads * 3) }
  }

  deinit { cells.deallocate() }

  func begin(_ input: ModelInput) {
    encoderLengths = input.lengths
    lengths = input.targetLengths
    cells.deallocate()
    cells = .allocate(capacity: places.count * input.batch * widest * 3)
    cells.initialize(repeating: 0)
  }

  /// Called from several threads; no two write to one cell.
  func see(_ band: AttentionBand) {
    guard let index = indices[band.site], let base = cells.baseAddress else { return }
    let place = places[index], rows = band.rows
    let queries = place.site.stack == .encoder ? encoderLengths : lengths
    let keys = place.readsEncoder ? encoderLengths : lengths
    let real = min(rows.queries.upperBound, queries[rows.batchRow]) - rows.queries.lowerBound
    guard real > 0 else { return }
    var looked = tk_attention_band(
      pattern: rows.pointer, stride: rows.stride, first_query: rows.queries.lowerBound, queries: real,
      first_key: rows.keys.lowerBound, keys: rows.keys.count, length: keys[rows.batchRow],
      causal: place.isCausal ? 1 : 0, window: place.window, every: place.stride)
    tk_attention_entropy(&looked, base + ((index * lengths.count + rows.batchRow) * widest + rows.head) * 3)
  }

  /// After a pass.
  func end() {
    for index in places.indices {
      for row in lengths.indices {
        let start = (index * lengths.count + row) * widest * 3
        for cell in 0..<places[index].heads * 3 { totals[index][cell] += cells[start + cell] }
      }
    }
  }

  var records: [TelemetryRecord.Attention] {
    zip(places, totals).map { place, sums in
      func mean(_ kind: Int) -> [Double] { (0..<place.heads).map { sums[$0 * 3 + kind] / sums[$0 * 3 + 2] } }
      return TelemetryRecord.Attention(site: place.site.text, entropy: mean(0), normalisedEntropy: mean(1))
    }
  }
}

extension ModelInput {
  /// Real positions of each row, which come first.
  var lengths: [Int] { (0..<batch).map { row in mask[row * length..<(row + 1) * length].count { $0 != 0 } } }

  var targetLengths: [Int] {
    guard let target else { return lengths }
    return (0..<batch).map { row in target.mask[row * target.length..<(row + 1) * target.length].count { $0 != 0 } }
  }
}
