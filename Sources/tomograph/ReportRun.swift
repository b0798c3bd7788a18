import Analyses
import CairoRenderer
import Corpora
import Diagnosis
import Drawing
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
  let templates = try Templates(folder: job.assets.folder("templates"))
  let model = try Model(directory: job.model)
  let tokenizer = try Tokenizer(directory: job.model)
  let corpus = try CorpusSource(path: job.corpus.file.relativePath, format: job.corpus.format?.rawValue, limit: job.corpus.limit)
  watch.lap("load")

  let run = CorpusRun(
    model: model,
    reader: CorpusTokenizer(
      tokenizer: tokenizer, label: job.corpus.label,
      maximumLength: min(job.corpus.maxTokens ?? .max, model.description.maximumPositions)),
    corpus: corpus, seed: UInt64(job.seed), progress: { progress.advance(by: $0) })
  progress.begin("measuring", of: corpus.documents, unit: "documents")
  let analyses = AnalysisSuite.all.filter { job.analyses.contains($0.id) }
  let (measured, extent) = try run.measure(analyses)
  progress.end()
  if extent.tooShort > 0 { progress.note("\(extent.tooShort) documents of a single token were left out") }
  watch.lap("measure")

  let results = RunResults(subject: subject(job, model, extent), analyses: measured)
  let assessment = Assessment(results, thresholds: job.thresholds)
  let outcomes = FigureCatalog.outcomes(of: results)
  let figures = outcomes.compactMap(\.figure)
  watch.lap("judge")

  progress.begin("drawing", of: figures.count, unit: "figures")
  try RunFolder.write(at: job.output.appending(path: job.name)) { folder in
    let context = ReportWriter.Context(
      results: results, assessment: assessment, outcomes: outcomes, templates: templates, formats: job.formats,
      renderer: renderer, progress: { _, _ in progress.advance() })
    try ReportWriter().write(context, to: folder)
    watch.lap("write")
    try provenance(job, tokenizer, watch).write(to: folder)
  }
  progress.end()
  return assessment.verdict
}
