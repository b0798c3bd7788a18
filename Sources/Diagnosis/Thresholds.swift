package import Foundation
import Support

/// The thresholds of a run: each rule's defaults, and what a thresholds file put in their place.
package struct Thresholds: Hashable, Sendable {
  /// By rule, then by name.
  private var overrides: [String: [String: Double]] = [:]

  package static let defaults = Thresholds()

  private init() {}

  /// Reads a JSON5 file of the form `{ "vanishing-gradient": { failRatio: 1e6 } }`.
  ///
  /// Throws `InputError(.usage)` for a rule or name that is not known, naming the nearest, and for a value that is not
  /// a finite number.
  package init(contentsOf url: URL, rules: [Rule] = Rule.all) throws {
    let adjustable = rules.filter { !$0.thresholds.isEmpty }
    let fields = try Setting(contentsOf: url).fields(adjustable.map(\.id))
    for rule in adjustable {
      guard let setting = fields[rule.id] else { continue }
      let values = try setting.fields(rule.thresholds.map(\.name))
      overrides[rule.id] = try values.mapValues { try $0.number() }
    }
  }

  package subscript(rule: Rule, name: String) -> Double {
    if let value = overrides[rule.id]?[name] { return value }
    guard let threshold = rule.thresholds.first(where: { $0.name == name }) else {
      preconditionFailure("\(rule.id) has no threshold \(name)")
    }
    return threshold.value
  }
}
