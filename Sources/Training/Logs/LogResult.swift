package import Results
import Support

extension TrainingLog {
  /// Bins of a histogram over steps.
  private static let bins = 60

  /// The log as the analysis `training`: its curves and histograms, and what the rules judge of them.
  package func result() -> AnalysisResult {
    var result = AnalysisResult(id: TrainingMetrics.analysis, notes: (notes + choices).map { Note($0) })
    // Of a role that several have, the one that counts.
    let chosen = Set(CurveRole.allCases.compactMap { indices(of: $0).first })
    let curves = scalars.enumerated().map { index, scalar in
      LogCurve(
        scalar.name, role: scalar.role.flatMap { $0.isGroup || chosen.contains(index) ? $0 : nil },
        steps: scalar.steps.map(Float.init), values: scalar.values.map { Float($0) })
    }
    LogCurve.write(curves, to: &result)
    let drawable = histograms.compactMap { histogram in
      histogram.shares(bins: Self.bins).map { steps, edges, shares in
        LogHistogram(
          histogram.name, steps: steps.map(Float.init), edges: edges,
          shares: NumericArray(shape: [steps.count, Self.bins], values: shares))
      }
    }
    LogHistogram.write(drawable, to: &result)
    result.tables = tables
    return result
  }

  /// Which of several candidates for a role counts.
  private var choices: [Message] {
    [CurveRole.trainingLoss, .validationLoss].compactMap { role in
      let all = curves(role).filter { $0.steps.count > 1 }
      guard let first = all.first?.name, let own = all.first else { return nil }
      let names = [first] + all.dropFirst().filter { !$0.repeats(own) }.map(\.name)
      guard names.count > 1 else { return nil }
      return Message(
        "note.training.severalSeries",
        [
          "names": names.count, "role": role.rawValue, "shown": names.prefix(6).joined(separator: ", "),
          "more": max(0, names.count - 6), "first": first,
        ])
    }
  }

  private var tables: [MetricTable] {
    func table(_ metric: Metric, _ quantity: Quantity?) -> MetricTable? {
      quantity.map { MetricTable(metric, [.init(.model, $0)]) }
    }
    let (training, validation, norm) = (curve(.trainingLoss), curve(.validationLoss), curve(.gradientNorm))
    let best = validation.flatMap { curve in
      zip(curve.values, curve.steps).filter { $0.0.isFinite }.min { ($0.0, $0.1) < ($1.0, $1.1) }
    }
    let evaluations = validation?.values.count ?? 0
    let change = validation.flatMap {
      $0.values.count > 1 ? $0.values[evaluations - 1] - $0.values[evaluations - 2] : nil
    }
    return [
      table(TrainingMetrics.finalLoss, training.flatMap { c in c.values.last.map { Quantity($0, n: c.values.count) } }),
      table(TrainingMetrics.validationLoss, validation?.values.last.map { Quantity($0, n: evaluations) }),
      table(TrainingMetrics.bestValidationLoss, best.map { Quantity($0.0, n: evaluations) }),
      table(TrainingMetrics.bestStep, best.map { Quantity(Double($0.1), n: evaluations) }),
      table(TrainingMetrics.risingEvaluations, training.flatMap { t in validation.map { rising($0, t) } }),
      table(
        TrainingMetrics.aboveBest,
        validation?.values.last.flatMap { last in best.map { Quantity(last / $0.0 - 1, n: evaluations) } }),
      table(TrainingMetrics.validationChange, change.map { Quantity($0, n: evaluations) }),
      table(TrainingMetrics.accuracyBelowBest, curve(.validationAccuracy).flatMap(belowBest)),
      table(TrainingMetrics.gradientPeak, norm.flatMap(peak)),
      table(TrainingMetrics.nonFiniteSteps, nonFiniteSteps(training, norm)),
    ].compactMap { $0 }
  }

  /// How many of the last evaluations are each worse than the one before, while the training loss logged nearest before
  /// each fell.
  private func rising(_ validation: Scalar, _ training: Scalar) -> Quantity {
    func loss(at step: Int) -> Double? {
      training.steps.lastIndex { $0 <= step }.map { training.values[$0] } ?? training.values.first
    }
    var count = 0
    for index in validation.values.indices.dropFirst().reversed() {
      guard validation.values[index] > validation.values[index - 1],
        let (now, before) = loss(at: validation.steps[index]).flatMap({ now in
          loss(at: validation.steps[index - 1]).map { (now, $0) }
        }), now < before
      else { break }
      count += 1
    }
    return Quantity(Double(count), n: validation.values.count)
  }

  /// How far the last number lies below the largest; nil where there are none.
  private func belowBest(_ accuracy: Scalar) -> Quantity? {
    guard let last = accuracy.values.last, let best = accuracy.values.filter(\.isFinite).max() else { return nil }
    return Quantity(best - last, n: accuracy.values.count)
  }

  /// The largest norm against the median of those before it; nil for fewer than eleven.
  private func peak(_ norm: Scalar) -> Quantity? {
    var window: [Double] = []
    var largest = 0.0
    var judged = 0
    for value in norm.values where value.isFinite {
      if window.count >= 10 {
        if let median = window.median, median > 0 { largest = max(largest, value / median) }
        judged += 1
      }
      window.append(value)
      if window.count > 50 { window.removeFirst() }
    }
    return judged > 0 ? Quantity(largest, n: judged) : nil
  }

  private func nonFiniteSteps(_ training: Scalar?, _ norm: Scalar?) -> Quantity? {
    let curves = [training, norm].compactMap { $0 }
    guard !curves.isEmpty else { return nil }
    let steps = curves.flatMap { curve in zip(curve.steps, curve.values).filter { !$0.1.isFinite }.map(\.0) }
    return Quantity(Double(Set(steps).count), n: Set(curves.flatMap(\.steps)).count)
  }
}

extension TrainingLog.Scalar {
  /// Whether it is the same number logged a second time: within 1 % at every step that both have, or, under the same
  /// name, within 10 % at the last of them, as an average of steps is.
  fileprivate func repeats(_ other: Self) -> Bool {
    let others = Dictionary(zip(other.steps, other.values), uniquingKeysWith: { first, _ in first })
    let pairs = zip(steps, values).compactMap { step, value in others[step].map { (value, $0) } }
    func agree(_ pair: (Double, Double), within share: Double) -> Bool {
      pair.0 == pair.1 || pair.0.isNaN && pair.1.isNaN || abs(pair.0 - pair.1) <= share * abs(pair.1)
    }
    guard let last = pairs.last else { return false }
    let isSameName = name.split(separator: ":").last == other.name.split(separator: ":").last
    return isSameName && agree(last, within: 0.1) || pairs.allSatisfy { agree($0, within: 0.01) }
  }
}

extension TrainingLog.Histogram {
  /// The histograms over bins of one width for all steps, as shares; what a bin holds is spread evenly over it. The first
  /// and last bin take what lies beyond, at each step less than a thousandth. Nil where no value was counted.
  ///
  /// - Returns: shares `[steps, bins]`.
  func shares(bins count: Int) -> (steps: [Int], edges: [Float], shares: [Float])? {
    let kept = bins.indices.filter { bins[$0].counts.contains { $0 > 0 } }
    let ranges = kept.compactMap { bins[$0].range(leaving: 5e-4) }
    guard let low = ranges.map(\.lowerBound).min(), let high = ranges.map(\.upperBound).max(), low < high else {
      return nil
    }
    let width = (high - low) / Double(count)
    var shares: [Float] = []
    for index in kept {
      let step = bins[index]
      let total = step.counts.reduce(0, +)
      var sums = [Double](repeating: 0, count: count)
      for (bin, mass) in step.counts.enumerated() where mass > 0 {
        let left = min(max(step.edges[bin], low), high)
        let right = min(max(step.edges[bin + 1], low), high)
        let first = min(max(Int((left - low) / width), 0), count - 1)
        let last = min(max(Int((right - low) / width), first), count - 1)
        guard right > left else {
          sums[first] += mass
          continue
        }
        for target in first...last {
          let from = max(left, low + Double(target) * width)
          let to = min(right, low + Double(target + 1) * width)
          if to > from { sums[target] += mass * (to - from) / (right - left) }
        }
      }
      shares += sums.map { Float($0 / total) }
    }
    return (kept.map { steps[$0] }, (0...count).map { Float(low + Double($0) * width) }, shares)
  }
}

extension TrainingLog.Histogram.Bins {
  /// Where all but a share at either end lies; nil where nothing was counted.
  fileprivate func range(leaving share: Double) -> ClosedRange<Double>? {
    let total = counts.reduce(0, +)
    func edge(_ order: [Int], outer: (Int) -> Double) -> Double? {
      var mass = 0.0
      for bin in order {
        mass += counts[bin]
        if mass > share * total { return outer(bin) }
      }
      return nil
    }
    guard total > 0, let low = edge(Array(counts.indices), outer: { edges[$0] }),
      let high = edge(counts.indices.reversed(), outer: { edges[$0 + 1] }), low.isFinite, high.isFinite, low <= high
    else { return nil }
    return low...high
  }
}
