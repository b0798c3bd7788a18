import Analyses
import CairoRenderer
import Corpora
import Diagnosis
import Engine
import Foundation
import Reports
import Results
import Support
import Training
import Transformers

/// A study from its job to its report: every variant is trained, measured and judged, then all are set side by side.
struct StudyRun {
  private let file: StudyJobFile
  private let job: Job
  private let progress: Progress

  init(_ url: URL, _ arguments: Arguments, _ progress: Progress) throws {
    file = try StudyJobFile(contentsOf: url)
    var report = file.report
    report.model = url
    report.analyses = report.analyses ?? ["attention", "gradients", "representations", RoutingMetrics.analysis]
    job = try Job(arguments, over: report, Assets.find(option: arguments.text("assets")))
    self.progress = progress
  }

  private var trainings: URL { file.trainings(besides: job.output) }

  /// - Throws: `InputError` for settings that no training can have, before the first begins; and for what `train` and
  ///   `report` throw.
  func run(_ beginning: TrainingRun.Beginning) throws -> ExitCode {
    var watch = Stopwatch()
    let renderer = try Renderer(assets: job.assets)
    try Preflight.runFolder(job.output.appending(path: file.name))
    try Preflight.runFolder(trainings)
    try job.checkInputs()
    for variant in file.variants {
      let plan = try file.plan(variant, seed: file.seeds[0], output: trainings)
      try plan.checkConfiguration()
      for data in [plan.data, plan.evaluation?.data].compactMap({ $0 }) {
        try Preflight.input(URL(filePath: data.file.path), option: phrase("studyRun.dataPathEvaluation"))
      }
    }
    let measurement = try CorpusMeasurement(job.corpus, tokenizer: job.tokenizer, isShared: true)
    var variants: [Study.Variant] = []
    for (number, variant) in file.variants.enumerated() {
      var runs: [Study.Run] = []
      for seed in file.seeds {
        progress.note(
          phrase(
            "studyRun.numberVariantsVariant",
            [
              "number": number + 1, "variants": file.variants.count, "variant": variant.name,
              "seed": (file.seeds.count > 1 ? phrase("studyRun.seedSeed", ["seed": seed]) : ""),
            ]))
        guard let run = try train(variant, seed: seed, beginning, measurement) else { return .interrupted }
        runs.append(run)
      }
      variants.append(Study.Variant(name: variant.name, settings: variant.settings, runs: runs))
    }
    let study = Study(
      name: file.name, about: file.about, common: file.common, variants: variants,
      groups: file.groups.map { Study.Group(name: $0.name, about: $0.about, members: $0.members) })
    watch.lap(phrase("studyRun.trainAndMeasure"))
    try write(study, renderer, watch)
    return .pass
  }

  /// One training with what is measured of it; nil where a signal came.
  private func train(
    _ variant: StudyJobFile.Variant, seed: Int, _ beginning: TrainingRun.Beginning, _ measurement: CorpusMeasurement
  ) throws -> Study.Run? {
    let plan = try file.plan(variant, seed: seed, output: trainings)
    let settings = plan.folder.appending(path: "study-settings.json"), digest = file.digest(variant, seed: seed)
    let isSame = (try? String(contentsOf: settings, encoding: .utf8)) == digest
    let final = plan.folder.appending(path: "final")
    let isDone = FileManager.default.fileExists(
      atPath: final.appending(path: "config.json").path(percentEncoded: false))
    if !(beginning == .resumed && isSame && isDone) {
      var events = TrainingRun.Events()
      events.began = { steps, from, _, _ in
        progress.begin(phrase("progress.training"), of: steps - from, unit: phrase("unit.steps"))
      }
      events.noted = { progress.note($0) }
      events.step = { report in
        progress.advance(state: phrase("studyRun.lossLoss", ["loss": String(format: "%.4f", report.loss)]))
      }
      let own = beginning == .resumed && !isSame ? TrainingRun.Beginning.again : beginning
      let training = try TrainingRun(plan, own, events: events)
      let outcome = try training.run()
      progress.end()
      switch outcome {
      case .finished: try OutputFile.write(Array(digest.utf8), to: settings)
      case .interrupted: return nil
      case .stopped(let fault, let step):
        return Study.Run(
          seed: seed, folder: file.folderName(variant, seed: seed),
          fault: phrase("studyRun.faultStepStep", ["fault": fault.spelling, "step": step]))
      }
    }
    if Interruption.isRequested { return nil }
    return try measure(plan, final, seed: seed, measurement)
  }

  private func measure(
    _ plan: TrainingPlan, _ final: URL, seed: Int, _ measurement: CorpusMeasurement
  ) throws -> Study.Run {
    var own = job
    own.model = final
    own.name = plan.name
    let (files, model) = try job.loaded(final)
    let run = try job.run(measurement, model, files, seed: seed) { progress.advance(by: $0) }
    var (measured, extent) = try run.measure(AnalysisSuite.chosen(job.analyses, for: model.description), progress)
    if let text = run.reading.text { measured.insert(extent.text(of: text.tokenizer), at: 0) }
    measured.append(try TrainingLog(contentsOf: plan.folder.appending(path: TelemetryFiles.records)).result())
    let results = RunResults(subject: Subject(own, model, extent), analyses: measured).rounded
    return Study.Run(
      seed: seed, folder: plan.name, results: results, assessment: Assessment(results, thresholds: job.thresholds),
      tokensPerSecond: TelemetryFiles.medianSpeed(in: plan.folder))
  }

  private func write(_ study: Study, _ renderer: Renderer, _ watch: Stopwatch) throws {
    var watch = watch
    let base = try file.plan(file.variants[0], seed: file.seeds[0], output: trainings)
    var files = [
      ("corpus", job.corpus.file.url), (phrase("studyRun.trainingData"), URL(filePath: base.data.file.path)),
    ]
    if let evaluation = base.evaluation { files.append(("evaluation", URL(filePath: evaluation.data.file.path))) }
    if let url = job.file { files.append(("job", url)) }
    var sources = try files.map { role, url in
      try url.isFolder
        ? Provenance.Source(role: role, images: url) : Provenance.Source(role: role, file: url)
    }
    if let thresholds = job.thresholdsFile {
      sources.append(try Provenance.Source(role: "thresholds", file: thresholds))
    }
    sources += try job.appearance.sources
    let report = ReportWriter(study)
    progress.begin(phrase("progress.drawing"), of: report.figureCount, unit: phrase("unit.figures"))
    let place = job.output.appending(path: file.name)
    try RunFolder.write(at: place) { folder in
      let context = ReportWriter.Context(
        templates: job.appearance.templates, formats: job.formats,
        draw: { try renderer.draw($0, $1, job.appearance) }, progress: { _, _ in progress.advance() })
      try report.write(context, to: folder)
      watch.lap("write")
      try Provenance(
        sources: sources, versions: [("tomograph", Command.version)], timings: watch.laps, started: watch.started,
        threads: Workers.current.count
      ).write(to: folder)
    }
    progress.end()
    progress.note(phrase("studyRun.reportAppending", ["appending": place.appending(path: "index.html").relativePath]))
  }
}
