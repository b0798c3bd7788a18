import Support
import Tensors
package import Transformers

/// Runs models for experiments: rows that carry different edits go through the model together, and what the runs of an
/// input have in common is computed once.
///
/// A row's numbers depend on neither its neighbours nor the size of the batch: only inputs of the same length share one.
package struct Runner: Sendable {
  package let model: Model
  /// Bytes that the values of the batches at work may take together.
  package let memory: Int
  private let progress: @Sendable (Event) -> Void

  package enum Event: Sendable {
    /// So many more runs are planned.
    case planned(Int)
    /// So many more are done.
    case done(Int)
  }

  package static let defaultMemory = 1 << 30

  package init(
    _ model: Model, memory: Int = Runner.defaultMemory, progress: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    self.model = model
    self.memory = memory
    self.progress = progress
  }

  /// Says that pieces of other work are planned, or done: fits of probes.
  package func planned(_ count: Int) { progress(.planned(count)) }
  package func done(_ count: Int = 1) { progress(.done(count)) }

  /// What each run saw, in their order.
  ///
  /// - Throws: `InputError` as `Model.run`.
  package func run(_ plan: ExperimentPlan) throws -> [RunTrace] {
    progress(.planned(plan.runs.count))
    var traces = [RunTrace?](repeating: nil, count: plan.runs.count)
    let byInput = Dictionary(grouping: plan.runs.indices) { plan.runs[$0].input }
    for window in windows(plan) {
      let runs = window.flatMap { byInput[$0] ?? [] }
      let streams = try streams(plan, window, byInput)
      let batches = batches(plan, runs, streams)
      // Where there are batches enough each goes through the model on one thread.
      let isWide = batches.count >= 2 * Workers.current.count
      func trace(_ batch: Batch) throws -> [RunTrace] {
        let found = try self.trace(plan, batch, streams)
        progress(.done(batch.runs.count))
        return found
      }
      let found = isWide ? try mapPieces(batches.count) { try trace(batches[$0]) } : try batches.map(trace)
      for (batch, found) in zip(batches, found) {
        for (run, trace) in zip(batch.runs, found) { traces[run] = trace }
      }
    }
    return traces.compactMap(\.self)
  }

  /// Greedy continuations of prompts, or targets of sources.
  package func written(_ prompts: [[Int32]], _ request: GenerationRequest) throws -> [[Int32]] {
    try model.description.encoder == nil
      ? model.continuations(of: prompts, request) : model.targets(of: prompts, request)
  }
}

extension Runner {
  /// Runs that go through the model together.
  private struct Batch {
    /// The block that comes next; nil from the embeddings.
    var start: Int?
    var runs: [Int]
  }

  /// What decides which runs can share a batch.
  private struct Key: Hashable {
    var length: Int
    var target: Int?
    var hasTypes: Bool
    var start: Int?
    /// Edited sites at which a pass goes another way, with other roundings: rows that do not go that way stay apart.
    var detours: Set<Site>
  }

  /// What unedited runs of inputs had before blocks, `[1, T, C]`.
  private struct Streams {
    var streams: [Int: [Int: Tensor]] = [:]
    var memories: [Int: Tensor] = [:]
  }

  private var d: ModelDescription { model.description }

  /// The inputs in order, cut so that what is kept of their unedited runs takes a quarter of the memory.
  private func windows(_ plan: ExperimentPlan) -> [Range<Int>] {
    var windows: [Range<Int>] = []
    var bytes = 0
    for (index, input) in plan.inputs.enumerated() {
      let size = 4 * d.width * ((input.target?.length ?? input.length) * (d.layers + 1) + input.length)
      if let last = windows.last, bytes + size <= memory / 4 {
        windows[windows.count - 1] = last.lowerBound..<index + 1
        bytes += size
      } else {
        windows.append(index..<index + 1)
        bytes = size
      }
    }
    return windows
  }

  /// The unedited runs of inputs, where several runs start behind the same blocks.
  private func streams(_ plan: ExperimentPlan, _ window: Range<Int>, _ byInput: [Int: [Int]]) throws -> Streams {
    var needed: [Int: Set<Int>] = [:]
    for input in window {
      let layers = (byInput[input] ?? []).compactMap { plan.firstLayer(plan.runs[$0], d) }
      // One more run has to save more than it costs.
      if layers.reduce(0, +) > d.layers { needed[input] = Set(layers).subtracting([0]) }
    }
    guard !needed.isEmpty else { return Streams() }
    var unedited = ExperimentPlan(
      inputs: plan.inputs, runs: needed.keys.sorted().map { ExperimentRun(input: $0) })
    let layers = needed.values.reduce(into: Set<Int>()) { $0.formUnion($1) }
    unedited.sites = Set(layers.map(d.stack.residual(point:)))
    let memory = d.encoder.map { $0.hasOutput ? $0.site(.finalNorm) : $0.residual(point: $0.layers) }
    if let memory { unedited.sites.insert(memory) }
    var streams = Streams()
    for batch in batches(unedited, Array(unedited.runs.indices), Streams()) {
      for (run, trace) in zip(batch.runs, try self.trace(unedited, batch, Streams())) {
        let input = unedited.runs[run].input
        streams.streams[input] = [:]
        for layer in needed[input] ?? [] {
          streams.streams[input]?[layer] = trace.values[d.stack.residual(point: layer)].map(\.copy)
        }
        if let memory { streams.memories[input] = trace.values[memory].map(\.copy) }
      }
    }
    return streams
  }

  /// Runs of equal shape, the longest way first, in batches of bounded memory.
  private func batches(_ plan: ExperimentPlan, _ runs: [Int], _ streams: Streams) -> [Batch] {
    var groups: [Key: [Int]] = [:]
    for run in runs {
      let input = plan.inputs[plan.runs[run].input]
      let layer = plan.firstLayer(plan.runs[run], d)
      let start = layer.flatMap { streams.streams[plan.runs[run].input]?[$0] == nil ? nil : $0 }
      groups[
        Key(
          length: input.length, target: input.target?.length, hasTypes: input.typeIDs != nil, start: start,
          detours: Set(plan.runs[run].edits.map(\.site).filter(\.kind.isDetour))),
        default: []
      ].append(run)
    }
    let sorted = groups.sorted {
      (($0.key.start ?? 0), $0.value[0]) < (($1.key.start ?? 0), $1.value[0])
    }
    return sorted.flatMap { key, runs -> [Batch] in
      let rows = rows(plan, key, runs)
      return stride(from: 0, to: runs.count, by: rows).map {
        Batch(start: key.start, runs: Array(runs[$0..<min(runs.count, $0 + rows)]))
      }
    }
  }

  /// How many rows of a shape a batch has: as many as run fast, and no more than the memory has room for.
  private func rows(_ plan: ExperimentPlan, _ key: Key, _ runs: [Int]) -> Int {
    let length = key.target ?? key.length, layers = d.layers - (key.start ?? 0)
    let touched = plan.sites.union(plan.gradients).union(plan.runs[runs[0]].edits.map(\.site))
    let copies = touched.contains { $0.kind.isByHead } ? 4 * d.heads : 0
    let squares = touched.contains { $0.kind.isSquare } ? 3 * d.heads * length : d.heads * length / 4
    let perPosition = (12 + copies) * d.width + 3 * d.stack.feedForwardWidth + squares
    let kept = plan.sites.union(plan.gradients).count * d.width
    let depth = plan.gradients.isEmpty ? 1 : layers + 1
    let logits = 2 * d.vocabulary * (runs.contains { plan.runs[$0].objective?.isLoss ?? false } ? length : 1)
    let perRow = 4 * (length * (perPosition * depth + kept) + logits)
    let affordable = max(1, memory / 2 / Workers.current.count / max(1, perRow))
    return min(affordable, max(1, (plan.gradients.isEmpty ? 2048 : 1024) / length))
  }

  private func trace(_ plan: ExperimentPlan, _ batch: Batch, _ streams: Streams) throws -> [RunTrace] {
    let runs = batch.runs.map { plan.runs[$0] }
    var request = TraceRequest(sites: plan.sites, gradients: plan.gradients)
    var edits: [Range<Int>] = []
    for (row, run) in runs.enumerated() {
      let first = request.edits.count
      for var edit in run.edits {
        edit.rows = row..<row + 1
        request.edits.append(edit)
      }
      edits.append(first..<request.edits.count)
    }
    let objectives = runs.compactMap(\.objective)
    precondition(objectives.isEmpty || objectives.count == runs.count, "some runs of a plan have an objective")
    request.objectives = objectives
    request.objectiveLogits = plan.keepsLogits
    if let start = batch.start {
      let own = runs.compactMap { streams.streams[$0.input]?[start] }
      let memories = runs.compactMap { streams.memories[$0.input] }
      request.start = Start(
        layer: start, stream: Tensor(joining: own), memory: memories.isEmpty ? nil : Tensor(joining: memories))
    }
    let trace = try model.run(ModelInput(joining: runs.map { plan.inputs[$0.input] }), request)
    return runs.indices.map { row in
      RunTrace(
        objective: trace.objectives.isEmpty ? .nan : trace.objectives[row],
        logits: trace.objectiveLogits.map { $0.row(row).reshaped([$0.shape[1]]) },
        values: trace.values.mapValues { $0.row(row) }, gradients: trace.gradients.mapValues { $0.row(row) },
        didChange: Array(trace.didChange[edits[row]]))
    }
  }
}

extension Tensor {
  /// Row `index` of the first axis, in the same memory.
  fileprivate func row(_ index: Int) -> Tensor {
    let size = count / shape[0]
    return Tensor(storage: storage, offset: offset + index * size, shape: [1] + shape.dropFirst())
  }

  fileprivate var copy: Tensor { Tensor(values, shape: shape) }
}
