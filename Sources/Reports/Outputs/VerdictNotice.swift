package import Diagnosis
import Plotting
import Results

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
      "  \(finding.severity.rawValue): \(Self.place(finding))"
        + (finding.evidence.first.map { ": \(Self.shortened($0.sentence, 160))" } ?? "")
    }
    let more = grave.count > Self.most ? ["  and \(NumberFormat.count(grave.count - Self.most)) more"] : []
    return (["\(assessment.verdict.level.rawValue): \(sentence)"] + named + more + ["report: \(page)"])
      .map(Escaping.visible)
  }

  /// All of it as one line.
  package var line: String {
    let grave = assessment.findings.filter { $0.severity > .note }
    let named = grave.prefix(Self.most).map(Self.place)
    let more = grave.count > Self.most ? ["and \(NumberFormat.count(grave.count - Self.most)) more"] : []
    let findings = named.isEmpty ? "" : ": \((named + more).joined(separator: "; "))"
    return Escaping.visible("\(assessment.verdict.level.rawValue): \(sentence.dropLast())\(findings); report: \(page)")
  }

  private static func place(_ finding: Finding) -> String {
    "\(finding.title) at \(shortened(finding.component.id, 60))"
  }

  private static func shortened(_ text: String, _ most: Int) -> String {
    text.count > most ? text.prefix(most - 1) + "…" : text
  }
}

extension ReportWriter {
  /// "2 failures among 9 rules judged."
  package var verdictSentence: String { article.verdictSentence }
}
