import Diagnosis
import Results
import Support

/// What the reader of a report has to do, in the sentence that is read first.
struct Decision {
  private let assessment: Assessment

  init(_ assessment: Assessment) { self.assessment = assessment }

  /// "**Stop:** Attention collapse (one-hot) at L2, and 3 more failures", as Markdown.
  var sentence: String {
    let verdict = assessment.verdict
    guard let first = assessment.findings.first, first.severity > .note else {
      let judged = Set(assessment.checks.filter { $0.skipped == nil }.map(\.rule)).count
      return judged == 0
        ? phrase("decision.notJudged")
        : phrase(
          "decision.pass", ["notJudged": verdict.notJudged, "notes": verdict.notes])
    }
    let rest = assessment.findings.count { $0.severity == first.severity } - 1
    return phrase(
      first.severity == .fail ? "decision.fail" : "decision.warn",
      [
        "title": Escaping.markdown(first.title),
        "place": first.component.place == .model ? "none" : Escaping.markdown(first.component.id), "rest": rest,
      ])
  }
}
