import Corpora
import Engine
import Foundation
import Support
import Training
import Transformers

/// What a job file of a training says, made into a plan.
///
/// ```json5
/// {
///   name: "minigpt",
///   task: "language_model",
///   model: {
///     config: { model_type: "gpt2", n_embd: 128, n_layer: 4, n_head: 4, n_positions: 128 },
///     initialization: { scheme: "scaled_residual", deviation: 0.02 },
///   },                                            // or a directory: "models/minigpt"
///   tokenizer: { train: "byte_level_bpe", vocabulary: 2000 },      // or a directory
///   data: { path: "train.txt", packing: "file", context: 128 },
///   evaluation: { path: "held-out.txt", every: 100 },
///   steps: 1000, batch: 16, accumulation: 1,
///   optimizer: { method: "adamw", rate: 1e-3, weight_decay: 0.1, clip_norm: 1 },
///   schedule: { shape: "cosine", warmup: 100 },
///   dropout: 0.1,
///   freeze: ["embeddings", "blocks.0-3"],                          // what stays as it is
///   checkpoints: "logarithmic",
///   telemetry: { every: 10, histograms: true, classes: 20 },       // steps between records, and between classes
///   output: { folder: "out" }, seed: 0,
/// }
/// ```
/// Paths are relative to the file. A translation's `evaluation` has a key `exact_match` beside these: of how many
/// held-out pairs, evenly chosen, it is found whether the greedy translation is the reference (200; 0 for none).
struct TrainJobFile {
  private let folder: String

  /// - Throws: `InputError(.usage)` for a key that is not known, a value of the wrong type, choices that do not go
  ///   together, and a file that cannot be read.
  static func plan(_ url: URL, output: URL? = nil) throws -> TrainingPlan {
    try plan(Setting(contentsOf: url), folder: url.deletingLastPathComponent().relativePath, output: output)
  }

  /// The same of settings that stand in another file, in the folder `folder`.
  static func plan(_ setting: Setting, folder: String, output: URL?) throws -> TrainingPlan {
    try TrainJobFile(folder: folder).plan(setting, output)
  }

  private func path(_ setting: Setting) throws -> URL {
    let text = try setting.text()
    return URL(filePath: text.hasPrefix("/") || folder == "." ? text : "\(folder)/\(text)")
  }

  private func plan(_ file: Setting, _ output: URL?) throws -> TrainingPlan {
    let job = try file.fields([
      "name", "task", "model", "tokenizer", "image_processor", "data", "evaluation", "steps", "epochs", "batch",
      "accumulation", "optimizer", "schedule", "dropout", "label_smoothing", "masking", "plant", "freeze", "on_fault",
      "checkpoints",
      "log_every", "telemetry", "output", "seed",
    ])
    func required(_ key: String) throws -> Setting {
      guard let setting = job[key] else { throw file.error(phrase("trainJobFile.hasNoKey", ["key": key])) }
      return setting
    }
    let task = try required("task").member(of: TrainingTask.self)
    let data = try required("data").fields(CorpusSettings.fileKeys + ["context", "packing"])
    var plan = TrainingPlan(
      name: try required("name").runName(), task: task, source: try source(required("model")),
      data: try corpus(required("data"), data, task), output: try output ?? folder(job["output"]))
    plan.tokenizer = try job["tokenizer"].map(tokenizer)
    if task == .imageClassification, let tokenizer = job["tokenizer"] {
      throw tokenizer.error(phrase("trainJobFile.isNotForImages"))
    }
    if let processor = job["image_processor"] {
      guard task == .imageClassification else { throw processor.error(phrase("trainJobFile.isForImagesAlone")) }
      plan.imageProcessor = processor.json
    }
    plan.context = try data["context"]?.integer(in: 2...1 << 20)
    if let packing = data["packing"] {
      plan.packing = try packing.member(of: TrainingPlan.Packing.self)
      guard task == .languageModel || task == .maskedLanguageModel else {
        throw packing.error(phrase("trainJobFile.isForLanguageModels"))
      }
      if plan.packing == .file {
        guard task == .languageModel else {
          throw packing.error(phrase("trainJobFile.notMaskedLanguage"), expected: "stream")
        }
        for key in ["format", "parallel", "limit", "text", "pair", "columns"] {
          if let setting = data[key] { throw setting.error(phrase("trainJobFile.notFileRead")) }
        }
      }
    }
    if let evaluation = job["evaluation"] {
      let fields = try evaluation.fields(CorpusSettings.fileKeys + ["every", "exact_match"])
      var judged = try corpus(evaluation, fields, task)
      judged.label = judged.label ?? plan.data.label
      plan.evaluation = TrainingPlan.Evaluation(
        data: judged, every: try fields["every"]?.integer(in: 1...Int.max) ?? 100)
      if let exact = fields["exact_match"] {
        guard task == .translation else { throw exact.error(phrase("trainJobFile.isForTranslations")) }
        plan.evaluation?.exactMatch = try exact.integer(in: 0...Int.max)
      }
    }
    if let epochs = job["epochs"] {
      if let steps = job["steps"] { throw steps.error(phrase("trainJobFile.standsBesideEpochs")) }
      plan.length = .epochs(try epochs.positive())
    } else if let steps = job["steps"] {
      plan.length = .steps(try steps.integer(in: 1...Int.max))
    }
    if let batch = job["batch"] { plan.batch = try batch.integer(in: 1...1 << 20) }
    if let accumulation = job["accumulation"] { plan.accumulation = try accumulation.integer(in: 1...1 << 20) }
    if let optimizer = job["optimizer"] { try read(optimizer, into: &plan) }
    if let schedule = try job["schedule"]?.fields(["shape", "warmup", "floor"]) {
      if let shape = schedule["shape"] { plan.shape = try shape.member(of: Schedule.Shape.self) }
      if let warmup = schedule["warmup"] { plan.warmup = try warmup.integer(in: 0...Int.max) }
      if let floor = schedule["floor"] { plan.floor = try floor.share(upTo: 1) }
    }
    if let dropout = job["dropout"] { plan.dropout = try rates(dropout) }
    if let smoothing = job["label_smoothing"] { plan.labelSmoothing = try smoothing.share(upTo: 0.999) }
    if let masking = job["masking"] {
      guard task == .maskedLanguageModel else { throw masking.error(phrase("trainJobFile.maskedLanguageModels")) }
      plan.masking = try masking.share(upTo: 1)
      if plan.masking == 0 {
        throw masking.error(phrase("trainJobFile.isOutOfRange"), expected: phrase("trainJobFile.moreThan0"))
      }
    }
    plan.frozen = FrozenParts(try job["freeze"]?.filledList().map { try $0.text() } ?? [])
    plan.plants = try job["plant"]?.filledList().map(plant) ?? []
    if let policy = job["on_fault"] { plan.onFault = try policy.member(of: TrainerSettings.FaultPolicy.self) }
    if let checkpoints = job["checkpoints"] { plan.checkpoints = try self.checkpoints(checkpoints) }
    if let every = job["log_every"] { plan.logEvery = try every.integer(in: 1...Int.max) }
    if let telemetry = try job["telemetry"]?.fields(["every", "histograms", "classes"]) {
      var chosen = TelemetryPlan()
      if let every = telemetry["every"] { chosen.every = try every.integer(in: 1...1 << 30) }
      if let histograms = telemetry["histograms"] { chosen.histograms = try histograms.flag() }
      if let classes = telemetry["classes"] { chosen.classes = try classes.integer(in: 0...1 << 30) }
      plan.telemetry = chosen
    }
    if let seed = job["seed"] { plan.seed = try seed.integer(in: 0...Int.max) }
    return plan
  }

  private func folder(_ output: Setting?) throws -> URL {
    try output?.fields(["folder"])["folder"].map(path) ?? URL(filePath: "out")
  }

  private func source(_ model: Setting) throws -> TrainingPlan.Source {
    guard model.isObject else { return .directory(try path(model), Initialization()) }
    let fields = try model.fields(["config", "directory", "initialization"])
    var initialization = Initialization()
    if let setting = fields["initialization"] {
      if setting.isObject {
        let parts = try setting.fields(["scheme", "deviation"])
        if let scheme = parts["scheme"] { initialization.scheme = try scheme.member(of: Initialization.Scheme.self) }
        if let deviation = parts["deviation"] { initialization.deviation = try deviation.positive() }
      } else {
        initialization.scheme = try setting.member(of: Initialization.Scheme.self)
      }
    }
    switch (fields["config"], fields["directory"]) {
    case (let config?, nil):
      guard config.isObject else {
        throw config.error(phrase("trainJobFile.hasWrongType"), expected: phrase("trainJobFile.anObject"))
      }
      return .scratch(config.json, initialization)
    case (nil, let directory?): return .directory(try path(directory), initialization)
    default: throw model.error(phrase("trainJobFile.needsEitherConfig"))
    }
  }

  private func tokenizer(_ setting: Setting) throws -> TrainingPlan.TokenizerSource {
    guard setting.isObject else { return .directory(try path(setting)) }
    let fields = try setting.fields(["train", "vocabulary", "minimum_count", "lowercase"])
    guard let kind = fields["train"], let size = fields["vocabulary"] else {
      throw setting.error(phrase("trainJobFile.needsTrainVocabulary"))
    }
    let training = TokenizerTraining(
      kind: try kind.member(of: TokenizerTraining.Kind.self), vocabulary: try size.integer(in: 8...1 << 20),
      minimumCount: try fields["minimum_count"]?.integer(in: 1...Int.max) ?? 2,
      lowercases: try fields["lowercase"]?.flag() ?? true)
    if let lowercase = fields["lowercase"], training.kind != .wordPiece {
      throw lowercase.error(phrase("trainJobFile.isForWordpiece"))
    }
    return .train(training)
  }

  private func corpus(_ setting: Setting, _ fields: [String: Setting], _ task: TrainingTask) throws
    -> TrainingPlan.Data
  {
    let corpus = try CorpusSettings(setting, fields, path: path)
    let fallback = task == .imageClassification ? CorpusReader.classColumn : nil
    if let label = fields["label"], !task.hasClasses { throw label.error(phrase("trainJobFile.isForTasksWithClasses")) }
    return TrainingPlan.Data(file: corpus.file, label: corpus.label ?? fallback, limit: corpus.limit)
  }

  private func read(_ setting: Setting, into plan: inout TrainingPlan) throws {
    let fields = try setting.fields([
      "method", "rate", "betas", "epsilon", "momentum", "nesterov", "weight_decay", "decayed", "clip_norm",
    ])
    let method = try fields["method"]?.choice(of: ["adamw", "sgd"]) ?? "adamw"
    let others = method == "adamw" ? ["momentum", "nesterov"] : ["betas", "epsilon"]
    for key in others {
      if let other = fields[key] { throw other.error(phrase("trainJobFile.isNotForMethod", ["method": method])) }
    }
    if method == "adamw" {
      let betas = try fields["betas"]?.list().map { try $0.share(upTo: 0.9999999) } ?? [0.9, 0.999]
      guard betas.count == 2 else { throw setting.error(phrase("trainJobFile.needsTwoBetas")) }
      plan.optimizer.method = .adamW(
        beta1: betas[0], beta2: betas[1], epsilon: try fields["epsilon"]?.positive() ?? 1e-8)
    } else {
      let isNesterov = try fields["nesterov"]?.flag() ?? false
      let momentum = try fields["momentum"]?.share(upTo: 1) ?? 0
      if isNesterov, momentum == 0 { throw setting.error(phrase("trainJobFile.needsMomentumNesterov")) }
      plan.optimizer.method = .sgd(momentum: momentum, isNesterov: isNesterov)
    }
    if let rate = fields["rate"] { plan.rate = try rate.positive() }
    if let decay = fields["weight_decay"] { plan.optimizer.weightDecay = try decay.share(upTo: 1) }
    if let decayed = fields["decayed"] {
      plan.optimizer.decayed = try decayed.member(of: OptimizerSettings.Decayed.self)
    }
    if let clip = fields["clip_norm"] {
      let norm = try clip.number()
      guard norm >= 0 else {
        throw clip.error(phrase("trainJobFile.isOutOfRange"), expected: phrase("trainJobFile.least00"))
      }
      plan.optimizer.clipNorm = norm == 0 ? nil : norm
    }
  }

  private func rates(_ setting: Setting) throws -> DropoutRates {
    guard setting.isObject else {
      let rate = Float(try setting.share(upTo: 0.999))
      return DropoutRates(embeddings: rate, attention: rate, residual: rate)
    }
    let fields = try setting.fields(["embeddings", "attention", "residual"])
    func rate(_ key: String) throws -> Float { Float(try fields[key]?.share(upTo: 0.999) ?? 0) }
    return DropoutRates(
      embeddings: try rate("embeddings"), attention: try rate("attention"), residual: try rate("residual"))
  }

  /// `{ fault: "zero_head", layer: 1, head: 2 }`, `{ fault: "rank_one_mlp", layer: 0 }`.
  private func plant(_ setting: Setting) throws -> PlantedFault {
    let fields = try setting.fields(["fault", "layer", "head"])
    guard let fault = try fields["fault"]?.choice(of: ["zero_head", "rank_one_mlp"]),
      let layer = try fields["layer"]?.integer(in: 0...Int.max)
    else { throw setting.error(phrase("trainJobFile.needsFaultLayer")) }
    if fault == "rank_one_mlp" {
      if let head = fields["head"] { throw head.error(phrase("trainJobFile.isNotForAnMlp")) }
      return .rankOneMLP(layer: layer)
    }
    guard let head = fields["head"] else { throw setting.error(phrase("trainJobFile.needsAHead")) }
    return .zeroHead(layer: layer, head: try head.integer(in: 0...Int.max))
  }

  private func checkpoints(_ setting: Setting) throws -> CheckpointPlan {
    func steps(_ setting: Setting) throws -> CheckpointPlan.Steps {
      if setting.isText {
        _ = try setting.choice(of: ["logarithmic"])
        return .logarithmic
      }
      return .listed(try setting.list().map { try $0.integer(in: 0...Int.max) })
    }
    guard setting.isObject else { return CheckpointPlan(steps: try steps(setting)) }
    let fields = try setting.fields(["steps", "every", "optimizer"])
    var plan = CheckpointPlan()
    switch (fields["steps"], fields["every"]) {
    case (let listed?, nil): plan.steps = try steps(listed)
    case (nil, let every?): plan.steps = .every(try every.integer(in: 1...Int.max))
    default: throw setting.error(phrase("trainJobFile.needsEitherSteps"))
    }
    if let state = fields["optimizer"] {
      plan.optimizerState = try state.member(of: CheckpointPlan.OptimizerState.self)
    }
    return plan
  }
}

extension Setting {
  /// A number above 0.
  fileprivate func positive() throws -> Double {
    let number = try number()
    guard number > 0 else {
      throw error(phrase("trainJobFile.isOutOfRange"), expected: phrase("trainJobFile.moreThan0"))
    }
    return number
  }

  /// A number from 0 on.
  fileprivate func share(upTo limit: Double) throws -> Double {
    let number = try number()
    guard (0...limit).contains(number) else {
      throw error(phrase("trainJobFile.isOutOfRange"), expected: phrase("trainJobFile.0ToLimit", ["limit": limit]))
    }
    return number
  }
}
