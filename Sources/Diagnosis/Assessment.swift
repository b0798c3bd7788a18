package import Foundation
package import Results
import Support

/// The answer of a run's gate, with how many findings of each severity led to it.
package struct Verdict: Hashable, Codable, Sendable {
  package enum Level: String, Codable, Sendable { case pass, warn, fail }

  package var level: Level
  package var notes: Int
  package var warnings: Int
  package var failures: Int

  package init(_ findings: [Finding]) {
    func count(_ severity: Severity) -> Int { findings.count { $0.severity == severity } }
    notes = count(.note)
    warnings = count(.warn)
    failures = count(.fail)
    level = failures > 0 ? .fail : warnings > 0 ? .warn : .pass
  }
}

/// Everything the rules say about a run: the content of `findings.json`.
package struct Assessment: Hashable, Codable, Sendable {
  /// That a rule was looked at, or why it was not.
  package struct Check: Hashable, Codable, Sendable {
    package var rule: String
    package var title: String
    /// Why the rule had nothing to judge ("the analysis gradients was not asked for"); nil where it was judged.
    package var skipped: String?
  }

  package var verdict: Verdict
  /// The gravest first; within a severity in the order of the rules and of the model.
  package var findings: [Finding]
  /// One for each rule, in their order.
  package var checks: [Check]

  /// Judges a run by every rule.
  package init(_ results: RunResults, thresholds: Thresholds = .defaults, rules: [Rule] = Rule.all) {
    var findings: [Finding] = []
    checks = rules.map { rule in
      let skipped = rule.reasonToSkip(results)
      if skipped == nil { findings += rule.evaluate(rule, results, thresholds) }
      return Check(rule: rule.id, title: rule.title, skipped: skipped)
    }
    self.findings = Severity.allCases.reversed().flatMap { severity in findings.filter { $0.severity == severity } }
    verdict = Verdict(findings)
  }

  /// The verdict of a run folder.
  ///
  /// - Throws: `InputError` where `findings.json` is missing or damaged.
  package static func read(from folder: URL) throws -> Assessment {
    let url = folder.appending(path: "findings.json")
    guard let data = try? Data(contentsOf: url) else {
      throw InputError(at: url.relativePath, "cannot be read", expected: "the findings of a run")
    }
    guard let assessment = try? JSONDecoder().decode(Assessment.self, from: data) else {
      throw InputError(at: url.relativePath, "holds no findings", expected: "what report writes")
    }
    return assessment
  }

  /// The bytes of `findings.json`: keys in alphabetical order.
  package func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }
}
