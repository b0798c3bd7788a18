package import Foundation
package import Results
import Support

/// The answer of a run's gate, with how many findings of each severity led to it.
package struct Verdict: Hashable, Codable, Sendable {
  package enum Level: String, Codable, Sendable {
    case pass, warn, fail

    package var title: String { phrase("severity.\(rawValue)") }
  }

  package var level: Level
  package var notes: Int
  package var warnings: Int
  package var failures: Int
  /// Rules that were judged, if only in part, and found nothing above a note.
  package var passed = 0
  /// Rules that could not be evaluated; and those that could in part.
  package var notJudged = 0
  package var partlyJudged = 0

  package init(_ findings: [Finding], _ checks: [Assessment.Check] = []) {
    func count(_ severity: Severity) -> Int { findings.count { $0.severity == severity } }
    let broken = Set(findings.filter { $0.severity > .note }.map(\.rule))
    let judged = Set(checks.filter { $0.skipped == nil }.map(\.rule))
    passed = judged.subtracting(broken).count
    notJudged = Set(checks.map(\.rule)).subtracting(judged).count
    partlyJudged = Set(checks.filter { $0.scope != nil }.map(\.rule)).count
    notes = count(.note)
    warnings = count(.warn)
    failures = count(.fail)
    level = failures > 0 ? .fail : warnings > 0 ? .warn : .pass
  }
}

extension Verdict {
  /// Of an older run, which counted no rules, too.
  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    level = try fields.decode(Level.self, forKey: .level)
    notes = try fields.decode(Int.self, forKey: .notes)
    warnings = try fields.decode(Int.self, forKey: .warnings)
    failures = try fields.decode(Int.self, forKey: .failures)
    passed = try fields.decodeIfPresent(Int.self, forKey: .passed) ?? 0
    notJudged = try fields.decodeIfPresent(Int.self, forKey: .notJudged) ?? 0
    partlyJudged = try fields.decodeIfPresent(Int.self, forKey: .partlyJudged) ?? 0
  }
}

/// Everything the rules say about a run: the content of `findings.json`.
package struct Assessment: Hashable, Codable, Sendable {
  /// That a rule was judged, or why it was not.
  package struct Check: Hashable, Sendable {
    /// What is said of it.
    package struct Messages: Hashable, Codable, Sendable {
      var title: Message
      var scope: Message?
      var skipped: Message?
    }

    package var rule: String
    package var messages: Messages

    init(_ rule: Rule, _ gap: Gap? = nil) {
      self.rule = rule.id
      messages = Messages(title: rule.messages.title, scope: gap?.scopeName, skipped: gap?.reason)
    }

    package var title: String { messages.title.text }
    /// The part of the model that could not be judged ("decoder"); nil for all of it.
    package var scope: String? { messages.scope?.text }
    /// Why the rule was not judged ("the analysis gradients was not requested"); nil where it was.
    package var skipped: String? { messages.skipped?.text }

    /// "Overfitting", "Attention collapse (uniform): decoder".
    package var name: String { scope.map { "\(title): \($0)" } ?? title }
  }

  package var verdict: Verdict
  /// The gravest first; within a severity in the order of the rules and of the model.
  package var findings: [Finding]
  /// In the order of the rules: one for each, and behind it one for each part of the model that it could not judge.
  package var checks: [Check]

  /// Judges a run by every rule.
  package init(_ results: RunResults, thresholds: Thresholds = .defaults, rules: [Rule] = Rule.all) {
    var findings: [Finding] = []
    checks = rules.flatMap { rule in
      let gaps = rule.allGaps(results, thresholds), isJudged = !gaps.contains { $0.scope == .all }
      if isJudged {
        findings += rule.evaluate(rule, results, thresholds).filter { finding in
          !gaps.contains { $0.holds(finding.component) }
        }
      }
      return (isJudged ? [Check(rule)] : []) + gaps.map { Check(rule, $0) }
    }
    self.findings = Severity.allCases.reversed().flatMap { severity in findings.filter { $0.severity == severity } }
    verdict = Verdict(findings, checks)
  }

  /// The verdict of a run folder.
  ///
  /// - Throws: `InputError` where `findings.json` is missing or damaged.
  package static func read(from folder: URL) throws -> Assessment {
    let url = folder.appending(path: "findings.json")
    return try JSONField(contentsOf: url, .strict).decoded()
  }

  /// The bytes of `findings.json`.
  package func json() throws -> [UInt8] { try JSON(encoding: self).bytes }
}
