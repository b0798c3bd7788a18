import Foundation
import TestSupport
import Testing

@Suite("tomograph study")
struct StudyTests {
  /// A folder with a corpus and the job of a small study.
  private struct Job {
    let scratch: Scratch
    var folder: URL { scratch.folder }

    init(_ change: (String) -> String = { $0 }) throws {
      scratch = try Scratch()
      let text = (0..<300).map { "line \($0) says what line \($0 * 7 % 300) says" }.joined(separator: "\n")
      _ = try scratch.write(text, to: "text.txt")
      try write(change)
    }

    func write(_ change: (String) -> String) throws {
      let job = """
        { name: "parts", about: "Parts of the block.", base_name: "Pre-LN",
          base: {
            task: "language_model",
            model: { config: { model_type: "tomograph", hidden_size: 16, num_hidden_layers: 2, num_attention_heads: 2,
              max_position_embeddings: 16 } },
            tokenizer: { train: "byte_level_bpe", vocabulary: 280 },
            data: { path: "text.txt" }, evaluation: { path: "text.txt", limit: 20, every: 4 }, steps: 8, batch: 4,
          },
          groups: [
            { name: "Residual", about: "With and without.", variants: [
              { name: "No residual", set: { "model.config.residual_weight": 0 } },
              { name: "Experts", set: { "model.config.num_local_experts": 3 } } ] },
            { name: "Norms", axes: [
              { key: "model.config.norm_placement", values: ["pre", "post"] }, { key: "schedule.warmup", values: [0, 4] } ] } ],
          seeds: [0, 1], corpus: { path: "text.txt", limit: 6 }, output: { formats: ["svg"] } }
        """
      _ = try scratch.write(change(job), to: "job.json5")
    }

    func run(_ arguments: String...) throws -> Program.Outcome {
      try Program.run(["study", "job.json5", "--quiet"] + arguments, in: folder)
    }

    /// Every file of the study's folder, with its content.
    func files() throws -> [String: Data] {
      let names = try #require(FileManager.default.subpaths(atPath: scratch["out/parts"].path(percentEncoded: false)))
      // The provenance knows the hour.
      return try names.filter { URL(filePath: $0).pathExtension != "" && $0 != "provenance.json" }.reduce(into: [:]) {
        $0[$1] = try Data(contentsOf: scratch["out/parts/\($1)"])
      }
    }
  }

  @Test("Variants are trained, measured and set side by side; what is done is kept")
  func study() throws {
    let job = try Job(), outcome = try job.run()
    #expect(outcome.code == 0, "\(outcome.errors)")
    let files = try job.files()
    let report = try #require(files["report.md"].map { String(decoding: $0, as: UTF8.self) })
    // The base, two variants, and four combinations.
    #expect(report.contains("7 variants in 14 trainings"))
    for name in ["Pre-LN", "No residual", "Experts", "norm placement post, warmup 4"] {
      #expect(report.contains("| [\(name)](variants/"), "\(name)")
    }
    #expect(report.contains("Better by more than that") || report.contains("better by more than that"))
    #expect(report.contains("| No residual | model.config.residual\\_weight = 0 |"))
    #expect(report.contains("## Mixtures of experts"))
    let names = Set(files.keys)
    for figure in ["study-loss", "study-1-loss", "study-2-loss", "study-1-flow", "study-1-entropy", "study-routing-1"] {
      #expect(names.contains("figures/\(figure).svg") && names.contains("figures/\(figure).csv"), "\(figure)")
    }
    #expect(names.filter { $0.hasPrefix("variants/") && $0.hasSuffix("results.json") }.count == 14)
    // One report a variant.
    #expect(names.filter { $0.hasPrefix("variants/") && $0.hasSuffix("index.html") }.count == 7)
    let page = try #require(files["index.html"].map { String(decoding: $0, as: UTF8.self) })
    #expect(page.contains("Tomograph study") && !page.contains("{{"))
    for match in page.matches(of: /(?:href|src|srcset)="([^"#][^"]*)"/) where match.1 != "provenance.json" {
      #expect(names.contains(String(match.1)))
    }

    // Drawn again from its folder alone, under the same name and under another.
    let render = ["render", "out/parts", "--formats", "svg", "--quiet"]
    #expect(try Program.run(render, in: job.folder).code == 0)
    #expect(try job.files() == files)
    #expect(try Program.run(render + ["--out", "copy", "--name", "pieces"], in: job.folder).code == 0)
    let copy = try String(contentsOf: job.scratch["copy/pieces/report.md"], encoding: .utf8)
    #expect(copy.hasPrefix("# pieces") && copy.contains("7 variants in 14 trainings"))
    let listed = try Program.run(["figure", "out/parts"], in: job.folder)
    #expect(listed.code == 0 && listed.output.contains("study-1-loss "))
    let drawn = try Program.run(["figure", "out/parts", "study-loss", "-o", "loss.svg"], in: job.folder)
    #expect(drawn.code == 0 && drawn.errors == "figure: loss.svg\n", "\(drawn.errors)")
    let variant = try Program.run(
      ["figure", "out/parts/variants/00-pre-ln-seed-0", "attention-entropy", "-o", "e.svg"], in: job.folder)
    #expect(variant.code == 0, "\(variant.errors)")

    let again = try job.run()
    #expect(again.code == 2 && again.errors.contains("--resume, or --restart"))
    #expect(try job.run("--resume", "--threads", "1").code == 0)
    #expect(try job.files() == files)
    // Another setting makes another training.
    try job.write { $0.replacing("steps: 8", with: "steps: 6") }
    #expect(try job.run("--resume").code == 0)
    #expect(try job.files()["figures/study-1-loss.csv"] != files["figures/study-1-loss.csv"])
  }

  @Test(
    "A damaged study is one line, code 3, and stays as it is",
    arguments: [
      ("\"members\": [1", "\"members\": [99", "has a member that is not a variant"),
      ("\"schema\": 1", "\"schema\": 7", "is of another version"),
      ("\"folder\": \"00-pre-ln\"", "\"folder\": \"../00-pre-ln\"", "whose folder is not one"),
      ("\"folder\": \"00-pre-ln\"", "\"folder\": \"07-none\"", "07-none/results.json: does not exist"),
      ("\"variants\":", "\"variant\":", "has no \"variants\""), ("{", "", "study.json"),
    ])
  func damaged(text: String, replacement: String, says: String) throws {
    let folder = try Self.single.get().scratch["out/parts"], copy = try Scratch(), place = copy["parts"]
    try FileManager.default.copyItem(at: folder, to: place)
    let url = place.appending(path: "study.json"), whole = try String(contentsOf: url, encoding: .utf8)
    let range = try #require(whole.range(of: text), "\(whole)")
    try Data(whole.replacingCharacters(in: range, with: replacement).utf8).write(to: url)
    for command in [["render"], ["figure"]] {
      let outcome = try Program.run(command + ["parts"], in: copy.folder)
      #expect(outcome.code == 3 && outcome.errorLines.count == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains(says), "\(outcome.errors)")
    }
    try FileManager.default.removeItem(at: url)
    let earlier = try Program.run(["render", "parts"], in: copy.folder)
    #expect(earlier.code == 3 && earlier.errors.contains("tomograph study JOB.json5 --resume"), "\(earlier.errors)")
  }

  /// A study of two trainings, made once.
  private static let single = Result {
    let job = try Job {
      let start = $0.range(of: "groups: [")?.lowerBound ?? $0.startIndex
      let end = $0.range(of: "seeds: [0, 1]")?.lowerBound ?? $0.endIndex
      return $0.replacingCharacters(
        in: start..<end,
        with: "groups: [ { name: \"R\", variants: [ { name: \"No residual\", "
          + "set: { \"model.config.residual_weight\": 0 } } ] } ], "
      ).replacing("seeds: [0, 1]", with: "seeds: [0]")
    }
    let outcome = try job.run()
    guard outcome.code == 0 else { throw CocoaError(.executableRuntimeMismatch, userInfo: ["errors": outcome.errors]) }
    return job
  }

  @Test("A training that breaks down is reported, and the others go on")
  func breakdown() throws {
    let job = try Job {
      $0.replacing("\"model.config.residual_weight\": 0", with: "\"optimizer.rate\": 1e30")
        .replacing("[0, 1]", with: "[0]")
    }
    let outcome = try job.run()
    #expect(outcome.code == 0, "\(outcome.errors)")
    let report = try #require(try job.files()["report.md"].map { String(decoding: $0, as: UTF8.self) })
    #expect(report.contains("1 stopped early") && report.contains("at step"))
  }

  @Test(
    "What cannot be studied is refused in one line before anything is trained",
    arguments: [
      ("name: \"parts\"", "name: \"parts\", pace: 1", "pace"),
      ("base_name: \"Pre-LN\"", "base_name: \"Experts\"", "second variant"),
      ("residual_weight\": 0", "norm_placement\": \"middle\"", "pre, post, sandwich"),
      ("residual_weight\": 0", "norm_placement.x\": 1", "norm_placement"),
      ("task: \"language_model\"", "seed: 1, task: \"language_model\"", "seeds"),
      ("corpus: { path: \"text.txt\", limit: 6 }", "corpus: { limit: 6 }", "path"),
      ("set: {", "put: {", "put"), ("values: [0, 4]", "values: []", "empty"),
      ("values: [0, 4]", "values: [0, 4], names: [\"a\"]", "names"),
      ("corpus: { path: \"text.txt\"", "corpus: { path: \"nowhere.txt\"", "nowhere.txt: does not exist"),
      ("evaluation: { path: \"text.txt\"", "evaluation: { path: \"nowhere.txt\"", "nowhere.txt: does not exist"),
      ("formats: [\"svg\"]", "folder: \"text.txt\"", "text.txt: is not a folder"),
    ])
  func refusals(_ found: String, _ replacement: String, _ word: String) throws {
    let job = try Job { $0.replacing(found, with: replacement) }
    let outcome = try job.run()
    #expect([2, 3].contains(outcome.code) && outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains(word), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: job.scratch["out"].path(percentEncoded: false)))
  }
}
