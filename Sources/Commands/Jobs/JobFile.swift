import Analyses
import Engine
import Foundation
import Reports
import Results
import Support
import Tensors

/// A job as its file states it: what is not there is left to the options and the defaults.
///
/// ```json5
/// {
///   name: "minilm-english",
///   model: "models/minilm", tokenizer: "models/tokenizer",
///   corpus: { path: "en_ewt-ud-test.conllu", format: "conllu", label: "upos", limit: 2000, max_tokens: 128 },
///   analyses: ["attention", "representations"],  // or { causal: { maps: ["resid_pre"] }, attention: {} }
///   tasks: ["pairs.jsonl"],
///   select: { layers: [0, 5], heads: "all", examples: ["doc-12"] },
///   checkpoints: "runs/checkpoint-*", logs: ["runs", { path: "log.csv", columns: { step: "it", loss: "objective" } }],
///   thresholds: "health.json5",
///   output: { folder: "out", formats: ["svg", "png", "pdf"], theme: "own", themes: "themes", templates: "templates",
///     keep: ["blocks.3.hook_resid_post"] },
///   seed: 0, precision: "f32",
/// }
/// ```
/// Paths are relative to the file. `adapter_base` is the folder of the model that a LoRA folder changes. The corpus also
/// takes `text` and `pair`, the columns of the two texts, `columns`, the names of a table's columns, `parallel`, the
/// file of the second texts, `alignment`, the column of their words' alignment (a file beside `parallel`), `labels`, the
/// CSV file of the labels of
/// images, and in place of `max_tokens` a `window` and its `stride`, with which long documents are read in windows that
/// overlap.
struct JobFile {
  var url: URL
  var name: String?
  var model: URL?
  /// The folder of the model that a LoRA folder changes.
  var adapterBase: URL?
  var tokenizer: URL?
  var corpus: CorpusSettings?
  var analyses: [String]?
  var analysisSettings: [String: any AnalysisSettings] = [:]
  var tasks: [URL]?
  var selection: Selection?
  /// Paths with a `*` in their last component.
  var checkpoints: [String]?
  var logs: [TrainingReading.Log]?
  var thresholds: URL?
  var output: URL?
  var keep: [String]?
  var formats: [FigureRendition.Format]?
  /// A theme's name; where there is none of it, the path of its file.
  var theme: (name: String, path: URL)?
  var themes: URL?
  var templates: URL?
  var seed: Int?
  var precision: Precision?

  /// Throws `InputError(.usage)` for a key that is not known or that this version does not act upon, for a value of
  /// the wrong type, and for a file that cannot be read.
  init(contentsOf url: URL) throws {
    let job = try Setting(contentsOf: url).fields(
      [
        "name", "model", "adapter_base", "tokenizer", "corpus", "analyses", "tasks", "select", "logs", "checkpoints",
        "thresholds", "output", "seed", "precision",
      ],
      unsupported: ["models": phrase("jobFile.reportSeveralModels"), "baseline": phrase("jobFile.baseline")])
    try self.init(settings: job, at: url)
  }

  /// The same of some of the keys, which stand in the file `url`.
  init(settings job: [String: Setting], at url: URL) throws {
    self.url = url
    let folder = url.deletingLastPathComponent().relativePath
    func place(_ setting: Setting) throws -> URL {
      let text = try setting.text()
      return URL(filePath: text.hasPrefix("/") || folder == "." ? text : "\(folder)/\(text)")
    }
    func path(_ setting: Setting?) throws -> URL? { try setting.map(place) }
    name = try job["name"]?.runName()
    model = try path(job["model"])
    adapterBase = try path(job["adapter_base"])
    tokenizer = try path(job["tokenizer"])
    if let setting = job["analyses"], setting.isObject {
      let fields = try setting.fields(Job.analyses)
      analyses = Job.analyses.filter { fields[$0] != nil }
      for type in AnalysisSuite.all {
        analysisSettings[type.id] = try fields[type.id].map { try type.settings.init($0) }
      }
    } else {
      analyses = try job["analyses"]?.filledList().map { try $0.choice(of: Job.analyses) }
    }
    tasks = try job["tasks"]?.filledList().compactMap { try path($0) }
    thresholds = try path(job["thresholds"])
    checkpoints = try job["checkpoints"].map { setting in
      try (setting.isText ? [setting] : setting.filledList()).compactMap { try path($0)?.relativePath }
    }
    logs = try job["logs"].map { setting in
      try (setting.isText ? [setting] : setting.filledList()).map { try TrainingReading.Log($0, path: path) }
    }
    selection = try job["select"].map(Selection.init)
    precision = try job["precision"]?.member(of: Precision.self)
    seed = try job["seed"]?.integer(in: 0...Int.max)

    corpus = try job["corpus"].map { setting in
      try CorpusSettings(setting, setting.fields(CorpusSettings.keys), path: place)
    }
    if let fields = try job["output"]?.fields(
      ["folder", "formats", "theme", "themes", "templates", "keep"],
      unsupported: ["language": phrase("jobFile.aChoiceOfLanguage")])
    {
      output = try path(fields["folder"])
      if let field = fields["theme"], let file = try path(field) { theme = (try field.text(), file) }
      keep = try fields["keep"]?.filledList().map { try $0.text() }
      themes = try path(fields["themes"])
      templates = try path(fields["templates"])
      formats = try fields["formats"]?.filledList().map { try $0.member(of: FigureRendition.Format.self) }
    }
  }
}

extension Setting {
  /// The case that a text is the name of.
  func member<Choice>(of type: Choice.Type) throws -> Choice
  where Choice: CaseIterable & RawRepresentable<String> {
    let name = try choice(of: Choice.allCases.map(\.rawValue))
    guard let member = Choice(rawValue: name) else { throw error(phrase("jobFile.isNotKnown")) }
    return member
  }

  /// A text that can be the name of a folder.
  func runName() throws -> String {
    let name = try text()
    guard Job.isName(name) else {
      throw error(phrase("jobFile.cannotNameFolder"), expected: phrase("jobFile.onePathComponent"))
    }
    return name
  }
}
