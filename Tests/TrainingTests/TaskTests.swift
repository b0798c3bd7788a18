import Corpora
import Foundation
import Support
import TestSupport
import Testing
import Transformers

@testable import Training

@Suite("Tasks")
struct TaskTests {
  private static let bert = JSON.object([
    "model_type": .string("bert"), "hidden_size": .integer(32), "num_hidden_layers": .integer(2),
    "num_attention_heads": .integer(4), "intermediate_size": .integer(64), "max_position_embeddings": .integer(32),
  ])

  private func run(_ plan: TrainingPlan) throws -> [EvaluationReport] {
    var reports: [EvaluationReport] = []
    var events = TrainingRun.Events()
    events.evaluated = { report, _ in reports.append(report) }
    _ = try TrainingRun(plan, events: events).run()
    return reports
  }

  /// A masked language model, from which the others go on.
  private func masked(_ scratch: Scratch) throws -> TrainingPlan {
    try scratch.plan("masked") {
      $0.task = .maskedLanguageModel
      $0.source = .scratch(Self.bert, Initialization())
      $0.tokenizer = .train(TokenizerTraining(kind: .wordPiece, vocabulary: 60, minimumCount: 1))
      $0.packing = .documents
      $0.length = .steps(40)
      $0.batch = 16
      $0.rate = 0.01
      $0.evaluation = TrainingPlan.Evaluation(data: $0.data, every: 40)
    }
  }

  @Test("A masked language model learns, and a tagger and a classifier go on from it")
  func encoders() throws {
    let scratch = try Scratch()
    let reports = try run(try masked(scratch))
    #expect(reports.count == 2 && reports[1].loss < reports[0].loss - 1)

    let words = ["cat": "animal", "dog": "animal", "king": "person", "sister": "person", "man": "person"]
    let tagged = Scratch.text.split(separator: "\n").map { line in
      line.dropLast().split(separator: " ").map { "\($0)\t\(words[String($0)] ?? "none")" }.joined(separator: "\n")
    }.joined(separator: "\n\n")
    let file = try scratch.write(tagged + "\n", to: "tags.conll")
    var plan = try masked(scratch)
    plan.name = "tagger"
    plan.task = .tokenClassification
    plan.source = .directory(scratch["masked/final"], Initialization())
    plan.tokenizer = nil
    let corpus = CorpusFile(path: file, format: .conll, columns: ["word", "kind"])
    plan.data = TrainingPlan.Data(file: corpus, label: "kind")
    plan.evaluation = TrainingPlan.Evaluation(data: plan.data, every: 40)
    #expect(try run(plan).last?.accuracy ?? 0 > 0.99)
    let tagger = try Model(directory: scratch["tagger/final"])
    #expect(tagger.description.head == .tokenClassification(classes: 3))

    let rows = (0..<120).map { n in
      let kind = n % 3 == 0 ? "animal" : "person"
      return "{\"text\": \"the \(kind == "animal" ? "cat" : "king") sees\", \"kind\": \"\(kind)\"}"
    }
    plan.name = "classifier"
    plan.task = .sequenceClassification
    plan.data = TrainingPlan.Data(
      file: CorpusFile(path: try scratch.write(rows.joined(separator: "\n"), to: "kinds.jsonl")), label: "kind")
    plan.evaluation = TrainingPlan.Evaluation(data: plan.data, every: 40)
    #expect(try run(plan).last?.accuracy == 1)
    let config = try JSON(contentsOf: scratch["classifier/final/config.json"])
    #expect(
      String(decoding: config.bytes, as: UTF8.self).contains(
        "\"id2label\": {\"0\": \"animal\", \"1\": \"person\"}"))
    // The trunk is the masked model's, the head a new one: what was learned of masks is gone.
    let names = Set(try Model(directory: scratch["classifier/final"]).parameters.map(\.name))
    #expect(names.contains("classifier.weight") && !names.contains { $0.hasPrefix("cls.") })
  }

  @Test("Translation: every family of encoder–decoders learns", arguments: ["t5", "bart", "marian"])
  func translation(family: String) throws {
    let scratch = try Scratch()
    let numbers = ["one": "eins", "two": "zwei", "three": "drei", "four": "vier", "five": "fünf"]
    let keys = numbers.keys.sorted()
    let rows = (0..<100).map { n in
      let words = [keys[n % 5], keys[n / 5 % 5]]
      return words.joined(separator: " ") + "\t" + words.map { numbers[$0] ?? "" }.joined(separator: " ")
    }
    let path = try scratch.write("text\tpair\n" + rows.joined(separator: "\n"), to: "numbers.tsv")
    let shape: JSONObject =
      family == "t5"
      ? ["d_kv": .integer(8), "d_ff": .integer(64), "num_layers": .integer(2), "num_heads": .integer(4)]
      : [
        "encoder_layers": .integer(2), "decoder_layers": .integer(2), "encoder_attention_heads": .integer(4),
        "decoder_attention_heads": .integer(4), "encoder_ffn_dim": .integer(64), "decoder_ffn_dim": .integer(64),
        "max_position_embeddings": .integer(32),
      ]
    let config = shape.merging(
      ["model_type": .string(family), "d_model": .integer(32), "is_encoder_decoder": .bool(true)])
    let plan = try scratch.plan("run") {
      $0.task = .translation
      $0.source = .scratch(.object(config), Initialization(.xavier))
      $0.data = TrainingPlan.Data(file: CorpusFile(path: path))
      $0.length = .steps(60)
      $0.batch = 20
      $0.rate = 0.005
      $0.labelSmoothing = 0.05
      $0.evaluation = TrainingPlan.Evaluation(data: $0.data, every: 60)
      $0.telemetry = TelemetryPlan(every: 30)
    }
    let reports = try run(plan)
    #expect(reports[1].loss < reports[0].loss * 0.8, "\(reports)")
    let lines = try String(contentsOf: scratch["run/telemetry.jsonl"], encoding: .utf8)
    #expect(lines.contains("decoder.1.cross_attn.hook_pattern"))
    #expect(lines.contains("\"effective_rank_tokens\": {\"decoder\": "))
  }

  @Test("Translation: pairs that are decoded to the letter are counted")
  func exactMatch() throws {
    let model = try Model(directory: Fixtures.url("models/marian"))
    let trainer = try Trainer(model, TrainerSettings(schedule: Schedule(shape: .constant, rate: 1e-3, steps: 1)))
    let sources: [[Int32]] = [[5, 9, 30, 0], [7, 8, 0], [40, 41, 42, 43, 44, 0]]
    // Beginnings of what it writes: an end that is forced at the limit is no match.
    let whole = try model.targets(of: sources, GenerationRequest(maximumTokens: 12))
    let written = whole.map { Array($0.prefix(7)) }
    func found(_ references: [[Int32]]) throws -> ExactMatch {
      try trainer.exactMatch(zip(sources, references).map { TranslationPair(source: $0, reference: $1) })
    }
    #expect(try found(written) == ExactMatch(matches: 3, pairs: 3))
    #expect(try found([whole[0], written[1], written[2]]).matches == 2)
    // Another token at the beginning, within and at the end.
    var other = written
    other[0][0] ^= 1
    other[1][3] ^= 1
    other[2].append(whole[2][7] ^ 1)
    #expect(try found(other).matches == 0)
    #expect(try found([written[0], other[1], written[2]]).matches == 2)
  }

  @Test("Translation: a T5 that has learnt its pairs translates all of them exactly")
  func learntTranslation() throws {
    let scratch = try Scratch()
    let rows = ["one two\teins zwei", "two\tzwei", "three one\tdrei eins", "one one two\teins eins zwei"]
    let path = try scratch.write("text\tpair\n" + rows.joined(separator: "\n"), to: "pairs.tsv")
    let config: JSONObject = [
      "model_type": .string("t5"), "d_model": .integer(32), "is_encoder_decoder": .bool(true), "d_kv": .integer(8),
      "d_ff": .integer(64), "num_layers": .integer(1), "num_heads": .integer(4),
    ]
    let plan = try scratch.plan("run") {
      $0.task = .translation
      $0.source = .scratch(.object(config), Initialization(.xavier))
      $0.data = TrainingPlan.Data(file: CorpusFile(path: path))
      $0.length = .steps(120)
      $0.batch = 4
      $0.rate = 0.01
      $0.evaluation = TrainingPlan.Evaluation(data: $0.data, every: 120)
      $0.telemetry = TelemetryPlan(every: 60)
    }
    let reports = try run(plan)
    #expect(reports.first?.exactMatch == ExactMatch(matches: 0, pairs: 4))
    #expect(reports.last?.exactMatch == ExactMatch(matches: 4, pairs: 4), "\(reports)")
    for (file, key) in [
      ("final/trainer_state.json", "eval_exact_match"), ("telemetry.jsonl", "validation_exact_match"),
    ] {
      let text = try String(contentsOf: scratch["run/\(file)"], encoding: .utf8)
      #expect(text.contains("\"\(key)\": 1") && text.contains("\"\(key)\": 0"), "\(file)")
    }
    #expect(try TrainingLog(contentsOf: scratch["run/tensorboard"])["eval/exact_match"]?.values == [0, 1])
  }

  @Test("Images: a ViT tells bright from dark, to the same bits from files as from memory")
  func images() throws {
    let scratch = try Scratch()
    for (kind, name) in [
      ("held", "held-1.png"), ("held", "held-2.png"), ("photo", "photo.png"), ("photo", "jpeg-named.png"),
    ] {
      let folder = scratch["images/\(kind)"]
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try FileManager.default.copyItem(at: Fixtures.url("images/\(name)"), to: folder.appending(path: name))
    }
    let config = JSON.object([
      "model_type": .string("vit"), "hidden_size": .integer(16), "num_hidden_layers": .integer(1),
      "num_attention_heads": .integer(2), "intermediate_size": .integer(32), "image_size": .integer(16),
      "patch_size": .integer(8),
    ])
    let plan = try scratch.plan("run") {
      $0.task = .imageClassification
      $0.source = .scratch(config, Initialization())
      $0.tokenizer = nil
      $0.imageProcessor = .object([
        "image_processor_type": .string("ViTImageProcessor"),
        "size": .object(["height": .integer(16), "width": .integer(16)]),
      ])
      $0.data = TrainingPlan.Data(
        file: CorpusFile(path: scratch["images"].path(percentEncoded: false)), label: CorpusReader.classColumn)
      $0.length = .steps(40)
      $0.rate = 0.01
      $0.evaluation = TrainingPlan.Evaluation(data: $0.data, every: 40)
    }
    #expect(try run(plan).last?.accuracy == 1)
    #expect(try scratch.names("run/final").contains("preprocessor_config.json"))
  }

  @Test("What does not go together is refused in one line")
  func refusals() throws {
    let scratch = try Scratch()
    func line(_ change: (inout TrainingPlan) throws -> Void) throws -> String {
      var plan = try scratch.plan("run")
      try change(&plan)
      do {
        _ = try TrainingRun(plan)
        return ""
      } catch let error as InputError {
        return error.description
      }
    }
    #expect(try line { $0.task = .maskedLanguageModel }.contains("cannot learn the task masked_language_model"))
    #expect(try line { $0.context = 64 }.contains("context: is more than the model's positions"))
    #expect(try line { $0.tokenizer = nil }.contains("tokenizer: is missing"))
    #expect(
      try line {
        $0.tokenizer = .train(TokenizerTraining(kind: .byteLevelBPE, vocabulary: 100))
      }.contains("tokenizer.vocabulary: is too small"))
    #expect(
      try line {
        $0.source = .scratch(
          .object([
            "model_type": .string("gpt2"), "n_embd": .integer(32), "n_layer": .integer(1), "n_head": .integer(4),
            "n_positions": .integer(32), "vocab_size": .integer(10),
          ]), Initialization())
      }.contains("vocab_size: is less than the tokenizer's vocabulary"))
    #expect(
      try line {
        $0.source = .scratch(Self.bert, Initialization())
        $0.task = .sequenceClassification
        $0.tokenizer = .train(TokenizerTraining(kind: .wordPiece, vocabulary: 60))
      }.contains("data.label: does not name classes"))
  }
}
