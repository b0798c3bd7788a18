import Foundation
import Support
import Tensors

/// The files of a LoRA adapter: `adapter_config.json`, and `adapter_model.safetensors` or `adapter_model.bin`.
struct AdapterFiles: Sendable {
  let settings: AdapterSettings
  let weights: URL
  /// The folder of the model that it changes.
  let base: URL

  /// Nil for a folder without an `adapter_config.json`.
  ///
  /// - Parameter given: where the base is, if that is said.
  /// - Throws: `InputError` for an adapter of another kind, one without weights, and one whose base is nowhere.
  init?(_ folder: URL, base given: URL?) throws {
    let url = folder.appending(path: Self.configuration)
    guard Self.isThere(in: folder) else {
      guard given != nil else { return nil }
      throw InputError(
        .usage, at: folder.relativePath, phrase("error.notLoraFolder"),
        expected: phrase("expected.adapterConfigJson"))
    }
    settings = try AdapterSettings(Configuration(url))
    let names = ["adapter_model.safetensors", "adapter_model.bin"]
    guard let weights = names.map({ folder.appending(path: $0) }).first(where: Self.exists) else {
      throw InputError(
        at: folder.relativePath, phrase("error.holdsNoWeights"), expected: names.joined(separator: " or "))
    }
    self.weights = weights
    let places = given.map { [$0] } ?? Self.places(of: settings.base, beside: folder)
    guard let base = places.first(where: { Self.exists($0) && (given != nil || Self.isModel($0)) }) else {
      throw InputError(
        at: url.relativePath, phrase("error.needsBaseModel"),
        expected: given.map { phrase("expected.aFolderAtRelativepath", ["relativePath": $0.relativePath]) }
          ?? phrase(
            "expected.baseBesideFolder",
            ["base": settings.base.isEmpty ? "none" : settings.base.quotedForMessage])
      )
    }
    self.base = base
  }

  static let configuration = "adapter_config.json"

  static func isThere(in folder: URL) -> Bool { exists(folder.appending(path: configuration)) }

  func openWeights() throws -> any WeightFile {
    weights.pathExtension == "bin" ? try PyTorchFile(weights) : try SafetensorsFile(weights)
  }

  /// What the base's configuration becomes where the adapter brings a classifier: its class, and how many classes it has.
  func configuration(over base: Configuration) throws -> Configuration {
    let ends = ["SEQ_CLS": "ForSequenceClassification", "TOKEN_CLS": "ForTokenClassification"]
    let weights = try openWeights()
    let heads = ["score.weight", "classifier.weight", "classifier.out_proj.weight"]
    guard let end = ends[settings.task],
      let head = weights.names.first(where: { name in heads.contains { name.hasSuffix(".\($0)") } }),
      let classes = weights.shape(head)?.first
    else { return base }
    var others: JSONObject = ["architectures": .strings([end]), "num_labels": .integer(classes)]
    if try base.classes() != classes { others["id2label"] = .object([:]) }
    return base.setting(others)
  }

  /// Where a base of a name may lie: where the name says, seen from the adapter's folder, from the folder around it, or
  /// from the working directory; under the last part of its name beside the adapter; or in the adapter's own folder.
  private static func places(of name: String, beside folder: URL) -> [URL] {
    let around = folder.absoluteURL.standardizedFileURL.deletingLastPathComponent()
    guard !name.isEmpty else { return [folder] }
    if name.hasPrefix("/") { return [URL(filePath: name), around.appending(path: Self.last(of: name)), folder] }
    return [
      folder.appending(path: name), around.appending(path: name), URL(filePath: name),
      around.appending(path: Self.last(of: name)), folder,
    ]
  }

  private static func last(of name: String) -> String { name.split(separator: "/").last.map(String.init) ?? name }

  private static func exists(_ url: URL) -> Bool {
    FileManager.default.fileExists(atPath: url.path(percentEncoded: false))
  }

  /// Whether a folder, or a GGUF file, is a model.
  private static func isModel(_ url: URL) -> Bool {
    url.pathExtension.lowercased() == "gguf" || exists(url.appending(path: "config.json"))
      || exists(url.appending(path: "modules.json"))
  }
}

/// What `adapter_config.json` says.
struct AdapterSettings: Sendable {
  /// `base_model_name_or_path`.
  let base: String
  let rank: Int
  let alpha: Double
  /// `CAUSAL_LM`, `SEQ_CLS` …; empty where it is not said.
  let task: String
  /// Whether matrices that are tied to a changed one change with it.
  let keepsTies: Bool
  private let isRankStabilised: Bool
  private let place: String
  /// By the ends of modules' names, as regular expressions.
  private let ranks: [(pattern: String, value: Double)]
  private let alphas: [(pattern: String, value: Double)]

  /// - Throws: `InputError` for an adapter that is none of LoRA's, or does more than add a product to matrices.
  init(_ config: Configuration) throws {
    let kind = try config.text("peft_type", default: "LORA")
    try config.require("peft_type", kind == "LORA", "LORA")
    for key in config.keys where !Self.known.contains(key) {
      try config.require(key, config.isEmpty(key), phrase("adapterFiles.nothingPlainLora"))
    }
    // Those keep part of the base's weights in the adapter, and expect the base without it.
    let start = (try? config.text("init_lora_weights", default: "")) ?? ""
    try config.require(
      "init_lora_weights",
      !["pissa", "olora", "corda", "loftq", "lora_ga"].contains { start.lowercased().hasPrefix($0) },
      phrase("adapterFiles.adapterWasConverted"))
    base = try config.text("base_model_name_or_path", default: "")
    rank = try config.count("r", default: 8)
    alpha = try config.number("lora_alpha", default: 8)
    task = try config.text("task_type", default: "")
    keepsTies = try config.flag("ensure_weight_tying", default: false)
    isRankStabilised = try config.flag("use_rslora", default: false)
    place = config.path
    ranks = try config.numbers("rank_pattern")
    alphas = try config.numbers("alpha_pattern")
  }

  /// What is read here or says nothing of what the matrices do; anything else that is set makes another adapter.
  private static let known: Set<String> = [
    "alpha_pattern", "auto_mapping", "base_model_name_or_path", "bias", "corda_config", "ensure_weight_tying",
    "eva_config", "exclude_modules", "fan_in_fan_out", "inference_mode", "init_lora_weights", "layers_pattern",
    "layers_to_transform", "loftq_config", "lora_alpha", "lora_bias", "lora_dropout", "lora_ga_config",
    "megatron_config", "megatron_core", "modules_to_save", "peft_type", "peft_version", "qalora_group_size", "r",
    "rank_pattern", "revision", "runtime_config", "target_modules", "task_type", "use_dora", "use_rslora",
  ]

  /// What the product of a module's matrices is multiplied with.
  ///
  /// - Throws: `InputError` where the matrices have another rank than the settings say.
  func scale(of module: String, rank found: Int) throws -> Float {
    let rank = try value(ranks, of: module) ?? Double(self.rank)
    guard found > 0, rank == Double(found) else {
      throw InputError(
        at: place, phrase("error.hasAnotherRank", ["quotedForMessage": module.quotedForMessage]), expected: "\(found)",
        found: "\(rank.formatted())")
    }
    let alpha = try value(alphas, of: module) ?? self.alpha
    return Float(alpha / (isRankStabilised ? rank.squareRoot() : rank))
  }

  private func value(_ patterns: [(pattern: String, value: Double)], of module: String) throws -> Double? {
    let values = try Set(patterns.filter { try matches($0.pattern, module) }.map(\.value))
    guard values.count < 2 else {
      throw InputError(
        at: place, phrase("error.hasSeveralPatterns", ["quotedForMessage": module.quotedForMessage]), expected: "one")
    }
    return values.first
  }

  private func matches(_ pattern: String, _ module: String) throws -> Bool {
    guard let expression = try? NSRegularExpression(pattern: "^(?:.*\\.)?(?:\(pattern))$") else {
      throw InputError(at: place, phrase("error.hasPatternNo"), found: pattern.quotedForMessage)
    }
    return expression.firstMatch(in: module, range: NSRange(module.startIndex..., in: module)) != nil
  }
}

extension Tokenizer {
  /// The tokenizer of a model's files; of an adapter that has none, its base's.
  package convenience init(of files: ModelFiles, sentences: SentenceText? = nil) throws {
    try self.init(directory: files.folder(with: TokenizerFiles.kinds.flatMap(\.self)), sentences: sentences)
  }
}
