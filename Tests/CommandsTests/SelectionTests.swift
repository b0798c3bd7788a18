import Foundation
import Results
import Testing

@Suite("What a job selects")
struct SelectionTests {
  private func report(_ select: String) throws -> (run: SmallRun, files: [String: Data]) {
    let run = try SmallRun()
    try run.write(
      "{ name: 'chosen', model: 'small', corpus: { path: 'corpus.txt' }, select: \(select), "
        + "output: { formats: ['svg'] } }", to: "job.json5")
    let outcome = try Program.run(["report", "job.json5", "--quiet"], in: run.folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    return (run, try run.files(in: "out/chosen", without: ["provenance.json"]))
  }

  private func rows(_ file: Data?) -> [[String]] {
    String(decoding: file ?? Data(), as: UTF8.self).split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  @Test("Figures and tables show the layers and heads that were selected, and say so; numbers and rules are of all")
  func parts() throws {
    let (run, files) = try report("{ layers: [2, 0], heads: [1], examples: ['doc-12', 'doc-3'] }")
    for figure in ["attention-entropy", "attention-distance", "attention-sheet"] {
      let heads = Set(rows(files["figures/\(figure).csv"]).map { $0.prefix(2).joined(separator: ".") })
      #expect(heads == ["0.1", "2.1"], "\(figure)")
    }
    #expect(Set(rows(files["figures/attention-model-view.csv"]).map { $0[0] }) == ["0", "2"])
    // Two layers make no curve.
    #expect(files["figures/gradients-norm.csv"] == nil)
    // The points before and after the chosen blocks.
    #expect(Set(rows(files["figures/representations-rank.csv"]).map { $0[1] }) == ["R0", "R1", "R2", "R3"])
    let page = String(decoding: files["report.md"] ?? Data(), as: UTF8.self)
    #expect(page.contains("Figures and tables show only layers 0 and 2, head 1 of each"))
    #expect(page.contains("Among 12 heads"))
    #expect(page.contains("L0.H1") && !page.contains("| L1.H1 |") && !page.contains("`L1.H1`"))
    let caption = String(decoding: files["figures/attention-entropy.tex"] ?? Data(), as: UTF8.self)
    #expect(caption.contains("show only layers 0 and 2"))

    let results = try RunResults.read(from: run["out/chosen"])
    #expect(results.subject.selection == Selection(layers: [0, 2], heads: [1], examples: ["doc-12", "doc-3"]))
    #expect(results[AttentionMetrics.entropy]?.rows.count == 12)
    let again = try Program.run(["render", "out/chosen", "--formats", "svg", "--quiet"], in: run.folder)
    #expect(again.code == 0, "\(again.errors)")
    #expect(try run.files(in: "out/chosen", without: ["provenance.json"]) == files)
  }

  @Test("The documents that were selected are those whose attention is drawn, in their order")
  func examples() throws {
    let (run, files) = try report("{ layers: 'all', heads: 'all', examples: ['doc-12', 'doc-3'] }")
    let results = try RunResults.read(from: run["out/chosen"])
    let attention = try #require(results[analysis: "attention"])
    #expect(
      Set(attention.arrays.keys.filter { $0.hasSuffix(".pattern") })
        == ["sample.doc-12.pattern", "sample.doc-3.pattern"])
    let texts = ["attention-sheet", "attention-sheet-2"].map { name in
      rows(files["figures/\(name).csv"]).prefix(20).map { $0[3] }.joined()
    }
    #expect(texts[0].hasPrefix("sentence␣number␣12␣"), "\(texts)")
    #expect(texts[1].hasPrefix("sentence␣number␣3␣"), "\(texts)")
    let page = String(decoding: files["report.md"] ?? Data(), as: UTF8.self)
    #expect(!page.contains("Figures and tables show only"))
    #expect(files["figures/attention-model-view-2.svg"] != nil)
  }
}
