@testable import Diagnosis
import Foundation
import Plotting
import Reports
import Results
import Support
import TestSupport
import Testing

/// The report of the example, written into a folder that is gone afterwards.
private func withReport<Result>(rules: [Rule] = ReportExample.rules, _ body: (URL) throws -> Result) throws -> Result {
  let url = FileManager.default.temporaryDirectory.appending(path: "report-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: url) }
  let results = try ReportExample.results()
  let context = ReportWriter.Context(
    templates: try Templates(assets: Fixtures.root),
    draw: { figure, renditions in renditions.map { ReportExample.draw(figure, $0) } })
  try ReportWriter(
    results: results, assessment: Assessment(results, rules: rules),
    outcomes: ReportExample.figures.map { .figure($0) } + [.omitted(id: "tsne", reason: "fewer than 5 tokens")]
  ).write(context, to: url)
  return try body(url)
}

private func text(_ url: URL) throws -> String { try String(contentsOf: url, encoding: .utf8) }

@Suite struct ReportWriterTests {
  @Test("The page is whole, offline and without script, and links only to files that are there")
  func page() throws {
    try withReport { folder in
      let page = try text(folder.appending(path: "index.html"))
      #expect(page.hasSuffix("</html>\n"))
      #expect(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"))
      #expect(!page.contains("{{"))
      for match in page.matches(of: /(?:href|src|srcset)="([^"#][^"]*)"/) {
        let name = String(match.1)
        // Written after the report, by whoever knows the times.
        if name == "provenance.json" { continue }
        #expect(FileManager.default.fileExists(atPath: folder.appending(path: name).path), "\(name)")
      }
      for section in ["findings", "attention", "representations", "gradients", "weights", "method", "provenance"] {
        #expect(page.contains("<section id=\"\(section)\">"))
      }
      #expect(page.contains("Not applicable: an encoder without a head gives no loss to differentiate."))
      #expect(page.contains("fewer than 5 tokens"))
    }
  }

  @Test("The verdict and what stands out come before everything else")
  func verdictFirst() throws {
    try withReport { folder in
      let report = try text(folder.appending(path: "report.md"))
      let lines = report.split(separator: "\n")
      #expect(lines[0] == "# minilm-english")
      #expect(lines[2].hasPrefix("**WARN** — 1 warning, 2 notes under 1 rule; 2 rules passed."))
      #expect(lines[3].hasPrefix("**Attention collapse (one-hot)** at L2"))
      #expect(lines[4].contains("no induction head has formed") && lines[4].contains("1 next-token head (**L1.H8**"))
      #expect(lines[5].hasPrefix("Effective rank goes from 14.2 at R0"))
      #expect(lines[6] == "## Findings")
    }
  }

  @Test("A figure is there in every form, with its numbers and its lines for LaTeX")
  func figures() throws {
    try withReport { folder in
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "figures").path)
      #expect(names.count == ReportExample.figures.count * 6)
      let latex = try text(folder.appending(path: "figures/weights-spectra.tex"))
      #expect(latex.hasPrefix("\\begin{figure*}") && latex.contains("\\label{fig:weights-spectra}"))
      #expect(latex.contains("n\\_q"))
    }
  }

  @Test("The same results are the same bytes")
  func determinism() throws {
    func contents(_ folder: URL) throws -> [String: Data] {
      let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
      return Dictionary(
        uniqueKeysWithValues: names.map {
          ($0, FileManager.default.contents(atPath: folder.appending(path: $0).path) ?? Data())
        })
    }
    #expect(try withReport(contents) == withReport(contents))
  }

  @Test("JUnit has a case for each rule and scope")
  func junit() throws {
    try withReport { folder in
      let xml = try text(folder.appending(path: "junit.xml"))
      #expect(xml.contains("tests=\"4\" failures=\"0\" errors=\"0\" skipped=\"0\""))
      #expect(xml.contains("name=\"Attention collapse (uniform): L1\""))
      #expect(xml.contains("name=\"rule.quiet.title\"/>"))
    }
  }
}

@Suite struct PullRequestSummaryTests {
  private func summary(failures: Int, warnings: Int, rules: Int = 3) throws -> (String, Assessment) {
    let results = try ReportExample.results()
    let long = String(repeating: "encoder|", count: 20)
    let list = (0..<rules).map { index in
      Rule(
        id: "rule-\(index)", thresholds: [], needs: [], reads: []
      ) { rule, _, _ in
        (0..<failures + warnings).map { count in
          Finding(
            rule: rule, severity: count < failures ? .fail : .warn, component: .tensor("\(long).\(count)"),
            evidence: [
              Evidence(
                WeightMetrics.stableRank, .tensor("\(long).\(count)"), Quantity(1, n: 1), threshold: 2, side: .below)
            ])
        }
      }
    }
    let assessment = Assessment(results, rules: list)
    let article = ArticleBuilder(results: results, assessment: assessment, outcomes: []).article
    return (PullRequestSummary(article, assessment).markdown, assessment)
  }

  @Test(
    "It stays under its limit, keeps every rule that fails and counts what it cut",
    arguments: [(1, 2), (5, 4000), (3000, 10)])
  func limit(failures: Int, warnings: Int) throws {
    let (text, _) = try summary(failures: failures, warnings: warnings)
    #expect(text.utf8.count <= PullRequestSummary.limit)
    for rule in 0..<3 { #expect(text.contains("| **fail** | rule.rule-\(rule).title |")) }
    if failures == 3000 { #expect(text.contains("3000 places")) }
    let warned = text.components(separatedBy: "| **warn** |").count - 1
    let cut = warnings * 3 - warned
    #expect(cut == 0 || text.contains("Cut for length: \(NumberFormat.count(cut)) warning"))
    // Every row is one row of four cells.
    let table = text.split(separator: "\n").filter { $0.hasPrefix("|") }.joined(separator: "\n")
    #expect(
      MarkdownHTML.convert(table).components(separatedBy: "<td>").count - 1 == (table.split(separator: "\n").count - 2)
        * 4)
  }
}
