import Analyses
import CairoRenderer
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
  try job.checkAdapterBase()
  let (files, model) = try job.loaded(job.model, progress)
  for setting in model.unknownSettings { progress.note(phrase("reportRun.notKnownSo", ["setting": setting])) }
  let measurement =
    try job.readsCorpus
    ? CorpusMeasurement(job.corpus, tokenizer: job.tokenizer, isShared: job.training.checkpoints != nil) : nil
  let run = try measurement.map {
    try job.run($0, model, files, examples: job.selection?.examples) { progress.advance(by: $0) }
  }
  let reading = run?.reading
  let kept = try KeptVectors(job.keep, model.description)
  try job.checkSelection(model.description, run?.corpus, reading)
  watch.lap("load")

  let analyses = AnalysisSuite.chosen(job.analyses, for: model.description)
  var measured: [AnalysisResult]
  var extent: CorpusRun.Extent?
  if let run {
    (measured, extent) = try run.measure(job.training.seriesAnalyses(analyses), progress)
  } else {
    measured = try job.measureWithoutCorpus(analyses, model, files, progress)
  }
  if let training = try job.training.result(log, job, measurement, of: model, measured, progress) {
    measured.append(training)
  }
  measured.removeAll { $0.id == TokenVectors.id }
  if let text = reading?.text, let extent { measured.insert(extent.text(of: text.tokenizer), at: 0) }
  watch.lap("measure")

  let sources = try Provenance.sources(of: job, files, reading)
  var subject = Subject(job, model, extent)
  subject.origin = Subject.Origin(job, sources)
  let results = RunResults(subject: subject, analyses: measured).rounded
  let assessment = Assessment(results, thresholds: job.thresholds)
  let outcomes = FigureCatalog.outcomes(of: results)
  watch.lap("judge")

  progress.begin(phrase("progress.drawing"), of: outcomes.count { $0.figure != nil }, unit: phrase("unit.figures"))
  let report = ReportWriter(
    results: results, assessment: assessment, outcomes: outcomes, isSingleFile: job.isSingleFile)
  try RunFolder.write(at: place) { folder in
    let context = ReportWriter.Context(
      templates: job.appearance.templates, formats: job.formats, draw: { try renderer.draw($0, $1, job.appearance) },
      progress: { _, _ in progress.advance() })
    try report.write(context, to: folder)
    if let run { try kept.write(run, to: folder, progress) }
    watch.lap("write")
    try Provenance(sources, model.precision, watch).write(to: folder)
  }
  progress.end()
  try HistoryEntry(results, assessment.verdict, resultsFile: place.appending(path: "results.json"))
    .append(to: history)
  return VerdictNotice(
    assessment, sentence: report.verdictSentence, page: place.appending(path: "index.html").relativePath)
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
      .usage, at: adapterBase.relativePath, phrase("error.namedBaseLora"),
      expected: phrase("expected.adapterConfigJsonModel", ["model": model.relativePath]))
  }
}

extension Subject.Origin {
  init(_ job: Job, _ sources: [Provenance.Source]) {
    func digest(_ role: String) -> String? {
      let digests = sources.filter { $0.role == role }.map(\.sha256)
      let whole = digests.count == 1 ? digests[0] : SHA256.digest(Array(digests.joined(separator: "\n").utf8))
      return digests.isEmpty ? nil : phrase("origin.digest", ["digest": String(whole.prefix(12))])
    }
    // A folder of Hugging Face's cache is named after the revision that lies in it.
    let parts = job.model.standardizedFileURL.pathComponents
    let revision = zip(parts, parts.dropFirst()).first {
      $0 == "snapshots" && $1.count == 40 && $1.allSatisfy(\.isHexDigit)
    }
    self.init(
      version: Command.version,
      model: revision.map { phrase("origin.revision", ["revision": String($0.1.prefix(12))]) } ?? digest("weights")
        ?? "",
      corpus: digest("corpus"), command: job.command, date: job.date)
  }
}

extension Subject {
  init(_ job: Job, _ model: Transformers.Model, _ extent: CorpusRun.Extent?) {
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
      corpus: extent.map { extent in
        Corpus(
          name: job.corpus.file.url.lastPathComponent, documents: extent.documents, tokens: extent.tokens,
          label: job.corpus.label, truncated: extent.truncated)
      },
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
