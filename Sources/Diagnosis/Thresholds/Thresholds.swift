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
  /// Throws `InputError(.usage)` for a rule or name that is not known, naming the nearest, for a value that is not a
  /// finite number in the threshold's range, and for a `warn…` beyond the `fail…` of the same thing.
  package init(contentsOf url: URL, rules: [Rule] = Rule.all) throws {
    let adjustable = rules.filter { !$0.thresholds.isEmpty }
    let fields = try Setting(contentsOf: url).fields(adjustable.map(\.id))
    for rule in adjustable {
      guard let setting = fields[rule.id] else { continue }
      let values = try setting.fields(rule.thresholds.map(\.name))
      for threshold in rule.thresholds {
        guard let setting = values[threshold.name] else { continue }
        let number = try setting.number()
        guard threshold.range.contains(number) else {
          throw setting.error(phrase("thresholds.isOutOfRange"), expected: threshold.range.spelling)
        }
        overrides[rule.id, default: [:]][threshold.name] = number
      }
      for name in rule.thresholds.map(\.name) where name.hasPrefix("warn") {
        let other = "fail" + name.dropFirst(4)
        guard rule.thresholds.contains(where: { $0.name == other }) else { continue }
        let (warn, fail) = (self[rule, name], self[rule, other])
        guard warn > fail, let setting = values[name] ?? values[other] else { continue }
        throw setting.error(
          phrase(
            "thresholds.leavesNoRoom", ["name": name, "warn": number(warn), "other": other, "fail": number(fail)]),
          expected: "\(name) ≤ \(other)")
      }
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

/// `0.5`, `100000`.
private func number(_ value: Double) -> String {
  value.rounded() == value && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
}
