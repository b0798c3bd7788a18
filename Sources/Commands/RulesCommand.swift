import Diagnosis
import Foundation
import Support

extension Command {
  static let rules = Command(
    "rules", "command.rules.summary",
    details: [
      "command.rules.detail1"
    ],
    run: { _ in
      for rule in Rule.all {
        var text = "\(rule.id): \(rule.title)\n    \(rule.meaning)\n"
        for threshold in rule.thresholds {
          text +=
            "    \(threshold.name) = \(significant(threshold.value)) (\(threshold.range.spelling)): \(rule.meaning(of: threshold))\n"
        }
        if !rule.needs.isEmpty {
          text += phrase("rulesCommand.readsNeeds", ["needs": rule.needs.joined(separator: ", ")])
        }
        for fix in rule.fixes { text += phrase("rulesCommand.fixFix", ["fix": fix]) }
        try StandardOutput.write(text + (rule.id == Rule.all.last?.id ? "" : "\n"))
      }
      return .pass
    })
}

/// At most four significant digits: `0.02`, `0.6931`, `1e+05`.
private func significant(_ value: Double) -> String { String(format: "%.4g", value) }
