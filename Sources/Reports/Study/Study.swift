package import Diagnosis
package import Results

/// Variants of one training, trained alike and measured alike, to be set side by side.
package struct Study: Sendable {
  /// One training of a variant.
  package struct Run: Sendable {
    package var seed: Int
    /// Its name among the study's `variants`.
    package var folder: String
    /// What was measured of the trained model, with the training's log among it; nil where it was stopped.
    package var results: RunResults?
    package var assessment: Assessment?
    /// Why the training stopped before its end.
    package var fault: String?
    /// By the clock, which is why it differs between studies of the same job.
    package var tokensPerSecond: Double?

    package init(
      seed: Int, folder: String = "", results: RunResults? = nil, assessment: Assessment? = nil, fault: String? = nil,
      tokensPerSecond: Double? = nil
    ) {
      self.seed = seed
      self.folder = folder
      self.results = results
      self.assessment = assessment
      self.fault = fault
      self.tokensPerSecond = tokensPerSecond
    }
  }

  package struct Variant: Sendable {
    package var name: String
    /// The settings in which it differs from what all have in common, as text: `model.config.norm_placement: post`.
    package var settings: [(key: String, value: String)]
    package var runs: [Run]

    package init(name: String, settings: [(key: String, value: String)], runs: [Run]) {
      self.name = name
      self.settings = settings
      self.runs = runs
    }
  }

  /// Variants that answer one question.
  package struct Group: Sendable {
    package var name: String
    /// What is asked; empty for nothing.
    package var about: String
    /// Places among the variants.
    package var members: [Int]

    package init(name: String, about: String, members: [Int]) {
      self.name = name
      self.about = about
      self.members = members
    }
  }

  package var name: String
  package var about: String
  /// What all variants have in common, as text.
  package var common: [(key: String, value: String)]
  /// The first is the one that the others are variants of.
  package var variants: [Variant]
  package var groups: [Group]

  package init(
    name: String, about: String, common: [(key: String, value: String)], variants: [Variant], groups: [Group]
  ) {
    self.name = name
    self.about = about
    self.common = common
    self.variants = variants
    self.groups = groups
  }
}

extension Study.Variant {
  /// A number of every training that came to its end.
  func values(_ value: (RunResults) -> Double?) -> [Double] { runs.compactMap { $0.results.flatMap(value) } }

  /// Mean over the trainings, nil where none has the number.
  func mean(_ value: (RunResults) -> Double?) -> Double? {
    let values = values(value)
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  var fault: String? { runs.lazy.compactMap(\.fault).first }

  /// The findings of all trainings, each rule and severity once, the gravest first, with how many trainings have it.
  var findings: [(finding: Finding, runs: Int)] {
    var found: [(finding: Finding, runs: Int)] = []
    for run in runs {
      var seen: Set<String> = []
      for finding in run.assessment?.findings ?? [] where seen.insert(finding.rule).inserted {
        if let place = found.firstIndex(where: { $0.finding.rule == finding.rule }) {
          found[place].runs += 1
          if finding.severity > found[place].finding.severity { found[place].finding = finding }
        } else {
          found.append((finding, 1))
        }
      }
    }
    return Severity.allCases.reversed().flatMap { severity in found.filter { $0.finding.severity == severity } }
  }
}

/// Numbers of a training that a study sets side by side.
enum StudyNumbers {
  static func validationLoss(_ results: RunResults) -> Double? {
    results[TrainingMetrics.validationLoss]?[.model]?.value
  }

  static func trainingLoss(_ results: RunResults) -> Double? { results[TrainingMetrics.finalLoss]?[.model]?.value }

  static func gradientPeak(_ results: RunResults) -> Double? { results[TrainingMetrics.gradientPeak]?[.model]?.value }

  /// Mean over the heads of all layers.
  static func entropy(_ results: RunResults) -> Double? { mean(entropies(results)) }

  /// Mean over the heads of each layer.
  static func entropies(_ results: RunResults) -> [Double?] {
    (0..<results.subject.model.layers).map { layer in
      mean(
        (results[AttentionMetrics.normalisedEntropy]?.rows ?? []).map {
          $0.component.layer == layer ? $0.quantity.value : nil
        })
    }
  }

  /// At each residual point.
  static func ranks(_ results: RunResults) -> [Double?] {
    (results[RepresentationMetrics.effectiveRank]?.rows ?? []).filter { $0.component.point != nil }.map(
      \.quantity.value)
  }

  /// By residual point behind the first block, of the first step that was recorded or of the last.
  static func relativeFlow(_ results: RunResults, first: Bool) -> [Double?] {
    guard let log = results[analysis: TrainingMetrics.analysis] else { return [] }
    var flows: [Component: [Float]] = [:]
    for curve in LogCurve.all(in: log) {
      guard let (family, site) = curve.telemetry, family == .relativeFlow, let point = Component(residualSite: site)
      else { continue }
      if flows[point] == nil { flows[point] = curve.values }
    }
    return (1...results.subject.model.layers).map { point in
      let values = flows[.point(point)]
      return (first ? values?.first : values?.last).map { Double($0) }
    }
  }

  /// How often larger the relative flow is behind the last block than behind the first: above 1 it fades on its way back.
  static func fall(_ results: RunResults) -> Double? {
    let flow = relativeFlow(results, first: true)
    guard flow.count > 1, let first = flow[0], let last = flow[flow.count - 1] else { return nil }
    return first == 0 ? .infinity : last / first
  }

  /// A number of the log by step.
  static func curve(_ role: CurveRole, _ results: RunResults) -> [(step: Double, value: Double)] {
    guard let log = results[analysis: TrainingMetrics.analysis],
      let curve = LogCurve.all(in: log).first(where: { $0.role == role })
    else { return [] }
    return zip(curve.steps, curve.values).map { (Double($0), Double($1)) }
  }

  private static func mean(_ values: [Double?]) -> Double? {
    let numbers = values.compactMap { $0 }
    return numbers.isEmpty ? nil : numbers.reduce(0, +) / Double(numbers.count)
  }
}
