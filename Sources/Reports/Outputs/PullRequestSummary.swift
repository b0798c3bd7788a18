package import Diagnosis
import Plotting
import Results
import Support

/// The report's short form, for a comment on a pull request: the verdict, what stands out, and the findings by rule and
/// layer. It never grows beyond `limit`; notes are cut first, then warnings, and what is cut is counted. Rules with
/// failures always stay: in the worst case with a row that counts their places.
package struct PullRequestSummary {
  /// In bytes of UTF-8, which are never fewer than characters.
  package static let limit = 60_000

  private let article: Article
  private let level: Verdict.Level
  private let findings: [Finding]
  private let checks: [Assessment.Check]

  package init(_ article: Article, _ assessment: Assessment) {
    self.article = article
    level = assessment.verdict.level
    findings = assessment.findings
    checks = assessment.checks.filter { $0.skipped != nil }
  }

  package var markdown: String {
    let head = """
      # \(Escaping.markdown(article.title)): \(level.title)

      \(article.decision.map { $0 + "\n\n" } ?? "")\(article.verdictSentence)
      \(article.measures.isEmpty ? "" : "\n\(article.measuresInWords)\n")
      \(article.standouts.map { "- \(Self.shortened($0, 2000))" }.joined(separator: "\n"))

      """
    let foot =
      notJudged
      + phrase(
        "summary.foot", ["subtitle": Self.shortened(Escaping.markdown(article.subtitle), 2000)]
      )
    let failures = findings.filter { $0.severity == .fail }
    let others = findings.filter { $0.severity != .fail }
    var room = Self.limit - head.utf8.count - foot.utf8.count - 600
    var rows = failures.map(Self.row)
    if Self.size(rows) > room { rows = Self.collapsed(failures) }
    room -= Self.size(rows)
    var cut: [Severity: Int] = [:]
    for finding in others {
      let row = Self.row(finding)
      if cut.isEmpty, row.utf8.count + 1 <= room {
        rows.append(row)
        room -= row.utf8.count + 1
      } else {
        cut[finding.severity, default: 0] += 1
      }
    }
    if rows.isEmpty { return head + phrase("summary.noFindings", ["foot": foot]) }
    let counts = [Severity.warn, .note].compactMap { severity in
      cut[severity].map { phrase(severity == .warn ? "count.warnings" : "count.notes", ["count": $0]) }
    }
    let names = ["column.rule", "column.where", "column.evidence"].map { phrase($0) }.joined(separator: " | ")
    let table = "\n| | \(names) |\n|---|---|---|---|\n" + rows.joined(separator: "\n") + "\n"
    return head + table
      + (counts.isEmpty ? "" : phrase("summary.cut", ["counts": listed(counts)])) + foot
  }

  /// One line of the rules that could not be evaluated, by the reason; empty where there are none.
  private var notJudged: String {
    var reasons: [(reason: String, rules: [String])] = []
    for check in checks {
      let reason = check.skipped ?? ""
      if let known = reasons.firstIndex(where: { $0.reason == reason }) {
        reasons[known].rules.append(check.name)
      } else {
        reasons.append((reason, [check.name]))
      }
    }
    let texts = reasons.map { reason, rules in
      Escaping.markdown(Self.shortened(rules.joined(separator: ", "), 400)) + " ("
        + Escaping.markdown(Self.shortened(reason, 200)) + ")"
    }
    return texts.isEmpty
      ? "" : phrase("summary.notJudged", ["texts": Self.shortened(texts.joined(separator: "; "), 6000)])
  }

  private static func size(_ rows: [String]) -> Int { rows.reduce(0) { $0 + $1.utf8.count + 1 } }

  private static func row(_ finding: Finding) -> String {
    let evidence = finding.evidence.prefix(2).map(\.sentence).joined(separator: "; ")
    return "| **\(finding.severity.title)** | \(Escaping.markdown(finding.title)) | "
      + "\(Escaping.markdown(shortened(finding.scope, 120))) | \(Escaping.markdown(shortened(evidence, 400))) |"
  }

  /// A row for each rule that fails, with the number of places and the first of them.
  private static func collapsed(_ failures: [Finding]) -> [String] {
    var rules: [String] = []
    for finding in failures where !rules.contains(finding.rule) { rules.append(finding.rule) }
    return rules.map { rule in
      let members = failures.filter { $0.rule == rule }
      let ids = Plotting.shortened(members.prefix(6).map(\.component.id)) { $0.count <= 40 }
      let places = ids.map { $0.filter { !"\\*`&".contains($0) } }.joined(separator: ", ")
      let more = members.count > 6 ? ", …" : ""
      let evidence = members[0].evidence.first.map { Escaping.markdown(shortened($0.sentence, 200)) } ?? ""
      return phrase(
        "summary.failure",
        [
          "title": Escaping.markdown(shortened(members[0].title, 80)), "members": members.count,
          "places": Escaping.markdown(places), "more": more, "evidence": evidence,
        ])
    }
  }

  /// Cut to so many characters, at a space where there is one; without the marks of emphasis, which a cut would leave
  /// open.
  private static func shortened(_ text: String, _ length: Int) -> String {
    guard text.count > length else { return text }
    let cut = String(text.prefix(length - 1))
    let words = cut.lastIndex(where: \.isWhitespace).map { String(cut[..<$0]) }
    return (words ?? cut).filter { !"\\*`&".contains($0) } + "…"
  }
}
