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
      #expect(report.contains("| \(name) |"), "\(name)")
    }
    #expect(report.contains("| No residual | model.config.residual\\_weight = 0 |"))
    #expect(report.contains("## Mixtures of experts"))
    let names = Set(files.keys)
    for figure in ["study-loss", "study-1-loss", "study-2-loss", "study-1-flow", "study-1-entropy", "study-routing-1"] {
      #expect(names.contains("figures/\(figure).svg") && names.contains("figures/\(figure).csv"), "\(figure)")
    }
    #expect(names.filter { $0.hasPrefix("variants/") && $0.hasSuffix("results.json") }.count == 14)
    let page = try #require(files["index.html"].map { String(decoding: $0, as: UTF8.self) })
    #expect(page.contains("Tomograph study") && !page.contains("{{"))
    for match in page.matches(of: /(?:href|src|srcset)="([^"#][^"]*)"/) where match.1 != "provenance.json" {
      #expect(names.contains(String(match.1)))
    }

    let again = try job.run()
    #expect(again.code == 2 && again.errors.contains("--resume, or --restart"))
    #expect(try job.run("--resume", "--threads", "1").code == 0)
    #expect(try job.files() == files)
    // Another setting makes another training.
    try job.write { $0.replacing("steps: 8", with: "steps: 6") }
    #expect(try job.run("--resume").code == 0)
    #expect(try job.files()["figures/study-1-loss.csv"] != files["figures/study-1-loss.csv"])
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
    ])
  func refusals(_ found: String, _ replacement: String, _ word: String) throws {
    let job = try Job { $0.replacing(found, with: replacement) }
    let outcome = try job.run()
    #expect([2, 3].contains(outcome.code) && outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains(word), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: job.scratch["out"].path(percentEncoded: false)))
  }
}
