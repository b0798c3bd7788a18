package import Results
package import Support

/// How much a finding weighs: a note informs, a warning asks for a look, a failure closes the gate.
package enum Severity: String, Codable, CaseIterable, Comparable, Sendable {
  case note, warn, fail

  package static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }

  /// "warn".
  package var title: String { phrase("severity.\(rawValue)") }

  private var rank: Int { Severity.allCases.firstIndex(of: self) ?? 0 }
}

/// A number that a finding rests on, with the line it crossed.
package struct Evidence: Hashable, Sendable {
  /// On which side of the threshold the number lies.
  package enum Side: String, Codable, Sendable { case below, above }

  /// The metric's id (`attention.normalisedEntropy`), or `<rule>.<name>` for a number that a rule itself counts.
  package var metric: String
  package var messages: Messages
  /// What the number belongs to: of a finding's members the most extreme one.
  package var component: Component
  package var value: Quantity
  /// The threshold that was crossed; nil where the value's state (NaN, missing) is the evidence.
  package var threshold: Double?
  package var side: Side?
  /// The same number in the baseline run.
  package var baseline: Quantity?

  /// What the number is called, and what it is counted in.
  package struct Messages: Hashable, Codable, Sendable {
    var title: Message
    var unit: Message?
  }

  /// "Normalised entropy".
  package var title: String { messages.title.text }
  /// "nats"; empty where the number has no unit.
  package var unit: String { messages.unit?.text ?? "" }

  package init(
    metric: String, title: Message, unit: Message? = nil, component: Component, value: Quantity,
    threshold: Double? = nil, side: Side? = nil, baseline: Quantity? = nil
  ) {
    self.metric = metric
    self.messages = Messages(title: title, unit: unit)
    self.component = component
    self.value = value
    self.threshold = threshold
    self.side = side
    self.baseline = baseline
  }

  package init(
    _ metric: Metric, _ component: Component, _ value: Quantity, threshold: Double? = nil, side: Side? = nil,
    baseline: Quantity? = nil
  ) {
    self.init(
      metric: metric.id, title: metric.name, unit: metric.unitName, component: component, value: value,
      threshold: threshold, side: side, baseline: baseline)
  }
}

/// What one rule has to say about one component: a row of the report's verdict.
///
/// Components of one layer that break the same rule are the `members` of one finding about the layer.
package struct Finding: Hashable, Sendable {
  /// Rule and component, the same in every run: `attention-collapse-one-hot:L2`.
  package var id: String
  /// The rule's id.
  package var rule: String
  package var messages: Messages
  package var severity: Severity
  package var component: Component
  /// The heads, points or tensors concerned, in the order of the model; the component itself where it has no parts.
  package var members: [Component]
  package var evidence: [Evidence]
  /// How many observations the evidence rests on.
  package var n: Int

  /// What it says.
  package struct Messages: Hashable, Codable, Sendable {
    var title: Message
    var meaning: Message
    var fixes: [Message]
  }

  /// The rule's title.
  package var title: String { messages.title.text }
  /// One sentence: what this means for the model.
  package var meaning: String { messages.meaning.text }
  package var fixes: [String] { messages.fixes.map(\.text) }

  package init(
    rule: Rule, severity: Severity, component: Component, members: [Component]? = nil, evidence: [Evidence],
    meaning: Message? = nil
  ) {
    self.id = "\(rule.id):\(component.id)"
    self.rule = rule.id
    self.messages = rule.messages
    self.severity = severity
    self.component = component
    self.members = members ?? [component]
    self.evidence = evidence
    self.n = evidence.first?.value.n ?? 0
    if let meaning { messages.meaning = meaning }
  }
}
