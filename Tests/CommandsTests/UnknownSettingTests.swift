import Foundation
import TestSupport
import Testing

@Suite("Settings that are not known")
struct UnknownSettingTests {
  private func run() throws -> SmallRun {
    let run = try SmallRun()
    try run.rewrite("small/config.json") { $0.replacing("{", with: "{ \"logit_scale\": 0.0625,") }
    return run
  }

  @Test("are listed by inspect")
  func inspect() throws {
    let run = try run()
    let outcome = try Program.run(["inspect", run.model], in: run.folder)
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("unknown settings, ignored\n  logit_scale: 0.0625\n"))
  }

  @Test("are said on stderr, in the results and in the report, in Markdown too")
  func report() throws {
    let run = try run()
    let outcome = try Program.run(["report", "--formats", "svg"] + run.arguments, in: run.folder)
    #expect([0, 1].contains(outcome.code))
    #expect(outcome.errorLines.contains("unknown setting, ignored: logit_scale: 0.0625"))
    for file in ["results.json", "index.html", "report.md"] {
      let text = try String(contentsOf: run["out/small-corpus/\(file)"], encoding: .utf8)
      #expect(text.contains("logit_scale: 0.0625"), "\(file)")
    }
  }
}
