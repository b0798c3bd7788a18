import Foundation
import Testing

/// What the program says of a verdict, and where its output is.
@Suite("The gate's words")
struct GateTests {
  /// A run whose uniform heads close the gate, of which there are more than are named.
  private func failing() throws -> SmallRun {
    let run = try SmallRun()
    try run.write(
      "{ 'attention-collapse-uniform': { normalisedEntropy: 0.01, warnShare: 0, failShare: 0.1 },"
        + " 'representation-collapse': { effectiveRank: 1 } }", to: "strict.json5")
    return run
  }

  private let options = ["--thresholds", "strict.json5", "--formats", "svg", "--analyses", "attention,representations"]

  @Test("A gate that fails says why: the verdict, the first findings, how many more, and the path of the report")
  func failure() throws {
    let run = try failing()
    let outcome = try Program.run(["report"] + run.arguments + options, in: run.folder)
    #expect(outcome.code == 1)
    let lines = outcome.errorLines.drop { !$0.hasPrefix("fail: ") }
    #expect(lines.count == 6, "\(outcome.errors)")
    #expect(lines.first?.contains(" failures under ") == true)
    #expect(lines.filter { $0.hasPrefix("  fail: Attention collapse (uniform) at L") }.count == 3, "\(outcome.errors)")
    #expect(lines.dropLast().last?.firstMatch(of: /^  and \d+ more$/) != nil, "\(outcome.errors)")
    #expect(lines.last == "report: out/small-corpus/index.html")
    #expect(outcome.output.isEmpty)
  }

  @Test("With --quiet it is one line; a gate that does not fail is silent")
  func quiet() throws {
    let run = try failing()
    let closed = try Program.run(["report", "--quiet"] + run.arguments + options, in: run.folder)
    #expect(closed.code == 1 && closed.errorLines.count == 1, "\(closed.errors)")
    #expect(closed.errors.hasPrefix("tomograph: fail: "))
    #expect(closed.errors.contains(": Attention collapse (uniform) at L0; "))
    #expect(closed.errors.hasSuffix(" more; report: out/small-corpus/index.html\n"), "\(closed.errors)")
    let open = try Program.run(
      ["report", "--quiet", "--fail-on", "never"] + run.arguments + options, in: run.folder)
    #expect(open.code == 0 && open.errors.isEmpty, "\(open.errors)")
  }

  @Test("A gate that passes says so, and where the report is")
  func pass() throws {
    let run = try SmallRun()
    let outcome = try Program.run(
      ["report", "--formats", "svg", "--analyses", "weights", "--name", "nightly"] + run.arguments, in: run.folder)
    #expect(outcome.code == 0)
    #expect(outcome.errorLines.dropLast().last?.hasPrefix("pass: ") == true, "\(outcome.errors)")
    #expect(outcome.errorLines.last == "report: out/nightly/index.html")
  }
}
