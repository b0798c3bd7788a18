import Foundation
import TestSupport
import Testing

/// A tokenizer that lies elsewhere than the model.
@Suite("The tokenizer of a report")
struct TokenizerOptionTests {
  /// The small model and two states of it, whose tokenizer lies in a folder of its own.
  private func run() throws -> SmallRun {
    let run = try SmallRun()
    for step in [0, 10] { try FileManager.default.copyItem(at: run["small"], to: run["state-\(step)"]) }
    try FileManager.default.createDirectory(at: run["elsewhere"], withIntermediateDirectories: true)
    try FileManager.default.moveItem(at: run["small/tokenizer.json"], to: run["elsewhere/tokenizer.json"])
    for step in [0, 10] { try FileManager.default.removeItem(at: run["state-\(step)/tokenizer.json"]) }
    return run
  }

  @Test("comes from an option or from the job, and checkpoints are read with it too")
  func elsewhere() throws {
    let run = try run()
    let common = ["report", "--quiet", "--formats", "svg", "--analyses", "attention"]
    let without = try Program.run(common + run.arguments, in: run.folder)
    #expect(without.code == 3 && without.errors.contains("has no tokenizer"))
    let option = try Program.run(
      common + run.arguments + ["--tokenizer", "elsewhere", "--checkpoints", "state-*"], in: run.folder)
    #expect(option.code != 3, "\(option.errors)")
    try run.write(
      #"{ model: "small", tokenizer: "elsewhere", corpus: { path: "corpus.txt" }, name: "job" }"#, to: "job.json5")
    let job = try Program.run(common + ["job.json5"], in: run.folder)
    #expect(job.code != 3, "\(job.errors)")
    let provenance = String(decoding: try run.files(in: "out/job")["provenance.json"] ?? Data(), as: UTF8.self)
    #expect(provenance.contains("tokenizer.json"))
  }

  @Test("that loses a tenth of the corpus fails the report and says what it lost")
  func losses() throws {
    let run = try run()
    try run.write(
      "größer äußern über öfter, naïve café — déjà vu\n\nÉté à la crème brûlée, señor Ñandú\n", to: "corpus.txt")
    let outcome = try Program.run(
      ["report", "--quiet", "--formats", "svg", "--analyses", "attention", "--tokenizer", "elsewhere"] + run.arguments,
      in: run.folder)
    #expect(outcome.code == 1)
    let files = try run.files(in: "out/small-corpus")
    let report = String(decoding: files["report.md"] ?? Data(), as: UTF8.self)
    #expect(report.contains("are dropped by the tokenizer") && report.contains("“é”"))
    #expect(String(decoding: files["findings.json"] ?? Data(), as: UTF8.self).contains("input-health:model"))
  }
}
