import Results
import Support

// In `findings.json` stand the words of a run's language, for those that read the file alone, and beside them under
// `messages` the codes with their arguments, which words are made of again where a run is drawn. Files of older
// versions have the words alone.

extension Finding: Codable {
  private enum Key: String, CodingKey {
    case id, rule, title, severity, component, members, evidence, n, meaning, fixes, messages
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    id = try fields.decode(String.self, forKey: .id)
    rule = try fields.decode(String.self, forKey: .rule)
    severity = try fields.decode(Severity.self, forKey: .severity)
    component = try fields.decode(Component.self, forKey: .component)
    members = try fields.decode([Component].self, forKey: .members)
    evidence = try fields.decode([Evidence].self, forKey: .evidence)
    n = try fields.decode(Int.self, forKey: .n)
    messages = try fields.decodeIfPresent(Messages.self, forKey: .messages) ?? Messages(from: decoder)
  }

  package func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(id, forKey: .id)
    try fields.encode(rule, forKey: .rule)
    try fields.encode(title, forKey: .title)
    try fields.encode(severity, forKey: .severity)
    try fields.encode(component, forKey: .component)
    try fields.encode(members, forKey: .members)
    try fields.encode(evidence, forKey: .evidence)
    try fields.encode(n, forKey: .n)
    try fields.encode(meaning, forKey: .meaning)
    try fields.encode(fixes, forKey: .fixes)
    try fields.encode(messages, forKey: .messages)
  }
}

extension Evidence: Codable {
  private enum Key: String, CodingKey {
    case metric, title, unit, component, value, threshold, side, baseline, messages
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    metric = try fields.decode(String.self, forKey: .metric)
    component = try fields.decode(Component.self, forKey: .component)
    value = try fields.decode(Quantity.self, forKey: .value)
    threshold = try fields.decodeIfPresent(Double.self, forKey: .threshold)
    side = try fields.decodeIfPresent(Side.self, forKey: .side)
    baseline = try fields.decodeIfPresent(Quantity.self, forKey: .baseline)
    messages = try fields.decodeIfPresent(Messages.self, forKey: .messages) ?? Messages(from: decoder)
  }

  package func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(metric, forKey: .metric)
    try fields.encode(title, forKey: .title)
    try fields.encode(unit, forKey: .unit)
    try fields.encode(component, forKey: .component)
    try fields.encode(value, forKey: .value)
    try fields.encodeIfPresent(threshold, forKey: .threshold)
    try fields.encodeIfPresent(side, forKey: .side)
    try fields.encodeIfPresent(baseline, forKey: .baseline)
    try fields.encode(messages, forKey: .messages)
  }
}

extension Assessment.Check: Codable {
  private enum Key: String, CodingKey { case rule, title, scope, skipped, messages }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    rule = try fields.decode(String.self, forKey: .rule)
    messages = try fields.decodeIfPresent(Messages.self, forKey: .messages) ?? Messages(from: decoder)
  }

  package func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(rule, forKey: .rule)
    try fields.encode(title, forKey: .title)
    try fields.encodeIfPresent(scope, forKey: .scope)
    try fields.encodeIfPresent(skipped, forKey: .skipped)
    try fields.encode(messages, forKey: .messages)
  }
}
