package import Corpora
package import Foundation
package import Support
package import Transformers

/// A training, with every choice made: what a job file comes to.
package struct TrainingPlan: Sendable {
  package enum Source: Sendable {
    /// From scratch, as the content of a Hugging Face `config.json` says.
    case scratch(JSON, Initialization)
    /// From the weights of a model's directory; what its head lacks for the task is initialised.
    case directory(URL, Initialization)
  }

  package enum TokenizerSource: Sendable {
    case directory(URL)
    case train(TokenizerTraining)
  }

  /// A corpus to learn from or to be judged by.
  package struct Data: Sendable {
    package var file: CorpusFile
    /// The column of the classes.
    package var label: String?
    package var limit: Int?

    package init(file: CorpusFile, label: String? = nil, limit: Int? = nil) {
      self.file = file
      self.label = label
      self.limit = limit
    }
  }

  /// How text becomes rows for a language model.
  package enum Packing: String, CaseIterable, Sendable {
    /// Documents one behind another with the end token between, cut into rows of the context's length.
    case stream
    /// A row each, cut to the context's length.
    case documents
    /// The file as it is, line breaks and all, as one document.
    case file
  }

  package enum Length: Hashable, Sendable { case steps(Int), epochs(Double) }

  package struct Evaluation: Sendable {
    package var data: Data
    /// Steps from one to the next; there is one before the first step and after the last.
    package var every: Int
    /// Pairs of a translation, evenly chosen, that are decoded at most for the share of exact ones; 0 for none.
    package var exactMatch: Int

    package init(data: Data, every: Int, exactMatch: Int = 200) {
      self.data = data
      self.every = every
      self.exactMatch = exactMatch
    }
  }

  package var name: String
  package var task: TrainingTask
  package var source: Source
  /// Nil for images, and for the tokenizer of the model's directory.
  package var tokenizer: TokenizerSource?
  /// The content of `preprocessor_config.json`, nil for that of the model's directory or the family's default.
  package var imageProcessor: JSON?
  package var data: Data
  package var evaluation: Evaluation?
  /// Positions of an example; nil for as many as the model has.
  package var context: Int?
  package var packing = Packing.stream
  package var length = Length.steps(1000)
  package var batch = 16
  package var accumulation = 1
  package var optimizer = OptimizerSettings()
  package var rate = 1e-3
  package var shape = Schedule.Shape.cosine
  package var warmup = 0
  package var floor = 0.0
  package var dropout = DropoutRates()
  package var labelSmoothing = 0.0
  /// The share of tokens that a masked language model is asked for.
  package var masking = 0.15
  /// Faults that are kept in the weights on purpose.
  package var plants: [PlantedFault] = []
  /// What stays as it is.
  package var frozen = FrozenParts()
  package var onFault = TrainerSettings.FaultPolicy.stop
  package var checkpoints = CheckpointPlan()
  /// Steps from one entry of the log to the next.
  package var logEvery = 10
  package var telemetry: TelemetryPlan?
  package var seed = 0
  /// Where the folder of the run is to be.
  package var output: URL

  package init(name: String, task: TrainingTask, source: Source, data: Data, output: URL) {
    self.name = name
    self.task = task
    self.source = source
    self.data = data
    self.output = output
  }

  package var folder: URL { output.appending(path: name) }
}

/// What is recorded of steps beside the log.
package struct TelemetryPlan: Hashable, Sendable {
  /// Steps from one record to the next.
  package var every: Int
  /// Whether records have histograms of the gradients of every parameter.
  package var histograms: Bool
  /// Steps from one classification of the heads to the next, made a multiple of `every`; 0 for none. One costs a forward
  /// pass over 16 sequences of up to 100 repeated tokens and a closer look at the attention of the step.
  package var classes: Int

  package init(every: Int = 1, histograms: Bool = true, classes: Int = 20) {
    self.every = every
    self.histograms = histograms
    self.classes = classes
  }

  /// Whether a step's record has the classes of heads.
  func classifies(_ step: Int) -> Bool {
    guard classes > 0 else { return false }
    return step % (every * ((classes - 1) / every + 1)) == 0
  }
}
