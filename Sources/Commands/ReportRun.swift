import Analyses
import CairoRenderer
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
import Transformers

/// Measures, judges, draws and writes what the job asks for.
///
/// - Throws: `InputError` for a model, corpus or folder that cannot be used; then the run folder is as it was.
func runReport(_ job: Job, progress: Progress) throws -> VerdictNotice {
  var watch = Stopwatch()
  let place = job.output.appending(path: job.name), history = job.output.appending(path: "history.jsonl")
  try Preflight.runFolder(place)
  if job.output.isFolder { try Preflight.outputFile(history, option: "--out") }
  try job.checkInputs()
  let log = try job.training.log()
  let renderer = try Renderer(assets: job.assets)
  if !job.precision.isAvailable { progress.note(Precision.unavailable) }
  let files = try job.files(of: job.model)
  try job.checkAdapterBase()
  let model = try Model(files: files, precision: job.precision.available, acceptsNonFinite: true)
  for setting in model.unknownSettings { progress.note("not known, so not honoured: \(setting)") }
  let corpus = try CorpusSource(
    job.corpus.source, label: job.corpus.label, limit: job.corpus.limit)
  try corpus.check(against: model.description)
  let reading = try CorpusReading(job, files, model, corpus)
  try job.checkSelection(model.description, corpus, reading)
  watch.lap("load")

  let run = CorpusRun(
    model: model, reading: reading, corpus: corpus, seed: UInt64(job.seed), examples: job.selection?.examples,
    progress: { progress.advance(by: $0) })
  for note in run.corpusNotes { progress.note(note) }
  progress.begin("measuring", of: corpus.documents, unit: "documents")
  let analyses = AnalysisSuite.chosen(job.analyses, for: model.description)
  var (measured, extent) = try run.measure(job.training.seriesAnalyses(analyses))
  progress.end()
  if extent.tooShort > 0 { progress.note("left out: \(extent.tooShort) documents of a single token") }
  if let training = try job.training.result(log, job, of: model, measured, progress) { measured.append(training) }
  measured.removeAll { $0.id == TokenVectors.id }
  if let text = reading.text { measured.insert(extent.text(of: text.tokenizer), at: 0) }
  watch.lap("measure")

  let results = RunResults(subject: Subject(job, model, extent), analyses: measured).rounded
  let assessment = Assessment(results, thresholds: job.thresholds)
  let outcomes = FigureCatalog.outcomes(of: results)
  watch.lap("judge")

  progress.begin("drawing", of: outcomes.count { $0.figure != nil }, unit: "figures")
  let report = ReportWriter(results: results, assessment: assessment, outcomes: outcomes)
  try RunFolder.write(at: place) { folder in
    let context = ReportWriter.Context(
      templates: job.appearance.templates, formats: job.formats, draw: { try renderer.draw($0, $1, job.appearance) },
      progress: { _, _ in progress.advance() })
    try report.write(context, to: folder)
    watch.lap("write")
    try Provenance(job, files, reading, model.precision, watch).write(to: folder)
  }
  progress.end()
  try HistoryEntry(results, assessment.verdict, resultsFile: place.appending(path: "results.json"))
    .append(to: history)
  return VerdictNotice(
    assessment, sentence: report.verdictSentence, page: place.appending(path: "index.html").relativePath)
}

extension Job.Corpus {
  var source: CorpusFile {
    CorpusFile(
      path: file.relativePath, format: format.rawValue, parallel: parallel?.relativePath, columns: columns, text: text,
      pair: pair, alignment: alignment, labels: labels?.relativePath)
  }
}

extension Job {
  /// The files of the model, or of one of its checkpoints; a LoRA folder's base is where the job says.
  func files(of folder: URL) throws -> ModelFiles {
    try ModelFiles(folder, adapterBase: ModelFiles.isAdapter(folder) ? adapterBase : nil)
  }

  /// - Throws: `InputError(.usage)` where a base is named and nothing has one.
  func checkAdapterBase() throws {
    let folders = [model] + (training.checkpoints?.all.map(\.folder) ?? [])
    guard let adapterBase, !folders.contains(where: ModelFiles.isAdapter) else { return }
    throw InputError(
      .usage, at: adapterBase.relativePath, "is named as the base of a LoRA folder, but the model is none",
      expected: "an adapter_config.json in \(model.relativePath)")
  }
}

extension CorpusReading {
  /// - Throws: `InputError` for a tokenizer or an image processor that cannot be read, and for more tokens than the model
  ///   has positions.
  init(_ job: Job, _ files: ModelFiles, _ model: Transformers.Model, _ corpus: CorpusSource) throws {
    let d = model.description
    guard d.image == nil else {
      let images = try CorpusImages(
        directory: files.folder(with: ["preprocessor_config.json"]), for: d, corpus: corpus.reader(),
        label: job.corpus.label)
      self = .images(images)
      return
    }
    let longest = d.stacks.map(\.maximumPositions).min() ?? 1
    if let length = job.corpus.maxTokens, length > longest {
      throw InputError(
        .usage, at: "max_tokens", "is more than the model's positions", expected: "at most \(longest), or a window",
        found: "\(length)")
    }
    var classes: ClassNames?
    switch d.head {
    case .sequenceClassification(let count), .tokenClassification(let count):
      classes = try ClassNames(
        directory: files.configuration.deletingLastPathComponent(), classes: count)
    default: break
    }
    let sentences = model.pooling.map { SentenceText(lowercases: $0.lowercases) }
    self = .text(
      try CorpusTokenizer(
        tokenizer: job.tokenizer.map { try Tokenizer(directory: $0, sentences: sentences) }
          ?? Tokenizer(of: files, sentences: sentences), label: job.corpus.label,
        // Sentence-transformers cut texts to less than the model could read.
        maximumLength: job.corpus.maxTokens ?? min(longest, model.pooling?.maximumLength ?? .max),
        decoderStart: d.encoder == nil ? nil : d.decoderStart.map { Int32($0) }, windows: job.corpus.windows,
        classes: classes))
  }
}

extension Subject {
  init(_ job: Job, _ model: Transformers.Model, _ extent: CorpusRun.Extent) {
    let d = model.description, notes = model.weightNotes.compactMap { Results.WeightNote($0) }
    self.init(
      name: job.name,
      model: Model(
        name: Job.modelName(job.model), family: d.family, task: d.task, layers: d.layers,
        heads: d.heads, width: d.width, headWidth: d.headWidth, vocabulary: d.vocabulary,
        parameters: model.totalParameterCount, isCausal: d.isCausal,
        encoder: d.encoder.map {
          .init(layers: $0.layers, heads: $0.heads, width: $0.width, headWidth: $0.headWidth)
        },
        image: d.image.map { .init(side: $0.side, patch: $0.patch, leadingTokens: $0.leadingTokens) },
        precision: model.precision == .f32 ? nil : model.precision.rawValue,
        weightNotes: notes.isEmpty ? nil : notes,
        unknownSettings: model.unknownSettings.isEmpty ? nil : model.unknownSettings),
      corpus: Corpus(
        name: job.corpus.file.lastPathComponent, documents: extent.documents, tokens: extent.tokens,
        label: job.corpus.label, truncated: extent.truncated),
      seed: job.seed, selection: job.selection)
  }
}

extension Results.WeightNote {
  /// Nil for what a report is silent about.
  init?(_ note: Transformers.WeightNote) {
    guard let kind = Kind(rawValue: note.kind.rawValue) else { return nil }
    self.init(kind, note.names, count: note.count, detail: note.detail.isEmpty ? nil : note.detail)
  }
}
