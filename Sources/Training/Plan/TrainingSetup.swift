import Analyses
import Corpora
import Engine
import Foundation
import Support
import Transformers

extension TrainingPlan {
  /// Whether a model can be made as the plan's configuration says, without the data.
  ///
  /// - Throws: `InputError` as the beginning of the training would.
  package func checkConfiguration() throws {
    guard case .scratch(let json, _) = source, var config = json.members else { return }
    if config["vocab_size"] == nil { config["vocab_size"] = .integer(8) }
    guard let modelType = config["model_type"]?.string else {
      throw InputError(
        .usage, at: "model.config", phrase("error.hasNoModel"), expected: phrase("expected.aFamilysName"))
    }
    config["architectures"] = .strings([try task.architecture(modelType)])
    _ = try Model(
      configuration: Configuration(path: phrase("expected.nameModelConfig", ["name": name]), fields: config))
  }
}

/// Everything that a plan needs before its first step: the model, what it reads, and the files that go with it.
struct TrainingSetup {
  let model: Model
  let companions: CompanionFiles
  let data: TrainingData
  let evaluation: TrainingData?
  let steps: Int
  let context: Int
  /// What telemetry knows of the tokens; nil where none is asked for.
  let telemetryTokens: TelemetryTokens?
  /// What was left out of the data, in sentences.
  let notes: [Message]

  /// - Parameter checkpoint: where the weights are taken from in place of the plan's beginning.
  init(_ plan: TrainingPlan, from checkpoint: URL?) throws {
    let scratch = FileManager.default.temporaryDirectory.appending(
      path: "tomograph-\(UUID().uuidString)", directoryHint: .isDirectory)
    let folder = try Interruption.begin {
      try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
      return scratch
    }
    defer { Interruption.end(folder) { try? FileManager.default.removeItem(at: folder) } }

    let (documents, notes) = try DataReader.documents(plan.data, plan.packing)
    let origin: URL? = if case .directory(let url, _) = plan.source { url } else { nil }
    var config = try Self.configuration(plan)
    guard let modelType = config["model_type"]?.string else {
      throw InputError(
        .usage, at: "model.config", phrase("error.hasNoModel"), expected: phrase("expected.aFamilysName"))
    }
    config["architectures"] = .strings([try plan.task.architecture(modelType)])
    config["dtype"] = .string("float32")
    config["torch_dtype"] = nil

    var companions = CompanionFiles()
    var tokenizer: Tokenizer?
    if plan.task == .imageClassification {
      if let origin { companions.add(["preprocessor_config.json"], of: origin) }
      if let processor = plan.imageProcessor { companions.add("preprocessor_config.json", processor) }
    } else {
      tokenizer = try Self.tokenizer(plan, origin, modelType, documents, folder, &companions)
    }
    if let tokenizer { try Self.complete(&config, modelType, tokenizer, plan.task) }
    var classes: [String] = []
    if plan.task.hasClasses {
      classes = DataReader.classes(documents, label: plan.data.label, task: plan.task)
      guard classes.count > 1 else {
        throw InputError(
          .usage, at: "data.label", phrase("error.doesNotName"), expected: phrase("expected.columnLeastTwo"),
          found: plan.data.label.map { "\"\($0)\"" } ?? "none")
      }
      config["id2label"] = .object(JSONObject(classes.enumerated().map { ("\($0)", .string($1)) }))
      config["label2id"] = .object(JSONObject(classes.enumerated().map { ($1, .integer($0)) }))
      config["num_labels"] = nil
    }
    companions.add("config.json", .object(config))
    if let checkpoint { try companions.check(against: checkpoint, names: ["config.json", "tokenizer.json"]) }
    if plan.task == .languageModel || plan.task == .translation {
      companions.add("generation_config.json", Self.generation(config))
    }
    try companions.write(to: folder)

    let file = URL(filePath: "config.json", relativeTo: folder)
    let configuration = try Configuration(file)
    if let checkpoint {
      model = try Model(directory: checkpoint)
    } else {
      model = try Model(configuration: configuration, weights: origin)
    }
    self.companions = companions
    let d = model.description
    let longest = d.stacks.map(\.maximumPositions).min() ?? 1
    context = min(plan.context ?? longest, longest)
    if let wanted = plan.context, wanted > longest {
      throw InputError(
        .usage, at: "context", phrase("error.moreThanModels"),
        expected: phrase("expected.atMostLongest", ["longest": longest]), found: "\(wanted)")
    }
    let images =
      plan.task == .imageClassification
      ? CorpusImages(processor: try ImageProcessor(directory: folder, for: d), label: plan.data.label) : nil
    let reader = DataReader(
      task: plan.task, tokenizer: tokenizer, images: images, classes: classes, description: d, context: context,
      packing: plan.packing)
    telemetryTokens = plan.telemetry.map { _ in
      tokenizer.map {
        TelemetryTokens($0, decoderStart: reader.decoderStart, for: d, seed: UInt64(plan.seed))
      } ?? TelemetryTokens()
    }
    data = try reader.read(documents, of: plan.data)
    let held = try plan.evaluation.map { (data: $0.data, read: try DataReader.documents($0.data, plan.packing)) }
    evaluation = try held.map { try reader.read($0.read.all, of: $0.data) }
    self.notes = notes + (held?.read.notes ?? [])
    steps =
      switch plan.length {
      case .steps(let steps): steps
      case .epochs(let epochs):
        max(1, Int((epochs * Double(data.count) / Double(plan.batch * plan.accumulation)).rounded(.up)))
      }
  }

  private static func configuration(_ plan: TrainingPlan) throws -> JSONObject {
    switch plan.source {
    case .scratch(let json, _):
      guard let members = json.members else {
        throw InputError(
          .usage, at: "model.config", phrase("error.hasWrongType"), expected: phrase("expected.anObject"))
      }
      return members
    case .directory(let url, _):
      let file = try ModelFiles(url).configuration
      guard file.lastPathComponent == "config.json" else {
        throw InputError(
          .usage, at: url.relativePath, phrase("error.cannotBeTrained"),
          expected: phrase("expected.huggingFaceDirectory")
        )
      }
      return try JSONField(contentsOf: file).members()
    }
  }

  private static func tokenizer(
    _ plan: TrainingPlan, _ origin: URL?, _ modelType: String, _ documents: [Document], _ folder: URL,
    _ companions: inout CompanionFiles
  ) throws -> Tokenizer {
    switch plan.tokenizer {
    case .train(let training):
      let texts = documents.flatMap { [$0.text] + ($0.pair.map { [$0] } ?? []) }
      try training.write(to: folder, texts: texts, frame: TokenizerTraining.Frame(modelType: modelType))
      companions.add(["tokenizer.json", "tokenizer_config.json"], of: folder)
      return try Tokenizer(directory: folder)
    case .directory, nil:
      guard let directory = if case .directory(let url)? = plan.tokenizer { url } else { origin } else {
        throw InputError(
          .usage, at: "tokenizer", phrase("error.isMissing"), expected: phrase("expected.directoryHowOne"))
      }
      let tokenizer = try Tokenizer(directory: directory)
      let home = tokenizer.files.first.map { URL(filePath: $0).deletingLastPathComponent() } ?? directory
      companions.add(CompanionFiles.ofTokenizers, of: home)
      try companions.write(to: folder)
      return tokenizer
    }
  }

  /// Fills in what a configuration from scratch leaves to its tokenizer.
  ///
  /// - Throws: `InputError(.usage)` for a vocabulary that is smaller than the tokenizer's.
  private static func complete(
    _ config: inout JSONObject, _ modelType: String, _ tokenizer: Tokenizer, _ task: TrainingTask
  ) throws {
    func fill(_ key: String, _ id: Int32?) {
      if config[key] == nil, let id { config[key] = .integer(Int(id)) }
    }
    if let size = config["vocab_size"]?.number?.integer {
      guard size >= tokenizer.vocabularySize else {
        throw InputError(
          .usage, at: "vocab_size", phrase("error.lessThanTokenizers"),
          expected: phrase("expected.atLeastVocabularysize", ["vocabularySize": tokenizer.vocabularySize]),
          found: "\(size)")
      }
    } else {
      config["vocab_size"] = .integer(tokenizer.vocabularySize)
    }
    let roles = tokenizer.roles
    fill("bos_token_id", roles.beginning)
    fill("eos_token_id", roles.end ?? roles.separator)
    fill("pad_token_id", roles.padding ?? (task == .languageModel ? roles.end : nil))
    guard task == .translation else { return }
    fill("decoder_start_token_id", modelType == "bart" ? roles.end : roles.padding)
  }

  private static func generation(_ config: JSONObject) -> JSON {
    let keys = ["bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id"]
    return .object(JSONObject(keys.compactMap { key in config[key].map { (key, $0) } }))
  }
}
