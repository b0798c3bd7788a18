import Analyses
import Diagnosis
import Engine
import Foundation
import Reports
import Results
import Tensors

/// What a run is asked to do: the job file with the command line's options over it, every default filled in.
struct Job: Sendable {
  /// From which verdict on the run counts as failed.
  enum Gate: String, CaseIterable, Sendable {
    case fail, warn, never

    func isClosed(by verdict: Verdict) -> Bool {
      switch self {
      case .fail: verdict.level == .fail
      case .warn: verdict.level != .pass
      case .never: false
      }
    }
  }

  /// Every analysis of this version.
  static let analyses = AnalysisSuite.all.map { $0.id }

  /// Whether anything reads the corpus: experiments on tasks and analyses of weights do not.
  var readsCorpus: Bool {
    !keep.isEmpty || training.checkpoints != nil || AnalysisSuite.readCorpus(analyses)
  }

  /// The run folder's name.
  var name: String
  /// The model's folder.
  var model: URL
  /// Where the base of a LoRA folder is, if it is not beside it.
  var adapterBase: URL?
  /// The folder of the tokenizer; nil where it is the model's own.
  var tokenizer: URL?
  var corpus: CorpusSettings
  /// In the order of `Job.analyses`.
  var analyses: [String]
  /// What the job says of single analyses, by their ids.
  var analysisSettings: [String: any AnalysisSettings]
  /// The files of the tasks.
  var taskFiles: [URL]
  /// What figures and tables show; nil for everything.
  var selection: Selection?
  var training: TrainingReading
  var thresholds: Thresholds
  /// Where the thresholds come from; nil for the defaults.
  var thresholdsFile: URL?
  /// Sites whose vectors are written.
  var keep: [String]
  /// The folder that the run folder goes into.
  var output: URL
  var formats: [FigureRendition.Format]
  var appearance: Appearance
  var seed: Int
  /// In which numbers the model runs, where the processor can.
  var precision: Precision
  var gate: Gate
  var assets: Assets
  /// The job file; nil where the command line said everything.
  var file: URL?
  /// The command line that repeats it, but for where it writes and how fast.
  var command: String
  /// What the report says that it is of ("2026-12-01"); nil for nothing.
  var date: String?
  /// Whether the page is written again as one file that needs no other.
  var isSingleFile: Bool
}
