import Engine
import Results
import Support
import Tensors
import Transformers

/// Every place of the maps of one task, exchanged in both directions.
struct PatchingSweep {
  private let task: TokenizedTask
  private let maps: [CausalMetrics.Map]
  private let d: StackDescription
  /// The length of all pairs; nil where it differs, and then there are no maps by position.
  private let positions: Int?
  private var clean = 0.0
  private var corrupt = 0.0
  /// Sums over the pairs.
  private var sums: [CausalMetrics.Mode: [CausalMetrics.Map: [Double]]] = [:]
  private var counts = BootstrapSums(width: 4)
  /// Exchanges that were not run, because both runs have the same there, and all.
  private var equal = 0
  private var all = 0

  init(_ task: TokenizedTask, _ maps: [CausalMetrics.Map], _ runner: Runner) throws {
    self.task = task
    d = runner.model.description.stack
    let lengths = Set(task.pairs.map(\.clean.count))
    positions = lengths.count == 1 ? lengths.first : nil
    self.maps = lengths.count == 1 ? maps : maps.filter { !$0.isByPosition }
    for pair in task.pairs { try add(pair, runner) }
  }

  private mutating func add(_ pair: TokenizedPair, _ runner: Runner) throws {
    let inputs = [pair.input(isClean: true), pair.input(isClean: false)]
    var unedited = ExperimentPlan(
      inputs: inputs, runs: inputs.indices.map { ExperimentRun(input: $0, objective: pair.objective) })
    let attributed = maps.filter(\.hasAttribution)
    unedited.sites = Set(maps.flatMap { $0.sites(d) })
    unedited.gradients = Set(attributed.flatMap { $0.sites(d) })
    let traces = try runner.run(unedited)
    let (own, other) = (traces[0].objective, traces[1].objective)
    clean += own
    corrupt += other
    counts.add([own, other, own > 0 ? 1 : 0, 1], BootstrapWeights(hash: stableHash("\(pair.row)")))
    for map in attributed {
      add(
        .attribution, map,
        map.places(d, positions: pair.clean.count).map { place in
          guard let a = traces[0].values[place.site], let b = traces[1].values[place.site],
            let gradient = traces[1].gradients[place.site]
          else { return .nan }
          return place.product(a, b, gradient)
        })
    }
    // Into run `target` what run `source` had.
    for (mode, target, source) in [(CausalMetrics.Mode.patch, 1, 0), (.noising, 0, 1)] {
      var plan = ExperimentPlan(inputs: [inputs[target]], runs: [])
      // For each place of each map its run; nil where both runs are equal there.
      var runs: [[Int?]] = []
      for map in maps {
        runs.append(
          map.places(d, positions: pair.clean.count).map { place in
            guard let edits = place.edits(of: traces[target].values, from: traces[source].values) else { return nil }
            plan.runs.append(ExperimentRun(input: 0, edits: edits, objective: pair.objective))
            return plan.runs.count - 1
          })
      }
      let found = try runner.run(plan)
      for (map, runs) in zip(maps, runs) {
        all += runs.count
        equal += runs.count { $0 == nil }
        add(mode, map, runs.map { $0.map { found[$0].objective } ?? traces[target].objective })
      }
    }
  }

  private mutating func add(_ mode: CausalMetrics.Mode, _ map: CausalMetrics.Map, _ values: [Double]) {
    let sum = sums[mode]?[map] ?? values.map { _ in 0 }
    sums[mode, default: [:]][map] = zip(sum, values).map(+)
  }

  /// What the sums come to, per map: NaN where clean and corrupt runs do not differ.
  private func effects(_ mode: CausalMetrics.Mode, _ map: CausalMetrics.Map) -> [Double]? {
    let gap = clean - corrupt
    return sums[mode]?[map].map { sums in
      sums.map { sum in
        guard gap != 0 else { return .nan }
        return switch mode {
        case .patch: (sum - corrupt) / gap
        case .noising: (clean - sum) / gap
        case .attribution: sum / gap
        }
      }
    }
  }

  func write(to result: inout AnalysisResult, _ rows: inout [Metric: [MetricTable.Row]]) throws {
    for mode in CausalMetrics.Mode.allCases {
      for map in maps where mode.has(map) {
        guard let effects = effects(mode, map) else { continue }
        result[CausalMetrics.keys(mode, map)[task.name]] = NumericArray(
          shape: map.shape(d, positions: positions ?? 0), values: effects.map { Float($0) })
      }
    }
    if positions != nil, let first = task.pairs.first {
      result[CausalMetrics.cleanTokens[task.name]] = first.cleanTexts
      result[CausalMetrics.corruptTokens[task.name]] = first.corruptTexts
    }
    let component = Component(.task(task.name))
    for (slot, metric) in [CausalMetrics.clean, CausalMetrics.corrupt, CausalMetrics.solved].enumerated() {
      rows[metric, default: []].append(MetricTable.Row(component, counts.ratio(slot, to: counts, 3)))
    }
    var pairs: [(Double, Double)] = []
    for map in maps where map.hasAttribution {
      guard let patched = effects(.patch, map), let estimated = effects(.attribution, map) else { continue }
      pairs += zip(patched, estimated).filter { $0.isFinite && $1.isFinite }
    }
    rows[CausalMetrics.agreement, default: []].append(
      MetricTable.Row(component, Quantity(correlation(pairs), n: pairs.count)))
  }

  var notes: [Message] {
    var notes = [
      Message(
        "note.causal.runs",
        ["task": task.name, "pairs": task.pairs.count, "all": all, "equal": equal])
    ]
    if positions == nil { notes.append(Message("note.causal.lengthsDiffer", ["task": task.name])) }
    return notes
  }

  /// Pearson's; NaN where one side is constant.
  private func correlation(_ pairs: [(Double, Double)]) -> Double {
    let n = Double(pairs.count)
    let (a, b) = (pairs.reduce(0) { $0 + $1.0 } / n, pairs.reduce(0) { $0 + $1.1 } / n)
    let (ab, aa, bb) = pairs.reduce((0.0, 0.0, 0.0)) {
      ($0.0 + ($1.0 - a) * ($1.1 - b), $0.1 + ($1.0 - a) * ($1.0 - a), $0.2 + ($1.1 - b) * ($1.1 - b))
    }
    return ab / (aa * bb).squareRoot()
  }
}
