package import Support

/// The definition of a number that Tomograph measures, printed beside every value of it.
///
/// The metrics of an analysis are static members in the file of `Results` named like the analysis; analyses produce
/// them, diagnoses and figures look them up, and none of these knows the others.
package struct Metric: Hashable, Sendable {
  /// Stable and unique: `attention.entropy`.
  package let id: String
  /// `nats`, `tokens`; empty where the number has no unit.
  package let unitCode: String
  /// `Clark 2019`, `ours`, `log`.
  package let sourceCode: String
  /// What the number cannot leave, where that is known; the domain of a colour scale.
  package let lowest: Double?
  package let highest: Double?
  /// What the interval of a value is.
  package let spread: Spread
  /// The words of a run folder for a metric that this version does not know.
  private let written: Written?

  private struct Written: Hashable, Sendable {
    var title: String
    var formula: String
  }

  /// As a heading: "Entropy".
  package var title: String { name.text }
  package var name: Message { written.map { Message(verbatim: $0.title) } ?? Message("metric.\(id).title") }
  /// In plain Unicode text: "−Σₖ A ln A, mean over rows".
  package var formula: String { written?.formula ?? phrase("metric.\(id).formula") }
  /// "nats", "tokens"; empty where the number has no unit.
  package var unit: String { unitName?.text ?? "" }
  /// Nil where the number has no unit.
  package var unitName: Message? {
    let key = "unit.\(unitCode)"
    return unitCode.isEmpty ? nil : Catalogue.english.holds(key) ? Message(key) : Message(verbatim: unitCode)
  }

  /// Where the definition comes from: "Clark 2019", "ours".
  package var source: String {
    let key = "source.\(sourceCode)"
    return Catalogue.current.holds(key) ? phrase(key) : sourceCode
  }

  package enum Spread: String, CaseIterable, Codable, Sendable {
    /// The 95 % bootstrap interval over documents.
    case interval
    /// The middle 95 % of the batches' values: how much they differ, not how sure their mean is.
    case batches

    /// What bands and strokes of such values are.
    package var words: String { phrase("spread.\(rawValue)") }
  }

  /// Its title and formula are in the catalogue, under `metric.<id>`.
  package init(
    _ id: String, unit: String = "", source: String, lowest: Double? = nil, highest: Double? = nil,
    spread: Spread = .interval
  ) {
    self.init(id, unit, source, lowest, highest, spread, nil)
  }

  private init(
    _ id: String, _ unitCode: String, _ sourceCode: String, _ lowest: Double?, _ highest: Double?, _ spread: Spread,
    _ written: Written?
  ) {
    self.id = id
    self.unitCode = unitCode
    self.sourceCode = sourceCode
    self.lowest = lowest
    self.highest = highest
    self.spread = spread
    self.written = written
  }

  /// The same number counted in something else: an image's distances in patches.
  package func measured(in unit: String) -> Metric { Metric(id, unit, sourceCode, lowest, highest, spread, written) }
}

extension Metric: Codable {
  private enum Key: String, CodingKey { case id, title, unit, formula, source, lowest, highest, spread }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    let id = try fields.decode(String.self, forKey: .id)
    let written = Written(
      title: try fields.decode(String.self, forKey: .title), formula: try fields.decode(String.self, forKey: .formula))
    self.init(
      id, try fields.decode(String.self, forKey: .unit), try fields.decode(String.self, forKey: .source),
      try fields.decodeIfPresent(Double.self, forKey: .lowest),
      try fields.decodeIfPresent(Double.self, forKey: .highest),
      try fields.decodeIfPresent(Spread.self, forKey: .spread) ?? .interval,
      Catalogue.current.holds("metric.\(id).title") ? nil : written)
  }

  /// The spread only where it is no interval.
  package func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(id, forKey: .id)
    try fields.encode(title, forKey: .title)
    try fields.encode(unitCode, forKey: .unit)
    try fields.encode(formula, forKey: .formula)
    try fields.encode(sourceCode, forKey: .source)
    try fields.encodeIfPresent(lowest, forKey: .lowest)
    try fields.encodeIfPresent(highest, forKey: .highest)
    if spread != .interval { try fields.encode(spread, forKey: .spread) }
  }
}

/// The values of one metric over components of one kind, in the order of the model.
package struct MetricTable: Sendable {
  package struct Row: Sendable {
    package var component: Component
    package var quantity: Quantity
    package init(_ component: Component, _ quantity: Quantity) {
      self.component = component
      self.quantity = quantity
    }
  }

  package var metric: Metric
  package var rows: [Row]

  package init(_ metric: Metric, _ rows: [Row]) {
    self.metric = metric
    self.rows = rows
  }

  package subscript(component: Component) -> Quantity? { rows.first { $0.component == component }?.quantity }
}

extension MetricTable.Row: Codable {
  private enum Key: CodingKey { case component }

  package init(from decoder: any Decoder) throws {
    component = try decoder.container(keyedBy: Key.self).decode(Component.self, forKey: .component)
    quantity = try Quantity(from: decoder)
  }

  /// The component beside the members of the quantity.
  package func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(component, forKey: .component)
    try quantity.encode(to: encoder)
  }
}
