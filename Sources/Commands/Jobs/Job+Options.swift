import Analyses
import Corpora
import Diagnosis
import Engine
import Foundation
import Plotting
import Reports
import Results
import Support
import Tensors
import Training

extension Job {
  /// A document of one token has no attention to measure.
  static let leastTokens = 2

  static let adapterBaseOption = Option(
    "adapter-base", .text("DIR"), "option.adapter-base")
  static let outOption = Option("out", .text("DIR"), "option.out")
  static let nameOption = Option("name", .text("NAME"), "option.name")

  static let options = [
    Option("model", .text("DIR"), "option.model"),
    adapterBaseOption,
    Option("tokenizer", .text("DIR"), "option.tokenizer"),
    Option("corpus", .text("FILE"), "option.corpus"),
    Option(
      "format", .choice(CorpusFormat.allCases.map(\.rawValue)),
      "option.report.format"),
    Option(
      "label", .text("COLUMN"),
      "option.label"),
    Option("text", .text("COLUMN"), "option.text"),
    Option(
      "pair", .text("COLUMN"),
      "option.pair"
    ),
    Option("columns", .list("A,B", known: nil), "option.columns"),
    Option("parallel", .text("FILE"), "option.parallel"),
    Option(
      "alignment", .text("COLUMN"),
      "option.alignment"
    ),
    Option(
      "labels", .text("FILE.csv"),
      "option.labels"),
    Option("limit", .integer("N", 1...Int.max), "option.limit"),
    Option("max-tokens", .integer("N", leastTokens...Int.max), "option.max-tokens"),
    Option("window", .integer("N", leastTokens...Int.max), "option.window"),
    Option("stride", .integer("N", 1...Int.max), "option.stride"),
    Option(
      "analyses", .list("A,B", known: analyses),
      Message("option.analyses", ["analyses": analyses.joined(separator: ", ")])),
    Option("keep", .list("A,B", known: nil), "option.keep"),
    Option("tasks", .list("A,B", known: nil), "option.tasks"),
    Option(
      "checkpoints", .list("A,B", known: nil),
      "option.checkpoints"),
    Option(
      "logs", .list("A,B", known: nil),
      "option.logs"),
    Option("thresholds", .text("FILE"), "option.thresholds"),
    Option(
      "fail-on", .choice(Gate.allCases.map(\.rawValue)), "option.fail-on"),
    outOption, nameOption,
    Option(
      "formats", .list("A,B", known: FigureRendition.Format.allCases.map(\.rawValue)),
      "option.formats"),
    Option(
      "theme", .text("THEME"),
      Message("option.theme", ["named": Theme.named.map(\.name).joined(separator: ", ")])),
    Appearance.themesOption, Appearance.templatesOption,
    Option("seed", .integer("N", 0...Int.max), "option.seed"),
    Option(
      "precision", .choice(Precision.allCases.map(\.rawValue)),
      "option.precision"),
    Option("date", .text("DATE"), "option.date"),
    Option("single-file", .flag, "option.single-file"),
    Option("threads", .integer("N", 1...1024), "option.threads"),
    Option("assets", .text("DIR"), "option.report.assets"),
    Option("quiet", .flag, "option.report.quiet"),
  ]

  /// The job that a command line asks for: its file's, with the options over it. With neither a job nor a model it is
  /// the embedded example's.
  ///
  /// Another corpus takes the file's format, columns and label away, which belonged to the one it replaces.
  init(_ arguments: Arguments) throws {
    let assets = try Assets.find(option: arguments.text("assets"))
    var file: JobFile?
    if let path = arguments.operands.first {
      file = try JobFile(contentsOf: Preflight.job(path, of: "report"))
    } else if arguments.text("model") == nil, arguments.list("checkpoints") == nil {
      if arguments.text("corpus") != nil { throw InputError(.usage, at: "report", phrase("error.needsJobFile")) }
      file = try JobFile(contentsOf: try assets.folder("examples").appending(path: "minigpt/job.json5"))
    }
    try self.init(arguments, over: file, assets)
  }

  /// The file's job with the options over it.
  init(_ arguments: Arguments, over file: JobFile?, _ assets: Assets) throws {
    let checkpoints = try (arguments.list("checkpoints") ?? file?.checkpoints).map { try Checkpoints(patterns: $0) }
    let ownModel = arguments.text("model").map { URL(filePath: $0) } ?? file?.model
    guard let model = ownModel ?? checkpoints?.all.last?.folder else {
      throw InputError(.usage, at: file?.url.relativePath ?? "report", phrase("error.namesNoModel"))
    }
    corpus = try CorpusSettings(arguments, over: file?.corpus) {
      try assets.folder("examples").appending(path: "shakespeare/held-out.txt")
    }

    let tasks = arguments.list("tasks").map { $0.map { URL(filePath: $0) } } ?? file?.tasks ?? []
    taskFiles = tasks
    analysisSettings = file?.analysisSettings ?? [:]
    let named = arguments.list("analyses") ?? file?.analyses
    let chosen = named ?? AnalysisSuite.byDefault(hasTasks: !tasks.isEmpty)
    let readers = AnalysisSuite.readTasks(chosen)
    guard readers.isEmpty == tasks.isEmpty else {
      throw InputError(
        .usage, at: tasks.isEmpty ? "analyses" : "tasks",
        tasks.isEmpty
          ? phrase("error.analysisNeedsTasks", ["analysis": readers.map { $0.id }.listed])
          : phrase("error.tasksUnread"),
        expected: tasks.isEmpty
          ? "tasks" : AnalysisSuite.readTasks(Job.analyses).map { $0.id }.joined(separator: ", "))
    }
    analyses = Job.analyses.filter(chosen.contains)
    // A label that only the probes are told of is the corpus's.
    corpus.label = corpus.label ?? (analysisSettings[ProbeMetrics.analysis] as? ProbeSettings)?.label
    selection = file?.selection
    training = TrainingReading(
      logs: arguments.list("logs")?.map { .init(path: URL(filePath: $0)) } ?? file?.logs, checkpoints: checkpoints,
      model: model)
    thresholdsFile = arguments.text("thresholds").map { URL(filePath: $0) } ?? file?.thresholds
    thresholds = try Thresholds(file: thresholdsFile)
    keep = arguments.list("keep") ?? file?.keep ?? []
    output = arguments.text("out").map { URL(filePath: $0) } ?? file?.output ?? URL(filePath: "out")
    let formats = arguments.list("formats")?.compactMap(FigureRendition.Format.init(rawValue:)) ?? file?.formats
    self.formats = FigureRendition.Format.allCases.filter { formats?.contains($0) ?? true }
    let theme = arguments.text("theme") ?? file?.theme?.name
    appearance = try Appearance(
      theme: theme == Theme.screen.name ? nil : theme,
      file: arguments.text("theme") == nil ? file?.theme?.path.path(percentEncoded: false) : nil,
      themes: arguments.text("themes").map { URL(filePath: $0) } ?? file?.themes,
      templates: arguments.text("templates").map { URL(filePath: $0) } ?? file?.templates, assets: assets)
    seed = arguments.integer("seed") ?? file?.seed ?? 0
    precision = arguments.text("precision").flatMap(Precision.init(rawValue:)) ?? file?.precision ?? .f32
    gate = arguments.text("fail-on").flatMap(Gate.init(rawValue:)) ?? .fail
    name =
      try arguments.runName ?? file?.name
      ?? Job.defaultName(
        model: model, corpus: AnalysisSuite.readCorpus(analyses) ? corpus.file.url : taskFiles.first ?? corpus.file.url)
    self.model = model
    adapterBase = arguments.text("adapter-base").map { URL(filePath: $0) } ?? file?.adapterBase
    tokenizer = arguments.text("tokenizer").map { URL(filePath: $0) } ?? file?.tokenizer
    self.assets = assets
    self.file = file?.url
    command = arguments.commandLine(
      leavingOut: ["threads", "out", "name", "quiet", "date", "single-file", "assets"])
    date = try Self.date(arguments.text("date"))
    isSingleFile = arguments.has("single-file")
  }

  /// The day that the report says it is of: as it is given, or of SOURCE_DATE_EPOCH (seconds since 1970, UTC).
  private static func date(_ given: String?) throws -> String? {
    let day = Date.ISO8601FormatStyle().year().month().day()
    if let given {
      guard (try? Date(given, strategy: day)) != nil else {
        throw InputError(
          .usage, at: "--date", phrase("error.noDate"), expected: phrase("expected.isoDate"), found: "\"\(given)\"")
      }
      return given
    }
    guard let epoch = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"] else { return nil }
    guard let seconds = Int(epoch), seconds >= 0 else {
      throw InputError(
        .usage, at: "SOURCE_DATE_EPOCH", phrase("error.noDate"), expected: phrase("expected.seconds"),
        found: "\"\(epoch)\"")
    }
    return Date(timeIntervalSince1970: Double(seconds)).formatted(day)
  }

  /// Whether a text can be the name of a folder: one path component that is none of `.` and `..`.
  static func isName(_ text: String) -> Bool {
    !text.isEmpty && text != "." && text != ".." && text.utf8.count <= 200
      && text.unicodeScalars.allSatisfy { $0 != "/" && $0.value >= 32 && $0.value != 127 }
  }

  /// `minilm-en_ewt-ud-test`: the model's name and the corpus's file.
  static func defaultName(model: URL, corpus: URL) -> String {
    let stem = corpus.deletingPathExtension().lastPathComponent
    let name = "\(modelName(model))-\(stem)".replacing("/", with: "-").filter { !$0.isNewline }
    return isName(name) ? name : "report"
  }

  /// What a reader would call the model: its folder's name, or `gpt2-shakespeare/final` where that alone says only
  /// which state of it; the name of the folder around one that is called `model`.
  static func modelName(_ folder: URL) -> String {
    let names = folder.absoluteURL.standardizedFileURL.pathComponents.filter { $0 != "/" }
    guard let last = names.last else { return "model" }
    guard names.count > 1 else { return last }
    let above = names[names.count - 2]
    if last == "model" { return above }
    let isState = ["final", "best", "last", "latest", "main"].contains(last) || last.hasPrefix("checkpoint")
    guard isState else { return last }
    return "\(above == "model" && names.count > 2 ? names[names.count - 3] : above)/\(last)"
  }
}
