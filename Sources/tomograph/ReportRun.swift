import Analyses
import CairoRenderer
import Corpora
import Diagnosis
import Foundation
import Plotting
import Reports
import Results
import Tensors
import Transformers

/// Measures, judges, draws and writes what the job asks for.
///
/// - Throws: `InputError` for a model, corpus or folder that cannot be used; then the run folder is as it was.
func runReport(_ job: Job, progress: Progress) throws -> Verdict {
  var watch = Stopwatch()
  let renderer = try Renderer(fonts: job.assets.folder("fonts"))
  let model = try Model(directory: job.model)
  let tokenizer = try Tokenizer(directory: job.model)
  let corpus = try CorpusSource(
    CorpusFile(
      path: job.corpus.file.relativePath, format: job.corpus.format.rawValue,
      parallel: job.corpus.parallel?.relativePath, columns: job.corpus.columns, text: job.corpus.text,
      pair: job.corpus.pair), label: job.corpus.label, limit: job.corpus.limit)
  watch.lap("load")

  progress.begin("measuring", of: corpus.documents, unit: "documents")
  let run = CorpusRun(
    model: model,
    reader: CorpusTokenizer(
      tokenizer: tokenizer, label: job.corpus.label,
      maximumLength: min(job.corpus.maxTokens ?? .max, model.description.maximumPositions)),
    corpus: corpus, seed: UInt64(job.seed), progress: { progress.advance(by: $0) })
  let (measured, extent) = try run.measure(AnalysisSuite.all.filter { job.analyses.contains($0.id) })
  progress.end()
  if extent.tooShort > 0 { progress.note("left out: \(extent.tooShort) documents of a single token") }
  watch.lap("measure")

  let results = RunResults(subject: Subject(job, model, extent), analyses: measured)
  let assessment = Assessment(results, thresholds: job.thresholds)
  let outcomes = FigureCatalog.outcomes(of: results)
  watch.lap("judge")

  let figures = outcomes.compactMap(\.figure)
  let byID = Dictionary(uniqueKeysWithValues: figures.map { ($0.id, $0) })
  progress.begin("drawing", of: figures.count, unit: "figures")
  try RunFolder.write(at: job.output.appending(path: job.name)) { folder in
    let context = ReportWriter.Context(
      results: results, assessment: assessment, figures: figures.map(ReportFigure.init), omitted: outcomes.omitted,
      templates: Templates(assets: job.assets.root),
      formats: job.formats.compactMap { FigureRendition.Format(rawValue: $0.rawValue) },
      draw: { figure, rendition in
        guard let figure = byID[figure.id] else { return [] }
        return try renderer.draw(figure, rendition)
      }, progress: { _, _ in progress.advance() })
    try ReportWriter().write(context, to: folder)
    watch.lap("write")
    try Provenance(job, tokenizer, watch).write(to: folder)
  }
  progress.end()
  return assessment.verdict
}

extension ReportFigure {
  init(_ figure: Figure) {
    self.init(
      id: figure.id, analysis: figure.analysis, title: figure.title, caption: figure.caption, altText: figure.altText,
      isWide: figure.extent == .text, csv: figure.table.csv)
  }
}

extension [FigureOutcome] {
  var omitted: [(id: String, reason: String)] {
    compactMap { if case .omitted(let id, let reason) = $0 { (id, reason) } else { nil } }
  }
}

extension Renderer {
  /// A figure in one of its forms.
  func draw(_ figure: Figure, _ rendition: FigureRendition) throws -> [UInt8] {
    let theme: Theme =
      switch rendition.theme {
      case .screen: .screen
      case .dark: .dark
      case .paper: .paper
      }
    let list = figure.displayList(theme: theme, width: rendition.width, measurer: self)
    return switch rendition.format {
    case .svg: try render(list, as: .svg)
    case .png: try render(list, as: .png(dpi: 150))
    case .pdf: try render(list, as: .pdf)
    }
  }
}

extension Subject {
  init(_ job: Job, _ model: Transformers.Model, _ extent: CorpusRun.Extent) {
    let d = model.description
    self.init(
      name: job.name,
      model: Model(
        name: job.model.standardizedFileURL.lastPathComponent, family: d.family, task: d.head.task, layers: d.layers,
        heads: d.heads, width: d.width, headWidth: d.headWidth, vocabulary: d.vocabulary,
        parameters: model.parameterCount, isCausal: d.isCausal),
      corpus: Corpus(
        name: job.corpus.file.lastPathComponent, documents: extent.documents, tokens: extent.tokens,
        label: job.corpus.label, truncated: extent.truncated),
      seed: job.seed)
  }
}

/// Seconds of the steps of a run.
struct Stopwatch {
  let started = Date()
  private(set) var laps: [(step: String, seconds: Double)] = []
  private var last = ContinuousClock.now

  /// Ends a step.
  mutating func lap(_ step: String) {
    let now = ContinuousClock.now
    laps.append((step, (now - last) / .seconds(1)))
    last = now
  }
}

extension Provenance {
  /// Digests of everything that the job read.
  init(_ job: Job, _ tokenizer: Tokenizer, _ watch: Stopwatch) throws {
    let files = try FileManager.default.contentsOfDirectory(at: job.model, includingPropertiesForKeys: nil)
    let weights = files.filter { $0.pathExtension == "safetensors" }.sorted {
      $0.lastPathComponent < $1.lastPathComponent
    }
    var sources = try weights.map { try Source(role: "weights", file: $0) }
    sources.append(try Source(role: "configuration", file: job.model.appending(path: "config.json")))
    for file in tokenizer.files { sources.append(try Source(role: "tokenizer", file: URL(filePath: file))) }
    sources.append(try Source(role: "corpus", file: job.corpus.file))
    if let file = job.corpus.parallel { sources.append(try Source(role: "parallel corpus", file: file)) }
    if let file = job.file { sources.append(try Source(role: "job", file: file)) }
    if let file = job.thresholdsFile { sources.append(try Source(role: "thresholds", file: file)) }
    self.init(
      sources: sources, versions: [("tomograph", Command.version)], timings: watch.laps, started: watch.started,
      threads: Workers.count)
  }
}
