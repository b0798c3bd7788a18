import Diagnosis
import Foundation

extension Command {
  static let rules = Command(
    "rules", "Prints every diagnosis with its thresholds, their defaults and its meaning.",
    details: [
      "A thresholds file for report --thresholds is JSON5 of the form "
        + "{ \"attention-collapse-uniform\": { failShare: 0.75 } }. What each can be stands behind its default."
    ],
    run: { _ in
      for rule in Rule.all {
        var text = "\(rule.id): \(rule.title)\n    \(rule.meaning)\n"
        for threshold in rule.thresholds {
          text +=
            "    \(threshold.name) = \(significant(threshold.value)) (\(threshold.range.spelling)): \(rule.meaning(of: threshold))\n"
        }
        if !rule.needs.isEmpty { text += "    reads: \(rule.needs.joined(separator: ", "))\n" }
        for fix in rule.fixes { text += "    fix: \(fix)\n" }
        try StandardOutput.write(text + (rule.id == Rule.all.last?.id ? "" : "\n"))
      }
      return .pass
    })
}

/// At most four significant digits: `0.02`, `0.6931`, `1e+05`.
private func significant(_ value: Double) -> String { String(format: "%.4g", value) }
