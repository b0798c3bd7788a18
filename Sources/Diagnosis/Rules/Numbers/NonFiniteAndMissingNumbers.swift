import Results
import Support

/// Weights and measurements that are NaN, infinite or not there at all.
extension Rule {
  static let nonFiniteWeights = Rule(
    id: "non-finite-weights",
    thresholds: [],
    needs: [WeightMetrics.census],
    reads: [WeightMetrics.nanCount, WeightMetrics.infiniteCount],
    evaluate: { rule, results, _ in
      var groups = ComponentGroups()
      for metric in rule.reads {
        let faulty = (results[metric]?.rows ?? []).filter { ($0.quantity.value ?? 0) > 0 }
        // The tensor with the most of them comes first and lends the evidence.
        let worst = faulty.max { $0.quantity.number < $1.quantity.number }
        for row in [worst].compactMap(\.self) + faulty {
          groups.add(row.component, Evidence(metric, row.component, row.quantity, threshold: 0, side: .above))
        }
      }
      return groups.ordered.map { component, members, evidence in
        Finding(rule: rule, severity: .fail, component: component, members: members, evidence: evidence)
      } + [rule.nonFiniteCheckpoints(results)].compactMap { $0 }
    })

  /// The checkpoints of which weights are NaN or infinite, as one finding.
  private func nonFiniteCheckpoints(_ results: RunResults) -> Finding? {
    guard let count = results[TrainingMetrics.nonFiniteCheckpoints]?[.model], count.value ?? 0 > 0,
      let training = results[analysis: TrainingMetrics.analysis], let names = training[TrainingMetrics.checkpoints],
      let weights = training[TrainingMetrics.nonFinite]?.values
    else { return nil }
    let faulty = zip(names, weights).filter { $0.1 > 0 }.map(\.0)
    var finding = Finding(
      rule: self, severity: .fail, component: .model,
      evidence: [Evidence(TrainingMetrics.nonFiniteCheckpoints, .model, count, threshold: 0, side: .above)],
      meaning: Message(
        "finding.checkpointsNotFinite",
        ["faulty": faulty.count, "checkpoints": names.count, "shown": faulty.beginning(of: 3, separator: ", ")]))
    finding.id = "\(id):checkpoints"
    return finding
  }

  static let missingNumber = Rule(
    id: "missing-number",
    thresholds: [],
    needs: [],
    reads: [],
    evaluate: { rule, results, _ in
      var groups = ComponentGroups()
      let explained = ExplainedNumbers(results)
      for analysis in results.analyses where analysis.notApplicable == nil {
        for table in analysis.tables {
          for row in table.rows
          where row.quantity.state == .missing
            || row.quantity.isNotFinite && !explained.holds(table.metric, row, of: analysis)
          {
            groups.add(row.component, Evidence(table.metric, row.component, row.quantity))
          }
        }
        for (metric, component) in results.absentees(of: analysis) {
          groups.add(component, Evidence(metric, component, .missing))
        }
      }
      return groups.ordered.map { component, members, evidence in
        Finding(rule: rule, severity: .fail, component: component, members: members, evidence: evidence)
      }
    })
}

extension RunResults {
  /// Metrics that the rules read and the analysis did not give, with the components that have none: the model where
  /// the whole table is not there.
  fileprivate func absentees(of analysis: AnalysisResult) -> [(Metric, Component)] {
    var read: [Metric] = []
    for rule in Rule.all where rule.needs.contains(analysis.id) {
      for metric in rule.reads where !read.contains(metric) { read.append(metric) }
    }
    return read.flatMap { metric -> [(Metric, Component)] in
      guard let table = analysis[metric], !table.rows.isEmpty else { return [(metric, .model)] }
      let present = Set(table.rows.map(\.component))
      return expectedComponents(likeThoseOf: table).filter { !present.contains($0) }.map { (metric, $0) }
    }
  }

  /// All heads or all residual points of the stacks that a table is about.
  private func expectedComponents(likeThoseOf table: MetricTable) -> [Component] {
    var stacks: [Component.Stack] = []
    for row in table.rows where !stacks.contains(row.component.stack) { stacks.append(row.component.stack) }
    return stacks.flatMap { stack -> [Component] in
      guard let first = table.rows.first(where: { $0.component.stack == stack })?.component else { return [] }
      let encoder = stack == .encoder ? subject.model.encoder : nil
      let (layers, heads) = (encoder?.layers ?? subject.model.layers, encoder?.heads ?? subject.model.heads)
      if first.head != nil {
        return (0..<layers).flatMap { layer in
          (0..<heads).map { Component(.head(layer: layer, head: $0), stack: stack) }
        }
      }
      guard let point = first.point else { return [] }
      return (point...max(point, layers)).map { Component(.point($0), stack: stack) }
    }
  }
}
