import Analyses
import Foundation
import Reports
import Support
import Training

/// What a job file of a study says: one training, and in which settings its variants differ.
///
/// ```json5
/// {
///   name: "where-norms-stand",
///   about: "Pre-LN and Post-LN at depth 12, with and without warm-up.",
///   base: { task: "language_model", model: { config: { model_type: "tomograph", … } }, …, steps: 200 },   // as of train
///   base_name: "Pre-LN",
///   groups: [
///     { name: "Norms", about: "…", variants: [
///       { name: "Post-LN", set: { "model.config.norm_placement": "post" } },
///     ] },
///     { name: "Norms and warm-up", axes: [                       // every combination
///       { key: "model.config.norm_placement", values: ["pre", "post"], names: ["Pre-LN", "Post-LN"] },
///       { key: "schedule.warmup", values: [0, 100] },
///     ] },
///   ],
///   seeds: [0, 1, 2],
///   corpus: { path: "held-out.txt", limit: 32 },                  // what trained models are measured on, as of report
///   analyses: ["attention", "gradients", "representations", "routing"],
///   output: { folder: "out", formats: ["svg"] },
///   trainings: "runs",                                            // their folder goes there; beside the report's by default
/// }
/// ```
/// Paths are relative to the file.
struct StudyJobFile {
  struct Variant {
    var name: String
    /// The settings in which it differs.
    var settings: [(key: String, value: String)]
    /// The whole training, without name and output.
    fileprivate var training: Setting
  }

  struct Group {
    var name: String
    var about: String
    var members: [Int]
  }

  let name: String
  let about: String
  private(set) var variants: [Variant]
  private(set) var groups: [Group] = []
  let seeds: [Int]
  let common: [(key: String, value: String)]
  /// The folder that the trainings' folder goes into, relative to the file; that of the report where nil.
  private let trainings: String?
  /// What trained models are measured on, and how the report is written; its model is another for each.
  let report: JobFile
  private let folder: String

  /// - Throws: `InputError(.usage)` for a key that is not known, a value of the wrong type, and two variants of one name.
  init(contentsOf url: URL) throws {
    folder = url.deletingLastPathComponent().relativePath
    let file = try Setting(contentsOf: url)
    let job = try file.fields([
      "name", "about", "base", "base_name", "groups", "seeds", "corpus", "analyses", "thresholds", "output",
      "trainings",
    ])
    func required(_ key: String) throws -> Setting {
      guard let setting = job[key] else { throw file.error(phrase("studyJobFile.hasNoKey", ["key": key])) }
      return setting
    }
    name = try required("name").runName()
    about = try job["about"]?.text() ?? ""
    trainings = try job["trainings"]?.text()
    let base = try required("base")
    for key in ["name", "output", "seed"] {
      if let setting = try base.members()[key] {
        throw setting.error(phrase("studyJobFile.isTheStudysOwn"), expected: key == "seed" ? "seeds" : nil)
      }
    }
    common = base.json.flattened
    variants = [Variant(name: try job["base_name"]?.text() ?? "base", settings: [], training: base)]
    seeds = try job["seeds"]?.filledList().map { try $0.integer(in: 0...Int.max) } ?? [0]
    let measured = try required("corpus")
    report = try JobFile(
      settings: job.filter { ["corpus", "analyses", "thresholds", "output"].contains($0.key) }, at: url)
    if report.corpus == nil { throw measured.error(phrase("studyJobFile.hasNoPath")) }
    for group in try required("groups").filledList() { try add(group, base) }
  }

  private mutating func add(_ setting: Setting, _ base: Setting) throws {
    let fields = try setting.fields(["name", "about", "variants", "axes"])
    guard let name = fields["name"] else { throw setting.error(phrase("studyJobFile.hasNoName")) }
    var group = Group(name: try name.text(), about: try fields["about"]?.text() ?? "", members: [])
    for variant in try fields["variants"]?.filledList() ?? [] {
      let parts = try variant.fields(["name", "set"])
      guard let name = parts["name"], let set = parts["set"] else {
        throw variant.error(phrase("studyJobFile.needsNameSet"))
      }
      let changes = try set.members().sorted { $0.key < $1.key }
      group.members.append(try place(of: name.text(), changes.map { ($0.key, $0.value) }, base, at: variant))
    }
    if let axes = try fields["axes"]?.filledList().map(Axis.init) {
      for choice in Axis.combinations(axes) {
        let own = choice.map(\.name).joined(separator: ", ")
        group.members.append(try place(of: own, choice.map { ($0.key, $0.value) }, base, at: setting))
      }
    }
    if group.members.isEmpty { throw setting.error(phrase("studyJobFile.needsVariantsAxes")) }
    groups.append(group)
  }

  /// Where the variant stands among all; one that another group has as well is trained once.
  private mutating func place(
    of name: String, _ changes: [(key: String, value: Setting)], _ base: Setting, at setting: Setting
  ) throws -> Int {
    var training = base
    for (key, value) in changes { training = try training.setting(key, to: value) }
    if training.json.bytes == base.json.bytes { return 0 }
    if let place = variants.firstIndex(where: { $0.name == name }) {
      guard variants[place].training.json.bytes == training.json.bytes else {
        throw setting.error(phrase("studyJobFile.hasSecondVariant", ["name": name]))
      }
      return place
    }
    variants.append(
      Variant(name: name, settings: changes.map { ($0.key, $0.value.json.inline) }, training: training))
    return variants.count - 1
  }

  /// The training of a variant.
  ///
  /// - Throws: `InputError(.usage)` for settings that a training cannot have.
  func plan(_ variant: Variant, seed: Int, output: URL) throws -> TrainingPlan {
    let own = try variant.training.setting("name", to: folderName(variant, seed: seed)).setting("seed", to: seed)
    var plan = try TrainJobFile.plan(own, folder: folder, output: output)
    if plan.telemetry == nil {
      let steps = if case .steps(let steps) = plan.length { steps } else { 1000 }
      plan.telemetry = TelemetryPlan(every: max(1, steps / 100), histograms: false)
    }
    return plan
  }

  /// Where the trainings go, beside the report in `output` unless the file says otherwise.
  func trainings(besides output: URL) -> URL {
    let parent = trainings.map { URL(filePath: $0.hasPrefix("/") || folder == "." ? $0 : "\(folder)/\($0)") }
    return (parent ?? output).appending(path: "\(name)-trainings")
  }

  /// What says whether a training was made with these settings.
  func digest(_ variant: Variant, seed: Int) -> String {
    String(decoding: variant.training.json.bytes, as: UTF8.self) + phrase("studyJobFile.seedSeed", ["seed": seed])
  }

  func folderName(_ variant: Variant, seed: Int) -> String {
    let place = variants.firstIndex { $0.name == variant.name } ?? 0
    let slug = variant.name.slug { $0.isASCII && ($0.isLetter || $0.isNumber) }
    return "\(place < 10 ? "0" : "")\(place)-\(slug.prefix(60))" + (seeds.count > 1 ? "-seed-\(seed)" : "")
  }
}

/// One setting with the values that it takes in turn.
private struct Axis {
  var key: String
  var values: [(name: String, value: Setting)]

  init(_ setting: Setting) throws {
    let fields = try setting.fields(["key", "values", "names"])
    guard let key = fields["key"], let values = fields["values"] else {
      throw setting.error(phrase("studyJobFile.needsKeyValues"))
    }
    self.key = try key.text()
    let list = try values.filledList(), names = try fields["names"]?.list().map { try $0.text() }
    if let names, names.count != list.count {
      throw setting.error(phrase("studyJobFile.hasAnotherNumber"))
    }
    let word = self.key.split(separator: ".").last.map { String($0).replacing("_", with: " ") } ?? self.key
    self.values = list.enumerated().map { index, value in
      (names?[index] ?? "\(word) \(value.json.inline)", value)
    }
  }

  static func combinations(_ axes: [Axis]) -> [[(name: String, key: String, value: Setting)]] {
    axes.reduce([[]]) { choices, axis in
      choices.flatMap { choice in axis.values.map { choice + [($0.name, axis.key, $0.value)] } }
    }
  }
}

extension JSON {
  /// Every value that is no object, under its path of keys.
  fileprivate var flattened: [(key: String, value: String)] {
    guard let members else { return [("", inline)] }
    return members.sorted { $0.key < $1.key }.flatMap { key, value in
      value.flattened.map { ($0.key.isEmpty ? key : "\(key).\($0.key)", $0.value) }
    }
  }

  /// On one line, texts without quotation marks.
  fileprivate var inline: String {
    if case .string(let text) = self { return text }
    return String(decoding: lineBytes.dropLast(), as: UTF8.self)
  }
}
