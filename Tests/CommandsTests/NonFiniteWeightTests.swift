import Foundation
import Tensors
import TestSupport
import Testing

/// Models with weights that are NaN or infinite, given to the program: measured as far as it goes, and reported.
@Suite("NaN and infinite weights")
struct NonFiniteWeightTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var model = "gpt2"
    /// The end of the tensor's name, and which of its elements; all where nil.
    var tensor: String
    var elements: Range<Int>?
    var value: Float = .nan
    var options: [String] = []
  }

  static let cases = [
    Case(testDescription: "one NaN", tensor: "h.1.mlp.c_fc.weight", elements: 17..<18),
    Case(testDescription: "one infinity", tensor: "h.1.attn.c_attn.weight", elements: 5..<6, value: .infinity),
    Case(testDescription: "minus infinity in a norm", tensor: "ln_f.weight", elements: 0..<1, value: -.infinity),
    Case(testDescription: "a whole matrix", tensor: "h.0.attn.c_proj.weight"),
    // 24 numbers a row: "e" is in the corpus, the row of "~" is not.
    Case(testDescription: "the embedding of a token in the corpus", tensor: "wte.weight", elements: 71 * 24..<72 * 24),
    Case(
      testDescription: "the embedding of a token that never comes, attention alone", tensor: "wte.weight",
      elements: 96 * 24..<97 * 24, options: ["--analyses", "attention"]),
    Case(
      testDescription: "weights alone", tensor: "h.2.mlp.c_proj.weight", elements: 3..<4,
      options: ["--analyses", "weights"]),
    Case(testDescription: "an encoder–decoder", model: "bart", tensor: "decoder.layers.0.fc1.weight", elements: 2..<3),
  ]

  /// What of `findings.json` is looked at.
  private struct Verdict: Decodable {
    struct Finding: Decodable {
      var id: String
      var members: [String]
      var meaning: String
    }
    struct Check: Decodable {
      var rule: String
      var skipped: String?
    }
    var findings: [Finding]
    var checks: [Check]
  }

  private func verdict(_ run: SmallRun, _ folder: String) throws -> Verdict {
    try JSONDecoder().decode(Verdict.self, from: run.bytes("\(folder)/findings.json"))
  }

  private func damage(_ run: SmallRun, _ item: Case) throws {
    _ = try run.rewriteTensors { name, tensor in
      if name.hasSuffix(item.tensor) {
        for index in item.elements ?? 0..<tensor.count { tensor.pointer[index] = item.value }
      }
      return tensor
    }
  }

  @Test("They end in a whole run folder, exit code 1 and one finding that names the tensor", arguments: cases)
  func reported(item: Case) throws {
    let run = try SmallRun(of: item.model)
    try damage(run, item)
    let outcome = try Program.run(
      ["report", "--quiet", "--formats", "svg", "--limit", "6"] + run.arguments + item.options, in: run.folder)
    #expect(outcome.code == 1, "\(outcome.errors)")
    let files = try run.files(in: "out/small-corpus")
    for name in ["index.html", "report.md", "summary.md", "results.json", "junit.xml", "provenance.json"] {
      #expect(files[name] != nil, "\(name)")
    }
    let found = try verdict(run, "out/small-corpus")
    #expect(found.findings.count == 1 && found.findings[0].id.hasPrefix("non-finite-weights:"), "\(found)")
    #expect(found.findings.first?.members.contains { $0.hasSuffix(item.tensor) } == true)
    #expect(found.checks.contains { $0.skipped != nil })
    let summary = String(decoding: files["summary.md"] ?? Data(), as: UTF8.self)
    #expect(summary.contains("not judged") && summary.contains("Not judged: "))
  }

  @Test("Those of a state in between are named, and the report is whole")
  func checkpoint() throws {
    let run = try SmallRun()
    for step in [0, 10, 20] { try FileManager.default.copyItem(at: run["small"], to: run["state-\(step)"]) }
    try damage(run, Self.cases[0])
    try FileManager.default.removeItem(at: run["state-10"])
    try FileManager.default.copyItem(at: run["small"], to: run["state-10"])
    let outcome = try Program.run(
      [
        "report", "--quiet", "--formats", "svg", "--checkpoints", "state-*", "--corpus", "corpus.txt", "--limit", "6",
        "--analyses", "attention,representations",
      ], in: run.folder)
    #expect(outcome.code == 1, "\(outcome.errors)")
    let folder = try #require(try run.names().first { $0.hasSuffix("findings.json") }?.dropLast(14))
    let found = try verdict(run, String(folder))
    // The two others are copies of one folder.
    #expect(found.findings.map(\.id) == ["non-finite-weights:checkpoints", "identical-checkpoints:model"])
    #expect(found.findings.first?.meaning.contains("1 of 3 checkpoints") == true)
    #expect(found.findings.first?.meaning.contains("state-10") == true)
  }

  @Test("trace, which reports nothing, refuses them with the place")
  func trace() throws {
    let run = try SmallRun()
    try damage(run, Self.cases[0])
    try FileManager.default.copyItem(at: Fixtures.url("models/gpt2/reference.safetensors"), to: run["in.safetensors"])
    let outcome = try Program.run(
      ["trace", "small", "--input", "in.safetensors", "--output", "out.safetensors"], in: run.folder)
    #expect(outcome.code == 3 && outcome.errors.contains("h.1.mlp.c_fc.weight"), "\(outcome.errors)")
  }
}
