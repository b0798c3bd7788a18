import Foundation
import Results
import Support

/// Gradients that fade or grow on their way through the layers.
extension Rule {
  static let vanishingGradient = Rule(
    id: "vanishing-gradient",
    thresholds: [
      Threshold("slope", log(2), .positive),
      Threshold("warnRatio", 1e3, .ratio),
      Threshold("failRatio", 1e5, .ratio),
    ],
    needs: ["gradients"],
    reads: [
      GradientMetrics.relativeFlow, GradientMetrics.depthSlope, GradientMetrics.endToEndRatio, GradientMetrics.norm,
    ],
    gaps: { _, results, _ in [Gap](nanOf: [GradientMetrics.relativeFlow, GradientMetrics.norm], results) },
    evaluate: { rule, results, thresholds in
      var findings: [Finding] = []
      let slopeLine = thresholds[rule, "slope"]
      for row in results[GradientMetrics.endToEndRatio]?.rows ?? [] {
        let slope = results[GradientMetrics.depthSlope]?[row.component] ?? .missing
        // An infinite ratio is a gradient that is exactly zero at the first block.
        let ratio = row.quantity.state == .infinite ? .infinity : row.quantity.value ?? 0
        guard ratio == .infinity || (slope.value ?? 0) > slopeLine, ratio > thresholds[rule, "warnRatio"] else {
          continue
        }
        let severity: Severity = ratio > thresholds[rule, "failRatio"] ? .fail : .warn
        let ratioLine = thresholds[rule, severity == .fail ? "failRatio" : "warnRatio"]
        findings.append(
          Finding(
            rule: rule, severity: severity, component: row.component,
            evidence: [
              Evidence(
                GradientMetrics.endToEndRatio, row.component, row.quantity, threshold: ratioLine, side: .above),
              Evidence(GradientMetrics.depthSlope, row.component, slope, threshold: slopeLine, side: .above),
            ]))
      }
      for row in results[GradientMetrics.norm]?.rows ?? []
      where row.component.layer != nil && row.component.head == nil && row.quantity.value == 0 {
        findings.append(
          Finding(
            rule: rule, severity: .fail, component: row.component,
            evidence: [Evidence(GradientMetrics.norm, row.component, row.quantity, threshold: 0)],
            meaning: "finding.gradientIsZero"))
      }
      return findings
    })

  static let explodingGradient = Rule(
    id: "exploding-gradient",
    thresholds: [
      Threshold("slope", log(2), .positive),
      Threshold("warnRatio", 1e3, .ratio),
      Threshold("failRatio", 1e5, .ratio),
    ],
    needs: ["gradients"],
    reads: [
      GradientMetrics.relativeFlow, GradientMetrics.depthSlope, GradientMetrics.endToEndRatio, GradientMetrics.norm,
    ],
    gaps: { _, results, _ in
      // A NaN among the gradients is a fault unless it is one of the weights.
      results.hasNonFiniteWeights ? [Gap](nanOf: [GradientMetrics.relativeFlow, GradientMetrics.norm], results) : []
    },
    evaluate: { rule, results, thresholds in
      var findings: [Finding] = []
      let slopeLine = -thresholds[rule, "slope"]
      for row in results[GradientMetrics.endToEndRatio]?.rows ?? [] {
        let slope = results[GradientMetrics.depthSlope]?[row.component] ?? .missing
        guard let ratio = row.quantity.value, (slope.value ?? 0) < slopeLine,
          ratio < 1 / thresholds[rule, "warnRatio"]
        else { continue }
        let severity: Severity = ratio < 1 / thresholds[rule, "failRatio"] ? .fail : .warn
        let ratioLine = 1 / thresholds[rule, severity == .fail ? "failRatio" : "warnRatio"]
        findings.append(
          Finding(
            rule: rule, severity: severity, component: row.component,
            evidence: [
              Evidence(
                GradientMetrics.endToEndRatio, row.component, row.quantity, threshold: ratioLine, side: .below),
              Evidence(GradientMetrics.depthSlope, row.component, slope, threshold: slopeLine, side: .below),
            ]))
      }
      return findings + (results.hasNonFiniteWeights ? [] : rule.nonFiniteGradients(results))
    })

  /// What the exploding-gradient rule looks for NaN and infinities in; the missing-number rule leaves these to it.
  static let gradientMagnitudes = [
    GradientMetrics.loss, GradientMetrics.norm, GradientMetrics.rms, GradientMetrics.ratio, GradientMetrics.flow,
    GradientMetrics.relativeFlow,
  ]

  /// A failure for each layer, and one for the rest of the model, whose gradients hold a NaN or an infinity.
  private func nonFiniteGradients(_ results: RunResults) -> [Finding] {
    var groups = ComponentGroups()
    for metric in Rule.gradientMagnitudes {
      for row in results[metric]?.rows ?? [] where row.quantity.isNotFinite {
        groups.add(row.component, Evidence(metric, row.component, row.quantity))
      }
    }
    for metric in [GradientMetrics.nanCount, GradientMetrics.infiniteCount] {
      for row in results[metric]?.rows ?? [] where (row.quantity.value ?? 0) > 0 {
        groups.add(row.component, Evidence(metric, row.component, row.quantity, threshold: 0, side: .above))
      }
    }
    return groups.ordered.map { component, members, evidence in
      Finding(
        rule: self, severity: .fail, component: component, members: members, evidence: evidence,
        meaning: "finding.gradientNotFinite")
    }
  }
}
