/// The thresholds of a run: each rule's defaults, and what a thresholds file put in their place.
package struct Thresholds: Hashable, Sendable {
  /// By rule, then by name.
  package private(set) var overrides: [String: [String: Double]] = [:]

  package static let defaults = Thresholds()

  package subscript(rule: Rule, name: String) -> Double {
    if let value = overrides[rule.id]?[name] { return value }
    guard let threshold = rule.thresholds.first(where: { $0.name == name }) else {
      preconditionFailure("\(rule.id) has no threshold \(name)")
    }
    return threshold.value
  }
}
