import Foundation
import Tensors
import TestSupport
import Testing

/// Models, corpora and jobs that cannot be used, given to the program itself: one line on stderr, the exit code that
/// says whose fault it is, and no trace of it in the output folder.
@Suite("Bad input")
struct BadInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Damages what `BadInput` made, and says with which arguments to run.
    let damage: @Sendable (SmallRun) throws -> [String]
    let code: Int32
    /// What the line has to say.
    let words: [String]

    init(
      _ name: String, code: Int32 = 3, says words: String..., damage: @escaping @Sendable (SmallRun) throws -> [String]
    ) {
      testDescription = name
      self.damage = damage
      self.code = code
      self.words = words
    }
  }

  static let models = [
    Case("no such folder", says: "nowhere", "does not exist") { _ in
      ["--model", "nowhere", "--corpus", "corpus.txt"]
    },
    Case("an unknown model type", says: "config.json", "\"mamba\"", "gpt2") { run in
      try run.rewrite("small/config.json") {
        $0.replacing("\"model_type\": \"gpt2\"", with: "\"model_type\": \"mamba\"")
      }
      return run.arguments
    },
    Case("no tokenizer", says: "tokenizer") { run in
      try FileManager.default.removeItem(at: run["small/tokenizer.json"])
      return run.arguments
    },
    Case("another model's tokenizer", says: "do tokenizer and model belong together?", "expected 0 … 119") { run in
      try FileManager.default.removeItem(at: run["small/tokenizer.json"])
      try FileManager.default.copyItem(
        at: Fixtures.url("tokenizers/gpt2_bpe/tokenizer.json"), to: run["small/tokenizer.json"])
      return run.arguments
    },
  ]

  static let weights = [
    Case("a file that ends inside its header", says: "model.safetensors") { run in
      try run.replace("small/model.safetensors", with: try run.bytes("small/model.safetensors").prefix(500))
    },
    Case("a file that ends inside its tensors", says: "model.safetensors") { run in
      try run.replace("small/model.safetensors", with: try run.bytes("small/model.safetensors").dropLast(4000))
    },
    Case("an empty file", says: "model.safetensors") { try $0.replace("small/model.safetensors", with: Data()) },
    Case("a header longer than any file", says: "model.safetensors") { run in
      try run.replace(
        "small/model.safetensors",
        with: Data(repeating: 0xff, count: 8) + (try run.bytes("small/model.safetensors").dropFirst(8)))
    },
    Case("tensors that overlap", says: "model.safetensors", "c_attn.weight") { run in
      try run.rewriteHeader { $0.replacing("\"data_offsets\":[288,7200]", with: "\"data_offsets\":[284,7196]") }
    },
    Case("a tensor past the end of the file", says: "model.safetensors") { run in
      try run.rewriteHeader {
        $0.replacing("\"data_offsets\":[288,7200]", with: "\"data_offsets\":[99999288,100006200]")
      }
    },
    Case("offsets that overflow", says: "model.safetensors") { run in
      try run.rewriteHeader {
        $0.replacing("\"data_offsets\":[288,7200]", with: "\"data_offsets\":[18446744073709551615,6911]")
      }
    },
    Case("a shape whose product overflows", says: "model.safetensors") { run in
      try run.rewriteHeader { $0.replacing("\"shape\":[24,72]", with: "\"shape\":[4611686018427387905,4]") }
    },
    Case("a tensor of another shape", says: "wpe.weight", "expected [64, 24]", "found [63, 24]") { run in
      try run.rewriteTensors { name, tensor in
        name.hasSuffix("wpe.weight") ? Tensor(repeating: 0, shape: [63, 24]) : tensor
      }
    },
    Case("a missing tensor", says: "h.1.ln_2.bias", "missing") { run in
      try run.rewriteTensors { name, tensor in name.hasSuffix("h.1.ln_2.bias") ? nil : tensor }
    },
  ]

  static let corpora = [
    Case("no such file", says: "nowhere.txt") { ["--model", $0.model, "--corpus", "nowhere.txt"] },
    Case("an empty corpus", says: "corpus.txt", "empty") { try $0.replace("corpus.txt", with: Data()) },
    Case("nothing but white space", says: "corpus.txt") { try $0.replace("corpus.txt", with: Data(" \n\n\t\n".utf8)) },
    Case("documents of one token", says: "corpus.txt", "two tokens") {
      try $0.replace("corpus.txt", with: Data("a\n\nb\n".utf8))
    },
    Case("invalid UTF-8", says: "corpus.txt", "UTF-8") {
      try $0.replace("corpus.txt", with: Data("good words\n\nbad \u{1}".utf8) + [0xff, 0xfe, 0x0a])
    },
    Case("a CoNLL-U line without ten columns", says: "corpus.conllu: line 2", "10 columns") { run in
      try run.write("1\tA\ta\tDET\t_\t_\t2\tdet\t_\t_\n2\tcat\n\n", to: "corpus.conllu")
      return ["--model", run.model, "--corpus", "corpus.conllu"]
    },
    Case("a column that CoNLL-U does not have", code: 2, says: "upso", "upos") { run in
      try run.write("1\tA\ta\tDET\t_\t_\t0\troot\t_\t_\n2\tcat\tcat\tNOUN\t_\t_\t1\tdep\t_\t_\n\n", to: "corpus.conllu")
      return ["--model", run.model, "--corpus", "corpus.conllu", "--label", "upso"]
    },
  ]

  static let jobs = [
    Case("a misspelt key", code: 2, says: "job.json5", "corpsu", "corpus") { run in
      try run.write("{ model: 'small', corpsu: { path: 'corpus.txt' } }", to: "job.json5")
      return ["job.json5"]
    },
    Case("a job that is not JSON", code: 2, says: "job.json5") { run in
      try run.write("{ model: ", to: "job.json5")
      return ["job.json5"]
    },
    Case("a misspelt option", code: 2, says: "--lable", "--label") { $0.arguments + ["--lable", "upos"] },
    Case("templates that are not there", code: 2, says: "assets/templates") { run in
      try FileManager.default.createDirectory(at: run["assets"], withIntermediateDirectories: true)
      return run.arguments + ["--assets", "assets"]
    },
    Case("fonts that are not there", says: "fonts") { run in
      try FileManager.default.createDirectory(at: run["assets/templates"], withIntermediateDirectories: true)
      return run.arguments + ["--assets", "assets"]
    },
    Case("fonts that are none", says: "fonts") { run in
      try run.write("no font", to: "assets/fonts/Inter-Regular.ttf")
      try run.write("", to: "assets/templates/page.mustache")
      return run.arguments + ["--assets", "assets"]
    },
    Case("a folder for a job", code: 2, says: "small: is a folder", "tomograph report --model small") { [$0.model] },
    Case("weights for a job", code: 2, says: "holds weights", "--model small") { ["\($0.model)/model.safetensors"] },
    Case("a file as the output's folder", says: "corpus.txt: is not a folder", "--out names another") {
      $0.arguments + ["--out", "corpus.txt"]
    },
    Case("a file on the way to the output", says: "corpus.txt", "--out names another") {
      $0.arguments + ["--out", "corpus.txt/a/b"]
    },
    Case("a folder for thresholds", code: 2, says: "small: is a folder", "tomograph rules") {
      $0.arguments + ["--thresholds", $0.model]
    },
    Case("thresholds out of their range", code: 2, says: "failShare: is out of range, expected 0 to 1, found 9") {
      run in
      try run.write("{ 'attention-collapse-uniform': { failShare: 9 } }", to: "strict.json5")
      return run.arguments + ["--thresholds", "strict.json5"]
    },
    Case("a history that is a folder", says: "history.jsonl: is a folder") { run in
      try run.write("", to: "kept/history.jsonl/x")
      return run.arguments + ["--out", "kept"]
    },
    Case("a log that is not there", says: "nothing.jsonl: does not exist", "--logs") {
      $0.arguments + ["--logs", "nothing.jsonl"]
    },
    Case("a checkpoint without weights", says: "runs/step-2: holds no weights") { run in
      for step in [1, 2] {
        try FileManager.default.createDirectory(at: run["runs"], withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: run["small"], to: run["runs/step-\(step)"])
      }
      try FileManager.default.removeItem(at: run["runs/step-2/model.safetensors"])
      return run.arguments + ["--checkpoints", "runs/step-*"]
    },
    Case("a parallel corpus that is not there", says: "nothing.de: does not exist", "--parallel") {
      $0.arguments + ["--parallel", "nothing.de"]
    },
    Case("a layer that the model does not have", code: 2, says: "select.layers", "expected 0 to 2, found 3") { run in
      try run.write("{ model: 'small', corpus: { path: 'corpus.txt' }, select: { layers: [0, 3] } }", to: "job.json5")
      return ["job.json5"]
    },
    Case("a head that the model does not have", code: 2, says: "select.heads", "expected 0 to 3, found 4") { run in
      try run.write("{ model: 'small', corpus: { path: 'corpus.txt' }, select: { heads: [4] } }", to: "job.json5")
      return ["job.json5"]
    },
    Case("a document that the corpus does not have", code: 2, says: "doc-24", "doc-0 to doc-23") { run in
      try run.write(
        "{ model: 'small', corpus: { path: 'corpus.txt' }, select: { examples: ['doc-24'] } }", to: "job.json5")
      return ["job.json5"]
    },
    Case("a place that cannot be written", says: "/proc/tomograph") { $0.arguments + ["--out", "/proc/tomograph"] },
    Case("a file where the run folder should be", says: "is not a folder") { run in
      try run.write("mine", to: "taken/small-corpus")
      return run.arguments + ["--out", "taken"]
    },
  ]

  @Test("One line, the right code, and nothing is left behind", arguments: models + weights + corpora)
  func badInput(input: Case) throws { try check(input, ["--quiet"]) }

  @Test("What a job gets wrong is the only line: nothing has been measured by then", arguments: jobs)
  func badJob(input: Case) throws { try check(input, []) }

  private func check(_ input: Case, _ options: [String]) throws {
    let run = try SmallRun()
    let arguments = try input.damage(run)
    let outcome = try Program.run(["report"] + options + arguments, in: run.folder)
    #expect(outcome.code == input.code, "\(outcome.errors)")
    #expect(outcome.errorLines.count == 1 && outcome.errors.hasPrefix("tomograph: "), "\(outcome.errors)")
    for word in input.words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
    #expect(outcome.output.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: run["out"].path(percentEncoded: false)))
    #expect(!(try run.names()).contains { $0.contains("unfinished") })
  }

  @Test("The same model and corpus undamaged give a report")
  func control() throws {
    let run = try SmallRun()
    let outcome = try Program.run(["report", "--quiet", "--formats", "svg"] + run.arguments, in: run.folder)
    #expect([0, 1].contains(outcome.code) && outcome.errorLines.count == outcome.code, "\(outcome.errors)")
    #expect(FileManager.default.fileExists(atPath: run["out/small-corpus/index.html"].path(percentEncoded: false)))
  }
}
