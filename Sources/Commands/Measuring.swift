import Analyses
import Corpora
import Engine
import Foundation
import Results
import Support
import Synchronization
import Tensors
import Transformers

extension Job {
  /// The model in a folder, in the numbers that the job asks for; large files are announced.
  func loaded(_ folder: URL, _ progress: Progress? = nil) throws -> (files: ModelFiles, model: Model) {
    let files = try files(of: folder)
    let bytes = files.weights.reduce(0) { $0 + ((try? $1.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0) }
    if bytes >= 64 << 20 { progress?.note(phrase("progress.reading", ["megabytes": bytes / 1_000_000])) }
    return (files, try Model(files: files, precision: precision.available, acceptsNonFinite: true))
  }
}

extension Runner {
  /// One whose runs are shown as they are done.
  init(_ model: Model, _ progress: Progress) {
    let isBegun = Mutex(false)
    self.init(model) { event in
      switch event {
      case .planned(let count):
        isBegun.withLock { begun in
          if !begun { progress.begin(phrase("progress.experiments"), of: 0, unit: phrase("progress.runs")) }
          begun = true
        }
        progress.extend(by: count)
      case .done(let count): progress.advance(by: count)
      }
    }
  }
}

extension Job {
  /// The tasks in a model's tokens.
  ///
  /// - Throws: `InputError` as `PairsFile` and `TokenizedTask`.
  func tokenizedTasks(_ tokenizer: Tokenizer?, _ d: ModelDescription) throws -> [TokenizedTask] {
    let readers = AnalysisSuite.readTasks(analyses)
    if !taskFiles.isEmpty, !readers.contains(where: { $0.concerns(d) }) {
      throw InputError(
        .usage, at: "tasks", phrase("error.doesNotApply"), expected: phrase("expected.languageModel"),
        found: d.task.text)
    }
    let tasks = try taskFiles.map { try TokenizedTask(PairsFile(path: $0.relativePath), tokenizer, d) }
    // What is found of a task is named after it.
    let names = Dictionary(grouping: tasks.indices) { tasks[$0].name.slug() }
    if let (_, places) = names.filter({ $0.value.count > 1 }).min(by: { $0.value[0] < $1.value[0] }) {
      throw InputError(
        .usage, at: "tasks", phrase("error.tasksShareName"), expected: phrase("expected.fileNamesDiffer"),
        found: places.map { taskFiles[$0].relativePath }.joined(separator: ", "))
    }
    return tasks
  }

  /// A model's way through the corpus, with what the job's analyses know beside it.
  ///
  /// - Throws: `InputError` as `CorpusMeasurement.run` and `tokenizedTasks`.
  func run(
    _ measurement: CorpusMeasurement, _ model: Model, _ files: ModelFiles, seed: Int? = nil, examples: [String]? = nil,
    progress: @escaping (Int) -> Void = { _ in }
  ) throws -> CorpusRun {
    try measurement.run(
      model, files, seed: seed ?? self.seed, examples: examples,
      tasks: { try tokenizedTasks($0, model.description) }, analysisSettings: analysisSettings, progress: progress)
  }

  /// What the analyses find that need no corpus.
  func measureWithoutCorpus(
    _ analyses: [any Analysis.Type], _ model: Model, _ files: ModelFiles, _ progress: Progress
  ) throws -> [AnalysisResult] {
    let own = try tokenizer.map { try Tokenizer(directory: $0) } ?? files.tokenizer
    let context = AnalysisContext(
      model: model, seed: UInt64(seed), label: nil, tasks: try tokenizedTasks(own, model.description),
      settings: analysisSettings)
    let results = try Accumulators(analyses, context).results(Runner(model, progress))
    progress.end()
    try model.checkFiles()
    return results
  }
}

extension ModelFiles {
  /// Nil where the folder has none.
  ///
  /// - Throws: `InputError` for a damaged one.
  var tokenizer: Tokenizer? {
    get throws {
      do {
        return try Tokenizer(of: self)
      } catch let error as InputError where error.problem == Tokenizer.absence {
        return nil
      }
    }
  }
}

extension CorpusRun {
  /// Measures while the progress is shown, with what was left out.
  func measure(
    _ analyses: [any Analysis.Type], _ progress: Progress
  ) throws -> (results: [AnalysisResult], extent: Extent) {
    for note in corpusNotes { progress.note(note.text) }
    progress.begin(phrase("progress.measuring"), of: corpus.documents, unit: phrase("unit.documents"))
    let measured = try measure(analyses, Runner(model, progress))
    progress.end()
    let tooShort = measured.extent.tooShort
    if tooShort > 0 { progress.note(phrase("measuring.leftOutTooshort", ["tooShort": tooShort])) }
    return measured
  }
}
