import Analyses
import Engine
import Foundation
import Results
import Support
import Training
import Transformers

/// What a report reads of a model's training: its logs, and its states in between.
struct TrainingReading: Sendable {
  struct Log: Sendable {
    var path: URL
    var columns = LogColumns()
  }

  let logs: [Log]
  let checkpoints: Checkpoints?
  /// The model of the report, which need not be measured again.
  private let model: URL

  /// Without `logs` it is the `trainer_state.json` in the model's folder, where there is one.
  init(logs: [Log]?, checkpoints: Checkpoints?, model: URL) {
    let state = URL(filePath: "\(model.relativePath)/trainer_state.json")
    let isThere = FileManager.default.fileExists(atPath: state.path(percentEncoded: false))
    self.logs = logs ?? (isThere ? [Log(path: state)] : [])
    self.checkpoints = checkpoints
    self.model = model
  }

  /// What is measured of the report's model, so that it can stand for a checkpoint.
  func seriesAnalyses(_ analyses: [any Analysis.Type]) -> [any Analysis.Type] {
    checkpoints == nil ? analyses : analyses + [PerStack<TokenVectors>.self]
  }

  /// The logs as one, read before anything is measured.
  ///
  /// - Throws: `InputError` for one that cannot be read.
  func log() throws -> TrainingLog {
    TrainingLog.merged(
      try logs.map { log in
        try Preflight.input(log.path, option: phrase("trainingReading.logsOrLogs"))
        return (log.path.lastPathComponent, try TrainingLog(contentsOf: log.path, columns: log.columns))
      })
  }

  /// The analysis `training`; nil where there is neither a log nor a series of checkpoints.
  ///
  /// - Parameters:
  ///   - measurement: of the report's corpus.
  ///   - own: the report's model.
  ///   - measured: what was found of it.
  /// - Throws: `InputError` for a checkpoint that cannot be read.
  func result(
    _ log: TrainingLog, _ job: Job, _ measurement: CorpusMeasurement?, of own: Model, _ measured: [AnalysisResult],
    _ progress: Progress
  ) throws -> AnalysisResult? {
    guard !logs.isEmpty || checkpoints != nil else { return nil }
    var result = log.result()
    guard let checkpoints, let measurement else { return result }
    let last = checkpoints.all[checkpoints.all.count - 1]
    let isMeasured = last.folder.standardizedFileURL.path == model.standardizedFileURL.path
    progress.begin(
      phrase("progress.measuring"), of: checkpoints.all.count - (isMeasured ? 1 : 0), unit: phrase("unit.checkpoints"))
    let final = try isMeasured ? (results: measured, weights: WeightDigests(own)) : measure(last, job, measurement)
    var series = CheckpointSeries(
      names: checkpoints.all.map(\.name), steps: checkpoints.all.map(\.step), last: final.results)
    var weights: [WeightDigests] = []
    for checkpoint in checkpoints.all.dropLast() {
      let measured = try measure(checkpoint, job, measurement)
      series.add(measured.results)
      weights.append(measured.weights)
      progress.advance()
    }
    series.add(final.results)
    weights.append(final.weights)
    progress.end()
    series.add(to: &result)
    SharedWeights(names: checkpoints.all.map(\.name), weights).add(to: &result)
    return result
  }

  /// What the job's analyses find of a checkpoint; maps of its tokens and its tasks are the last one's alone.
  private func measure(
    _ checkpoint: Checkpoints.Checkpoint, _ job: Job, _ measurement: CorpusMeasurement
  ) throws -> (results: [AnalysisResult], weights: WeightDigests) {
    let (files, model) = try job.loaded(checkpoint.folder)
    let run = try job.run(measurement, model, files)
    let left =
      [PerStack<ProjectionAnalysis>.id, PerStack<SimilarityAnalysis>.id]
      + AnalysisSuite.readTasks(job.analyses).map { $0.id }
    let analyses = AnalysisSuite.chosen(job.analyses.filter { !left.contains($0) }, for: model.description)
    return (try run.measure(seriesAnalyses(analyses)).results, WeightDigests(model))
  }
}

extension TrainingReading.Log {
  /// A path, or `{ path: …, columns: { step: "it", loss: "objective" } }`, in which a column's own name stands behind
  /// the one it gets.
  init(_ setting: Setting, path: (Setting?) throws -> URL?) throws {
    if setting.isText {
      guard let url = try path(setting) else { throw setting.error(phrase("trainingReading.hasNoPath")) }
      self.init(path: url)
      return
    }
    let fields = try setting.fields(["path", "columns"])
    guard let url = try path(fields["path"]) else { throw setting.error(phrase("trainingReading.hasNoPath")) }
    self.init(path: url)
    for (name, column) in try (fields["columns"]?.members() ?? [:]).sorted(by: { $0.key < $1.key }) {
      let own = try column.text()
      if name == "step" { columns.step = own } else { columns.names[own] = name }
    }
  }
}
