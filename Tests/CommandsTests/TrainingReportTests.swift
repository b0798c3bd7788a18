import Foundation
import TestSupport
import Testing

/// Reports that read a training.
@Suite("Reports of a training")
struct TrainingReportTests {
  /// Three states of the small model, with a log beside them.
  private func run() throws -> SmallRun {
    let run = try SmallRun()
    for step in [0, 10, 200] {
      try FileManager.default.copyItem(at: run["small"], to: run["state-\(step)"])
    }
    let rows = (0...20).map { "\($0 * 10),\(3 - Double($0) / 10),\($0 == 7 ? "nan" : "0.5")" }
    try run.write("it,objective,grad_norm\n" + rows.joined(separator: "\n") + "\n", to: "log.csv")
    try run.write(
      """
      { checkpoints: "state-*", corpus: { path: "corpus.txt", limit: 8 }, name: "course",
        logs: [{ path: "log.csv", columns: { step: "it", loss: "objective" } }], analyses: ["attention", "representations"] }
      """, to: "job.json5")
    return run
  }

  @Test("A job names checkpoints and a log with columns of its own")
  func job() throws {
    let run = try run()
    let outcome = try Program.run(["report", "--quiet", "--formats", "svg", "job.json5"], in: run.folder)
    #expect(outcome.code == 1, "the log has a NaN: \(outcome.errors)")
    let files = try run.files(in: "out/course")
    for name in ["loss", "gradient-norm", "scores-induction-score", "entropy", "rank", "cka-last", "similarity"] {
      #expect(files["figures/training-\(name).svg"] != nil, "\(name)")
    }
    let csv = String(decoding: files["figures/training-loss.csv"] ?? Data(), as: UTF8.self)
    #expect(csv.contains("training,200,1"))
    let page = String(decoding: files["index.html"] ?? Data(), as: UTF8.self)
    #expect(page.contains("Gradient spikes"))
    // The three states are the same: nothing changed.
    let similarity = String(decoding: files["figures/training-similarity.csv"] ?? Data(), as: UTF8.self)
    #expect(similarity.contains("similarity,10,1") && similarity.contains("similarity,200,1"))
    #expect(files.values.allSatisfy { !String(decoding: $0, as: UTF8.self).contains(run.folder.lastPathComponent) })
  }

  @Test("The command line says the same")
  func options() throws {
    let run = try run()
    let outcome = try Program.run(
      [
        "report", "--quiet", "--formats", "svg", "--checkpoints", "state-*", "--corpus", "corpus.txt", "--limit", "8",
        "--analyses", "attention",
      ], in: run.folder)
    #expect([0, 1].contains(outcome.code), "\(outcome.errors)")
    #expect(try run.names().contains { $0.hasSuffix("figures/training-similarity.svg") })
  }

  @Test(
    "What cannot be read is one line, and leaves nothing",
    arguments: [
      (["--checkpoints", "nothing-*"], Int32(3), "nothing-*: names no folder"),
      (["--model", "small", "--logs", "nothing.csv"], 3, "nothing.csv: does not exist"),
      (["--model", "small", "--logs", "corpus.txt"], 2, "is not a log that is known"),
      (["--model", "small", "--logs", "log.csv"], 3, "has no step"),
    ])
  func errors(options: [String], code: Int32, words: String) throws {
    let run = try run()
    let outcome = try Program.run(["report", "--quiet", "--corpus", "corpus.txt"] + options, in: run.folder)
    #expect(outcome.code == code)
    #expect(outcome.errorLines.count == 1 && outcome.errors.contains(words), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: run["out"].path(percentEncoded: false)))
  }
}
