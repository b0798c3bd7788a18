package import Diagnosis
import Plotting
import Results
import Support

/// What a terminal or the log of a nightly job shows of a run: the verdict, the first findings, and where the page is.
package struct VerdictNotice {
  package let assessment: Assessment
  private let sentence: String
  private let page: String

  /// - Parameters:
  ///   - sentence: the verdict's, "2 failures among 9 rules judged."
  ///   - page: the path of `index.html`.
  package init(_ assessment: Assessment, sentence: String, page: String) {
    self.assessment = assessment
    self.sentence = sentence
    self.page = page
  }

  /// Findings that are named; the others are counted.
  private static let most = 3

  /// Verdict, failures and warnings, path.
  package var lines: [String] {
    let grave = assessment.findings.filter { $0.severity > .note }
    let named = grave.prefix(Self.most).map { finding in
      "  \(finding.severity.title): \(Self.place(finding))"
        + (finding.evidence.first.map { ": \(Self.shortened($0.sentence, 160))" } ?? "")
    }
    let more = grave.count > Self.most ? [phrase("verdictNotice.andMostMore2", ["most": grave.count - Self.most])] : []
    return
      (["\(assessment.verdict.level.title): \(sentence)"] + named + more + [
        phrase("verdictNotice.reportPage", ["page": page])
      ])
      .map(Escaping.visible)
  }

  /// All of it as one line.
  package var line: String {
    let grave = assessment.findings.filter { $0.severity > .note }
    let named = grave.prefix(Self.most).map(Self.place)
    let more = grave.count > Self.most ? [phrase("verdictNotice.andMostMore", ["most": grave.count - Self.most])] : []
    let findings = named.isEmpty ? "" : ": \((named + more).joined(separator: "; "))"
    return Escaping.visible(
      phrase(
        "verdictNotice.levelDroplastFindings",
        [
          "level": assessment.verdict.level.title, "dropLast": sentence.dropLast(), "findings": findings,
          "page": page,
        ]))
  }

  private static func place(_ finding: Finding) -> String {
    phrase(
      "verdictNotice.titleAtComponent", ["title": finding.title, "component": shortened(finding.component.id, 60)])
  }

  private static func shortened(_ text: String, _ most: Int) -> String {
    text.count > most ? text.prefix(most - 1) + "…" : text
  }
}

extension ReportWriter {
  /// "2 failures among 9 rules judged."
  package var verdictSentence: String { article.verdictSentence }
}
