@testable import Diagnosis
import Foundation
import Plotting
import Reports
import Results
import Support
import TestSupport
import Testing

/// The report of the example, written into a folder that is gone afterwards.
private func withReport<Result>(
  rules: [Rule] = ReportExample.rules, isSingleFile: Bool = false, _ body: (URL) throws -> Result
) throws -> Result {
  let url = FileManager.default.temporaryDirectory.appending(path: "report-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: url) }
  let results = try ReportExample.results()
  let context = ReportWriter.Context(
    templates: try Templates(assets: Fixtures.root),
    draw: { figure, renditions in renditions.map { ReportExample.draw(figure, $0) } })
  try ReportWriter(
    results: results, assessment: Assessment(results, rules: rules),
    outcomes: ReportExample.figures.map { .figure($0) } + [.omitted(id: "tsne", reason: "fewer than 5 tokens")],
    isSingleFile: isSingleFile
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
      for section in ["findings", "attention", "representations", "weights", "method", "provenance"] {
        #expect(page.contains("<div class=\"inside\" id=\"\(section)\">"))
      }
      #expect(page.contains("Not applicable: Gradients (an encoder without a head gives no loss to differentiate)."))
      #expect(page.contains("fewer than 5 tokens"))
    }
  }

  @Test("The verdict and what stands out come before everything else")
  func verdictFirst() throws {
    try withReport { folder in
      let report = try text(folder.appending(path: "report.md"))
      let lines = report.split(separator: "\n")
      #expect(lines[0] == "# minilm-english")
      #expect(lines[2] == "**Look at** Attention collapse (one-hot) at L2 before you merge.")
      #expect(lines[3] == "**WARN** — 1 warning, 2 notes under 1 rule; 3 rules judged, 2 passed.")
      #expect(lines[4].contains("no induction head has formed") && lines[4].contains("1 next-token head (**L1.H8**"))
      #expect(lines[5].hasPrefix("Effective rank goes from 14.2 at R0"))
      #expect(lines[6] == "## At a glance" && lines.contains("## Findings"))
    }
  }

  @Test("A figure is there in every form, with its numbers and its lines for LaTeX")
  func figures() throws {
    try withReport { folder in
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "figures").path)
      let narrow = names.count { $0.hasSuffix("-narrow.svg") }
      #expect(narrow > 0 && names.count == ReportExample.figures.count * 6 + 2 * narrow)
      let latex = try text(folder.appending(path: "figures/weights-spectra.tex"))
      #expect(latex.hasPrefix("\\begin{figure*}") && latex.contains("\\label{fig:weights-spectra}"))
      // Sixty words, of which a formula is one; formulas are set as such.
      let captions = try ReportExample.figures.map { figure in
        try text(folder.appending(path: "figures/\(figure.id).tex"))
      }
      for latex in captions {
        let caption = try #require(latex.firstMatch(of: /\\caption\{(.*)\}\n/)).1
        let words = caption.replacing(/\$[^$]*\$/, with: "formula").split(separator: " ")
        #expect(words.count <= 62, "\(words.count): \(caption)")
        #expect(caption.count { $0 == "$" }.isMultiple(of: 2))
      }
    }
  }

  @Test("The page as one file has its figures in it and names no other file")
  func singleFile() throws {
    try withReport(isSingleFile: true) { folder in
      let page = try text(folder.appending(path: "report.html"))
      let references = page.matches(of: /(?:href|src|srcset)="([^"]*)"/).map { String($0.1) }
      #expect(references.allSatisfy { $0.hasPrefix("#") || $0.hasPrefix("data:") })
      let pictures = page.matches(of: /<img [^>]*src="data:image\/svg\+xml;base64,([^"]*)"/)
      #expect(pictures.count == ReportExample.figures.count)
      for (picture, figure) in zip(
        pictures, try text(folder.appending(path: "index.html")).matches(of: /<img [^>]*src="([^"]*)"/))
      {
        let file = try Data(contentsOf: folder.appending(path: String(figure.1)))
        #expect(Data(base64Encoded: String(picture.1)) == file)
      }
    }
  }

  @Test("Headings come in order, ids are unique, links within the page lead somewhere, every picture has a text")
  func structure() throws {
    try withReport { folder in
      let page = try text(folder.appending(path: "index.html"))
      let levels = page.matches(of: /<h([1-6])[ >]/).compactMap { Int($0.1) }
      #expect(levels.first == 1 && levels.count { $0 == 1 } == 1)
      #expect(zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 }, "\(levels)")
      let ids = page.matches(of: /\ id="([^"]*)"/).map { String($0.1) }
      #expect(Set(ids).count == ids.count)
      let targets = page.matches(of: /href="#([^"]*)"/).map { String($0.1) }
      #expect(targets.count > 10 && Set(targets).subtracting(ids) == [])
      let pictures = page.matches(of: /<img [^>]*>/).map { String($0.0) }
      #expect(!pictures.isEmpty && pictures.allSatisfy { $0.contains(/alt="[^"]+"/) })
      // The finding leads to its figure, and its figure is among the first.
      #expect(page.contains(/class="shown" href="#figure-attention-normalised-entropy"/))
    }
  }

  @Test("Text stands out from its ground as WCAG's AA asks, in both themes", arguments: [0, 1])
  func contrast(theme: Int) throws {
    let css = try text(Fixtures.root.appending(path: "templates/style.css"))
    let roots = css.split(separator: ":root {").dropFirst().prefix(2).map { $0.prefix { $0 != "}" } }
    var colours: [String: Double] = [:]
    for root in roots[...theme] {
      for match in root.matches(of: /--([a-z]+): #([0-9a-f]{6});/) {
        let hex = try #require(Int(match.2, radix: 16))
        let linear = [hex >> 16, hex >> 8 & 255, hex & 255].map { channel -> Double in
          let c = Double(channel) / 255
          return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4)
        }
        colours[String(match.1)] = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
      }
    }
    func ratio(_ one: String, _ other: String) throws -> Double {
      let (a, b) = (try #require(colours[one]), try #require(colours[other]))
      return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }
    for name in ["ink", "text", "muted", "link", "pass", "warn", "fail", "note"] {
      #expect(try ratio(name, "paper") >= 4.5, "\(name)")
    }
  }

  @Test(
    "A document of all figures and tables compiles, with the literature that it names",
    .enabled(if: Tool.path("pdflatex") != nil && Tool.path("bibtex") != nil, "there is no pdflatex with bibtex"))
  func paper() throws {
    try withReport { folder in
      let library = try text(folder.appending(path: "references.bib"))
      #expect(library.contains("shorthand = {Clark 2019}") && !library.contains("Holtzman"))
      // The samples' figures are no PDFs that LaTeX reads: boxes stand for them.
      let document = try text(folder.appending(path: "figures.tex"))
        .replacing("\\usepackage{graphicx,", with: "\\usepackage[demo]{graphicx}\\usepackage{")
      try document.write(to: folder.appending(path: "figures.tex"), atomically: true, encoding: .utf8)
      let latex = ["-interaction=nonstopmode", "-halt-on-error", "figures.tex"]
      for (tool, arguments) in [("pdflatex", latex), ("bibtex", ["figures"]), ("pdflatex", latex)] {
        let outcome = try Tool.run(tool, arguments, in: folder)
        #expect(outcome.status == 0, "\(tool): \(outcome.text.suffix(2000))")
      }
      #expect(FileManager.default.fileExists(atPath: folder.appending(path: "figures.pdf").path))
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
    if failures == 3000 { #expect(text.contains("3,000 places")) }
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
