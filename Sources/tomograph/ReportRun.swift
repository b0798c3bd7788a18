import Analyses
import CairoRenderer
import Corpora
import Diagnosis
import Foundation
import Plotting
import Reports
import Results
import Support
import Tensors
import Transformers

/// Measures, judges, draws and writes what the job asks for.
///
/// - Throws: `InputError` for a model, corpus or folder that cannot be used; then the run folder is as it was.
func runReport(_ job: Job, progress: Progress) throws -> Verdict {
  var watch = Stopwatch()
  let renderer = try Renderer(assets: job.assets)
  if !job.precision.isAvailable { progress.note(Precision.unavailable) }
  let model = try Model(directory: job.model, precision: job.precision.available)
  let corpus = try CorpusSource(
    job.corpus.source, label: job.corpus.label, limit: job.corpus.limit)
  try corpus.check(against: model.description)
  let reading = try CorpusReading(job, model, corpus)
  watch.lap("load")

  progress.begin("measuring", of: corpus.documents, unit: "documents")
  let run = CorpusRun(
    model: model, reading: reading, corpus: corpus, seed: UInt64(job.seed), progress: { progress.advance(by: $0) })
  let analyses = AnalysisSuite.chosen(job.analyses, for: model.description)
  var (measured, extent) = try run.measure(job.training.seriesAnalyses(analyses))
  progress.end()
  if extent.tooShort > 0 { progress.note("left out: \(extent.tooShort) documents of a single token") }
  if let training = try job.training.result(job, measured, progress) { measured.append(training) }
  measured.removeAll { $0.id == TokenVectors.id }
  watch.lap("measure")

  let results = RunResults(subject: Subject(job, model, extent), analyses: measured).rounded
  let assessment = Assessment(results, thresholds: job.thresholds)
  let outcomes = FigureCatalog.outcomes(of: results)
  watch.lap("judge")

  progress.begin("drawing", of: outcomes.count { $0.figure != nil }, unit: "figures")
  let place = job.output.appending(path: job.name)
  try RunFolder.write(at: place) { folder in
    let context = ReportWriter.Context(
      templates: job.appearance.templates, formats: job.formats, draw: { try renderer.draw($0, $1, job.appearance) },
      progress: { _, _ in progress.advance() })
    try ReportWriter(results: results, assessment: assessment, outcomes: outcomes).write(context, to: folder)
    watch.lap("write")
    try Provenance(job, reading, model.precision, watch).write(to: folder)
  }
  progress.end()
  try HistoryEntry(results, assessment.verdict, resultsFile: place.appending(path: "results.json"))
    .append(to: job.output.appending(path: "history.jsonl"))
  return assessment.verdict
}

extension Job.Corpus {
  var source: CorpusFile {
    CorpusFile(
      path: file.relativePath, format: format.rawValue, parallel: parallel?.relativePath, columns: columns, text: text,
      pair: pair, alignment: alignment, labels: labels?.relativePath)
  }
}

extension CorpusReading {
  /// - Throws: `InputError` for a tokenizer or an image processor that cannot be read, and for more tokens than the model
  ///   has positions.
  init(_ job: Job, _ model: Transformers.Model, _ corpus: CorpusSource) throws {
    let d = model.description
    guard d.image == nil else {
      let images = try CorpusImages(directory: job.model, for: d, corpus: corpus.reader(), label: job.corpus.label)
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
        directory: ModelFiles(job.model).configuration.deletingLastPathComponent(), classes: count)
    default: break
    }
    self = .text(
      try CorpusTokenizer(
        tokenizer: Tokenizer(directory: job.model), label: job.corpus.label,
        // Sentence-transformers cut texts to less than the model could read.
        maximumLength: job.corpus.maxTokens ?? min(longest, model.pooling?.maximumLength ?? .max),
        decoderStart: d.encoder == nil ? nil : d.decoderStart.map { Int32($0) }, windows: job.corpus.windows,
        classes: classes))
  }
}

extension Subject {
  init(_ job: Job, _ model: Transformers.Model, _ extent: CorpusRun.Extent) {
    let d = model.description
    self.init(
      name: job.name,
      model: Model(
        name: Job.modelName(job.model), family: d.family, task: d.head.task, layers: d.layers,
        heads: d.heads, width: d.width, headWidth: d.headWidth, vocabulary: d.vocabulary,
        parameters: model.parameterCount, isCausal: d.isCausal,
        encoder: d.encoder.map {
          .init(layers: $0.layers, heads: $0.heads, width: $0.width, headWidth: $0.headWidth)
        },
        image: d.image.map { .init(side: $0.side, patch: $0.patch, leadingTokens: $0.leadingTokens) },
        precision: model.precision == .f32 ? nil : model.precision.rawValue),
      corpus: Corpus(
        name: job.corpus.file.lastPathComponent, documents: extent.documents, tokens: extent.tokens,
        label: job.corpus.label, truncated: extent.truncated),
      seed: job.seed)
  }
}
