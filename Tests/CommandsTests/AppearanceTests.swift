import Foundation
import TestSupport
import Testing

@Suite("Templates and themes of users")
struct AppearanceTests {
  /// The SHA-256 of a file by another program's word, read from the provenance.
  private func sources(_ run: SmallRun, _ name: String) throws -> [[String: String]] {
    let json = try JSONSerialization.jsonObject(with: run.bytes(name)) as? [String: Any]
    return json?["sources"] as? [[String: String]] ?? []
  }

  private func report(_ run: SmallRun, _ options: String...) throws -> Program.Outcome {
    try Program.run(
      ["report"] + run.arguments + ["--analyses", "weights", "--formats", "svg", "--quiet", "--out", "out"] + options,
      in: run.folder)
  }

  private func write(_ run: SmallRun) throws {
    try run.write("body { color: #123454 }", to: "look/style.css")
    try run.write("<p>{{>mine}} {{title}}</p>", to: "look/table.mustache")
    try run.write("a partial of mine", to: "look/mine.mustache")
    try run.write("", to: "look/.hidden")
    try run.write(##"{"ink": "#12ab34"}"##, to: "themes/paper.json")
    try run.write(##"{"base": "dark", "ink": "#ab1234"}"##, to: "themes/night.json")
    try run.write(##"{"ink": "#34ab12"}"##, to: "themes/screen.json")
  }

  @Test("A report takes the user's templates and themes, and its provenance names them and their digests")
  func ownFolders() throws {
    let run = try SmallRun()
    try write(run)
    let made = try report(run, "--templates", "look", "--themes", "themes")
    #expect(made.code == 0, "\(made.errors)")
    let page = try String(contentsOf: run["out/small-corpus/index.html"], encoding: .utf8)
    #expect(page.contains("#123454") && page.contains("a partial of mine"))
    // The folder's screen.json goes before the program's.
    let svg = try String(contentsOf: run["out/small-corpus/figures/weights-spectra.svg"], encoding: .utf8)
    #expect(svg.contains("#34ab12"))
    let look = try sources(run, "out/small-corpus/provenance.json").filter {
      ["theme", "template"].contains($0["role"])
    }
    #expect(
      look.map { "\($0["role"] ?? "") \($0["name"] ?? "")" } == [
        "theme paper.json", "theme screen.json", "template mine.mustache", "template style.css",
        "template table.mustache",
      ])
    #expect(look.allSatisfy { $0["sha256"]?.count == 64 })
    #expect(!(try String(contentsOf: run["out/small-corpus/provenance.json"], encoding: .utf8)).contains("themes/"))
  }

  @Test("A job names the folders beside itself, and --theme takes a name of the folder")
  func job() throws {
    let run = try SmallRun()
    try write(run)
    try run.write(
      "{ model: '../small', corpus: { path: '../corpus.txt' }, analyses: ['weights'], output: { folder: '../out', "
        + "formats: ['svg'], theme: 'night', themes: '../themes', templates: '../look' } }", to: "jobs/job.json5")
    let made = try Program.run(["report", "jobs/job.json5", "--quiet"], in: run.folder)
    #expect(made.code == 0, "\(made.errors)")
    let svg = try String(contentsOf: run["out/small-corpus/figures/weights-spectra.svg"], encoding: .utf8)
    #expect(svg.contains("#ab1234") && !svg.contains("#34ab12"))
    let look = try sources(run, "out/small-corpus/provenance.json").filter { $0["role"] == "theme" }
    #expect(look.map { $0["name"] } == ["night.json"])
    let figure = try Program.run(
      ["figure", "out/small-corpus", "weights-spectra", "--themes", "themes", "--format", "svg"], in: run.folder)
    #expect(figure.code == 0, "\(figure.errors)")
    #expect(try String(contentsOf: run["weights-spectra.svg"], encoding: .utf8).contains("#12ab34"))
  }

  @Test("render takes them too, and the provenance says what is drawn now")
  func render() throws {
    let run = try SmallRun()
    try write(run)
    #expect(try report(run).code == 0)
    let before = try run.files(in: "out/small-corpus")
    func render(_ options: String...) throws {
      let outcome = try Program.run(
        ["render", "out/small-corpus", "--quiet", "--formats", "svg"] + options, in: run.folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
    try render("--templates", "look", "--themes", "themes", "--theme", "night")
    #expect(try String(contentsOf: run["out/small-corpus/index.html"], encoding: .utf8).contains("#123454"))
    let names = try sources(run, "out/small-corpus/provenance.json").map { $0["name"] }
    #expect(names.suffix(4) == ["night.json", "mine.mustache", "style.css", "table.mustache"])
    // Drawn as at first, everything is as at first.
    try render()
    #expect(try run.files(in: "out/small-corpus") == before)
  }

  @Test(
    "What no folder of templates or themes has is one line before anything is computed",
    arguments: [
      ("look/pgae.mustache", "", "look/pgae.mustache: is not a template, the nearest is \"page.mustache\""),
      ("look/page.html", "", "look/page.html: is not a template"),
      ("look/page.mustache", "a\n{{#x}}", "page.mustache: line 2: a section is not closed"),
      ("look/page.mustache", "{{>nowhere}}", "includes nowhere, which is not there"),
      ("look/page.mustache", "{{>page}}", "includes itself"),
      ("look/table.mustache", "{{#rows}}{{>figure}}{{/rows}}{{>own}}", "includes own, which is not there"),
      ("look/style.css", "p { } </STYLE>", "ends the style element"),
      ("look/page.mustache/file", "", "look/page.mustache: "),
      ("themes/own.json", "{", "themes/own.json: line 1, column 2: is not valid JSON"),
      (
        "themes/own.json", ##"{"inc": "#000000"}"##,
        "themes/own.json: \"inc\": is not a key of a theme, the nearest is \"ink\""
      ),
      ("themes/own.txt", "", "themes/own.txt: is not a theme"),
    ])
  func refused(_ name: String, _ text: String, _ message: String) throws {
    let run = try SmallRun()
    try run.write("x", to: "look/.keep")
    try run.write("x", to: "themes/.keep")
    try run.write(text, to: name)
    // A model that is not there would be the next thing to be read.
    try FileManager.default.removeItem(at: run["small"])
    let outcome = try report(run, "--templates", "look", "--themes", "themes")
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(outcome.errorLines.count == 1)
    #expect(try !run.names().contains("out"))
  }

  @Test(
    "A folder that is none, and a theme that neither folder nor program has, are named",
    arguments: [
      (["--templates", "nowhere"], "nowhere: is not a readable folder of templates"),
      (["--themes", "nowhere"], "nowhere: is not a readable folder of themes"),
      (["--themes", "themes", "--theme", "nigth"], "the nearest is \"night\""),
    ])
  func unknown(_ options: [String], _ message: String) throws {
    let run = try SmallRun()
    try write(run)
    for command in [["report"] + run.arguments, ["render", "run"]] {
      let outcome = try Program.run(command + options, in: run.folder)
      #expect(outcome.code == 2 && outcome.errors.contains(message), "\(outcome.errors)")
      #expect(outcome.errorLines.count == 1)
    }
  }
}
