import Results
import Support

extension Rule {
  static let representationCollapse = Rule(
    id: "representation-collapse",
    thresholds: [
      Threshold("effectiveRank", 0.05, .share),
      Threshold("centredCosine", 0.5, .cosine),
      Threshold("distanceRatioRise", 0.3, .positive),
    ],
    needs: ["representations"],
    reads: [
      RepresentationMetrics.effectiveRankShare, RepresentationMetrics.centredCosine,
      RepresentationMetrics.distanceRatio,
    ],
    gaps: { rule, results, thresholds in
      let rows = results[RepresentationMetrics.effectiveRankShare]?.rows ?? []
      // A rank of 1, the least there is, must lie below the line.
      let needed = 1 / thresholds[rule, "effectiveRank"]
      let short = [Gap](results.subject.model.stacks.filter { $0 != .cross }) { stack in
        let n = rows.filter { $0.component.stack == stack }.map(\.quantity.n).max()
        guard let n, Double(n) <= needed else { return nil }
        return n == 0
          ? Message("gap.noEffectiveRank")
          : Message("gap.fewTokens", ["n": n, "needed": Int(needed)])
      }
      return short.contains { $0.scope == .all } ? short : short + [Gap](nanOf: rule.reads, results)
    },
    evaluate: { rule, results, thresholds in
      let collapsed = rule.collapsedPoints(results, thresholds)
      return collapsed.map { point, evidence in
        let isInARow = collapsed.contains { other, _ in
          other.stack == point.stack && abs((other.point ?? 0) - (point.point ?? 0)) == 1
        }
        return Finding(rule: rule, severity: isInARow ? .fail : .warn, component: point, evidence: evidence)
      }
    })

  /// The residual points that break any of the three lines, in the order of the model.
  private func collapsedPoints(
    _ results: RunResults, _ thresholds: Thresholds
  ) -> [(point: Component, evidence: [Evidence])] {
    let rankLine = thresholds[self, "effectiveRank"]
    let cosineLine = thresholds[self, "centredCosine"]
    let rise = thresholds[self, "distanceRatioRise"]
    let points = reads.compactMap { results[$0] }.max { $0.rows.count < $1.rows.count }?.rows.map(\.component) ?? []
    var collapsed: [(point: Component, evidence: [Evidence])] = []
    var leastRatio: [Component.Stack: Double] = [:]
    for point in points where point.point != nil {
      var evidence: [Evidence] = []
      if let rank = results[RepresentationMetrics.effectiveRankShare]?[point], let value = rank.value,
        value < rankLine
      {
        evidence.append(
          Evidence(RepresentationMetrics.effectiveRankShare, point, rank, threshold: rankLine, side: .below))
      }
      if let cosine = results[RepresentationMetrics.centredCosine]?[point], let value = cosine.value,
        value > cosineLine
      {
        evidence.append(
          Evidence(RepresentationMetrics.centredCosine, point, cosine, threshold: cosineLine, side: .above))
      }
      if let ratio = results[RepresentationMetrics.distanceRatio]?[point], let value = ratio.value {
        if let least = leastRatio[point.stack], value > least + rise {
          evidence.append(
            Evidence(RepresentationMetrics.distanceRatio, point, ratio, threshold: least + rise, side: .above))
        }
        leastRatio[point.stack] = min(leastRatio[point.stack] ?? value, value)
      }
      if !evidence.isEmpty { collapsed.append((point, evidence)) }
    }
    return collapsed
  }
}
