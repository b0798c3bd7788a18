import Analyses
import Corpora
import Diagnosis
import Engine
import Foundation
import Plotting
import Reports
import Support
import Tensors
import Training

extension Job {
  /// A document of one token has no attention to measure.
  static let leastTokens = 2

  static let adapterBaseOption = Option(
    "adapter-base", .text("DIR"), "folder of the model that a LoRA folder changes, where it is not beside that folder")
  static let outOption = Option("out", .text("DIR"), "folder that the run folder goes into; out by default")
  static let nameOption = Option("name", .text("NAME"), "of the run and of its folder")

  static let options = [
    Option("model", .text("DIR"), "folder of the model, in Hugging Face's layout"),
    adapterBaseOption,
    Option("tokenizer", .text("DIR"), "folder of the tokenizer; the model's by default, checkpoints' as well"),
    Option("corpus", .text("FILE"), "text to run the model on; the embedded example's where none is given"),
    Option(
      "format", .choice(CorpusFormat.allCases.map(\.rawValue)),
      "of the corpus: plain text (text is lines, or paragraphs between blank ones), CoNLL-U, JSON Lines, a table with"
        + " tabs, a word a line with its labels (CoNLL-2003), or a folder of images; by default what the file's"
        + " extension says, else text, and images for a folder"),
    Option(
      "label", .text("COLUMN"),
      "column of the corpus that labels tokens, such as upos, ner or any field; of images class"),
    Option("text", .text("COLUMN"), "column of the text; \"text\" by default, of a word a line the first"),
    Option(
      "pair", .text("COLUMN"),
      "column of the second text, read behind the first, or the target of an encoder–decoder; \"pair\" where there is one"
    ),
    Option("columns", .list("A,B", known: nil), "names of the columns of a file that does not name them"),
    Option("parallel", .text("FILE"), "second texts, a line for each line of the corpus"),
    Option(
      "alignment", .text("COLUMN"),
      "column of the word alignment of the two texts (0-0 1-2), beside --parallel a file; \"alignment\" where there is one"
    ),
    Option(
      "labels", .text("FILE.csv"),
      "labels of a folder of images: file names in the first column, the first row names the columns"),
    Option("limit", .integer("N", 1...Int.max), "read at most N documents"),
    Option("max-tokens", .integer("N", leastTokens...Int.max), "cut documents to N tokens"),
    Option("window", .integer("N", leastTokens...Int.max), "read longer documents in windows of N tokens"),
    Option("stride", .integer("N", 1...Int.max), "tokens from one window to the next; half a window by default"),
    Option("analyses", .list("A,B", known: analyses), "which of \(analyses.joined(separator: ", ")); all by default"),
    Option(
      "checkpoints", .list("A,B", known: nil),
      "states of the model's training to be measured as well: paths with a * in their last part, as runs/checkpoint-*; "
        + "without --model the last is the report's"),
    Option(
      "logs", .list("A,B", known: nil),
      "of the training: trainer_state.json, TensorBoard's event files, JSON Lines, CSV, or folders; by default the "
        + "trainer_state.json in the model's folder"),
    Option("thresholds", .text("FILE"), "JSON5 file of thresholds in place of the defaults that rules prints"),
    Option(
      "fail-on", .choice(Gate.allCases.map(\.rawValue)), "from which verdict on the exit code is 1; fail by default"),
    outOption, nameOption,
    Option(
      "formats", .list("A,B", known: FigureRendition.Format.allCases.map(\.rawValue)),
      "of the figures; svg,png,pdf by default"),
    Option(
      "theme", .text("THEME"),
      "of all figures: " + Theme.named.map(\.name).joined(separator: ", ")
        + ", one of --themes, or a JSON file; by default screen, with a "
        + "dark twin for dark pages and paper for PDF"),
    Appearance.themesOption, Appearance.templatesOption,
    Option("seed", .integer("N", 0...Int.max), "of everything random; 0 by default"),
    Option(
      "precision", .choice(Precision.allCases.map(\.rawValue)),
      "of weights and matrix products; f32 by default. bf16 halves the memory of the weights, needs AMX or AVX-512 BF16,"
        + " and has no gradients"),
    Option("threads", .integer("N", 1...1024), "how many work; as many as the machine has by default"),
    Option("assets", .text("DIR"), "folder that holds templates, fonts and examples"),
    Option("quiet", .flag, "nothing on stderr but errors, and one line where the gate fails"),
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
      if arguments.text("corpus") != nil { throw InputError(.usage, at: "report", "needs a job file or --model") }
      file = try JobFile(contentsOf: try assets.folder("examples").appending(path: "minigpt/job.json5"))
    }
    try self.init(arguments, over: file, assets)
  }

  /// The file's job with the options over it.
  init(_ arguments: Arguments, over file: JobFile?, _ assets: Assets) throws {
    let checkpoints = try (arguments.list("checkpoints") ?? file?.checkpoints).map { try Checkpoints(patterns: $0) }
    let named = arguments.text("model").map { URL(filePath: $0) } ?? file?.model
    guard let model = named ?? checkpoints?.all.last?.folder else {
      throw InputError(.usage, at: file?.url.relativePath ?? "report", "names no model")
    }
    corpus = try CorpusSettings(arguments, over: file?.corpus) {
      try assets.folder("examples").appending(path: "shakespeare/held-out.txt")
    }

    let chosen = arguments.list("analyses") ?? file?.analyses ?? Job.analyses
    analyses = Job.analyses.filter(chosen.contains)
    selection = file?.selection
    training = TrainingReading(
      logs: arguments.list("logs")?.map { .init(path: URL(filePath: $0)) } ?? file?.logs, checkpoints: checkpoints,
      model: model)
    thresholdsFile = arguments.text("thresholds").map { URL(filePath: $0) } ?? file?.thresholds
    thresholds = try Thresholds(file: thresholdsFile)
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
    name = try arguments.runName ?? file?.name ?? Job.defaultName(model: model, corpus: corpus.file.url)
    self.model = model
    adapterBase = arguments.text("adapter-base").map { URL(filePath: $0) } ?? file?.adapterBase
    tokenizer = arguments.text("tokenizer").map { URL(filePath: $0) } ?? file?.tokenizer
    self.assets = assets
    self.file = file?.url
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
    return isState ? "\(above)/\(last)" : last
  }
}
