import Foundation
import TestSupport
import Testing

@Suite("Figures and reports drawn again")
struct FigureCommandsTests {
  private func report() throws -> SmallRun {
    let run = try SmallRun()
    let made = try Program.run(
      ["report"] + run.arguments + ["--out", "out", "--quiet", "--formats", "svg"], in: run.folder)
    #expect(made.code == 0, "\(made.errors)")
    return run
  }

  @Test("render makes the same report from the run folder alone, and leaves its provenance")
  func render() throws {
    let run = try report()
    let before = try run.files(in: "out/small-corpus")
    try FileManager.default.removeItem(at: run["small"])
    try FileManager.default.removeItem(at: run["corpus.txt"])
    let again = try Program.run(["render", "out/small-corpus", "--quiet", "--formats", "svg"], in: run.folder)
    #expect(again.code == 0, "\(again.errors)")
    #expect(try run.files(in: "out/small-corpus") == before)
    let other = try Program.run(
      ["render", "out/small-corpus", "--quiet", "--formats", "png", "--theme", "dark", "--out", "dark"], in: run.folder)
    #expect(other.code == 0, "\(other.errors)")
    #expect(try run.files(in: "out/small-corpus") == before)
    let names = try run.files(in: "dark/small-corpus").keys
    #expect(names.contains("figures/attention-entropy.png") && !names.contains("figures/attention-entropy.svg"))
  }

  @Test("A job's theme is that of all its figures, by name or from a file beside the job")
  func theme() throws {
    let run = try SmallRun()
    try run.write(##"{"base": "dark", "ink": "#12ab34"}"##, to: "themes/own.json")
    try run.write(
      "{ model: 'small', corpus: { path: 'corpus.txt' }, analyses: ['weights'], "
        + "output: { folder: 'out', formats: ['svg'], theme: 'themes/own.json' } }", to: "job.json5")
    let made = try Program.run(["report", "job.json5", "--quiet"], in: run.folder)
    #expect(made.code == 0, "\(made.errors)")
    let name = try #require(try run.files(in: "out").keys.first { $0.hasSuffix("weights-spectra.svg") })
    #expect(try String(contentsOf: run["out/\(name)"], encoding: .utf8).lowercased().contains("#12ab34"))
    let unknown = try Program.run(["report", "job.json5", "--quiet", "--theme", "drak"], in: run.folder)
    #expect(unknown.code == 2 && unknown.errors.contains("the nearest is \"dark\""), "\(unknown.errors)")
  }

  @Test("figure lists the figures, and draws one as wide as it is asked to")
  func figure() throws {
    let run = try report()
    let listed = try Program.run(["figure", "out/small-corpus"], in: run.folder)
    #expect(listed.code == 0 && listed.output.contains("\nattention-entropy "))
    let drawn = try Program.run(
      ["figure", "out/small-corpus", "attention-entropy", "--width", "3.25in", "--format", "svg"], in: run.folder)
    #expect(drawn.code == 0, "\(drawn.errors)")
    let svg = try String(contentsOf: run["attention-entropy.svg"], encoding: .utf8)
    #expect(svg.contains("viewBox=\"0 0 234 "))
    let named = try Program.run(
      ["figure", "out/small-corpus", "attention-entropy", "--width", "icml-column", "-o", "e.pdf"], in: run.folder)
    #expect(named.code == 0, "\(named.errors)")
    #expect(try run.bytes("e.pdf").starts(with: Data("%PDF".utf8)))
  }

  @Test("render, figure and report say where their output is; --quiet says nothing")
  func places() throws {
    let run = try report()
    let rendered = try Program.run(["render", "out/small-corpus", "--formats", "svg"], in: run.folder)
    #expect(rendered.errorLines.last == "report: out/small-corpus/index.html")
    let drawn = try Program.run(["figure", "out/small-corpus", "attention-entropy", "-o", "e.svg"], in: run.folder)
    #expect(drawn.errors == "figure: e.svg\n")
    let quiet = try Program.run(
      ["figure", "out/small-corpus", "attention-entropy", "-o", "e.svg", "--quiet"], in: run.folder)
    #expect(quiet.code == 0 && quiet.errors.isEmpty)
  }

  @Test("--out and --name mean the same for report and render: the folder DIR/NAME, which has that name inside too")
  func names() throws {
    let run = try SmallRun()
    let options = ["--analyses", "weights", "--formats", "svg", "--quiet"]
    let made = try Program.run(
      ["report"] + run.arguments + options + ["--out", "nightly", "--name", "first"], in: run.folder)
    #expect(made.code == 0, "\(made.errors)")
    let first = try run.files(in: "nightly/first", without: ["provenance.json"])
    #expect(String(decoding: first["results.json"] ?? Data(), as: UTF8.self).contains("\"name\": \"first\""))
    let render = ["render", "nightly/first", "--formats", "svg", "--quiet"]
    #expect(try Program.run(render + ["--out", "again"], in: run.folder).code == 0)
    #expect(try run.files(in: "again/first", without: ["provenance.json"]) == first)
    #expect(try Program.run(render + ["--name", "second"], in: run.folder).code == 0)
    #expect(try run.files(in: "nightly/first", without: ["provenance.json"]) == first)
    let second = try run.files(in: "nightly/second", without: ["provenance.json"])
    #expect(second.keys.sorted() == first.keys.sorted())
    #expect(String(decoding: second["index.html"] ?? Data(), as: UTF8.self).contains("second"))
    let other = try Program.run(
      ["report"] + run.arguments + options + ["--out", "nightly", "--name", "other"], in: run.folder)
    let renamed = try Program.run(render + ["--out", "again", "--name", "other"], in: run.folder)
    #expect(other.code == 0 && renamed.code == 0)
    #expect(
      try run.files(in: "again/other", without: ["provenance.json"])
        == run.files(in: "nightly/other", without: ["provenance.json"]))
  }

  @Test(
    "What cannot be drawn is one line that says what can",
    arguments: [
      (["figure", "out/small-corpus", "attention-entropi"], "the nearest is \"attention-entropy\"", 2),
      (["figure", "nowhere", "x"], "nowhere: does not exist, expected the folder of a run or a study", 3),
      (["render", "small"], "small/results.json: does not exist: is this a run folder?", 3),
      (["render", "corpus.txt"], "corpus.txt: is a file", 3),
      (["render", "out/small-corpus", "--out", "corpus.txt"], "corpus.txt: is not a folder", 3),
      (["figure", "out/small-corpus", "attention-entropy", "-o", "none/x.svg"], "--output names another", 3),
      (["figure", "out/small-corpus", "attention-entropy", "--width", "3furlong"], "is not a width", 2),
      (["figure", "out/small-corpus", "attention-entropy", "--theme", "papr"], "the nearest is \"paper\"", 2),
      (["render", "out/small-corpus", "--templates", "nowhere"], "is not a readable folder of templates", 2),
    ])
  func errors(_ arguments: [String], _ message: String, _ code: Int32) throws {
    let run = try report()
    let result = try Program.run(arguments, in: run.folder)
    #expect(result.code == code)
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(result.errorLines.count == 1)
  }
}
