package import Diagnosis
import Results
import Support

/// The verdict as a JUnit file: a test case for each rule and scope, which CI systems show without knowing Tomograph.
package enum JUnit {
  package static func xml(_ assessment: Assessment, suite: String) -> String {
    var cases: [String] = []
    for check in assessment.checks {
      let open = "    <testcase classname=\"tomograph.\(Escaping.xml(check.rule))\" name=\"\(Escaping.xml(check.name))"
      if let skipped = check.skipped {
        cases.append(open + "\"><skipped message=\"\(Escaping.xml(skipped))\"/></testcase>")
        continue
      }
      let found = assessment.findings.filter { $0.rule == check.rule }
      if found.isEmpty { cases.append(open + "\"/>") }
      for finding in found {
        let message = "<failure message=\"\(Escaping.xml(finding.meaning))\">\(Escaping.xml(text(finding)))</failure>"
        let output = "<system-out>\(Escaping.xml(finding.severity.title + ": " + text(finding)))</system-out>"
        cases.append(
          open + ": \(Escaping.xml(finding.component.id))\">\(finding.severity == .fail ? message : output)</testcase>")
      }
    }
    let skipped = assessment.checks.count { $0.skipped != nil }
    let counts =
      "tests=\"\(cases.count)\" failures=\"\(assessment.verdict.failures)\" errors=\"0\" skipped=\"\(skipped)\""
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="tomograph" \(counts)>
        <testsuite name="\(Escaping.xml(suite))" \(counts)>
      \(cases.joined(separator: "\n"))
        </testsuite>
      </testsuites>

      """
  }

  private static func text(_ finding: Finding) -> String {
    ([finding.scope] + finding.evidence.map(\.sentence) + finding.fixes.map { phrase("jUnit.tryValue", ["value": $0]) })
      .joined(separator: "\n")
  }
}
