package import Support

/// Everything a run measured: what `results.json` and `arrays.safetensors` hold, and all that figures, diagnoses and
/// comparisons ever see of a model.
package struct RunResults: Sendable {
  package static let schema = 2
  /// The oldest that is read: its notes are sentences.
  static let oldestSchema = 1

  package var subject: Subject
  /// In the order of the report.
  package var analyses: [AnalysisResult]

  package init(subject: Subject, analyses: [AnalysisResult]) {
    self.subject = subject
    self.analyses = analyses
  }

  package subscript(analysis id: String) -> AnalysisResult? { analyses.first { $0.id == id } }

  /// The table of a metric, whichever analysis made it.
  package subscript(metric: Metric) -> MetricTable? {
    analyses.lazy.compactMap { $0[metric] }.first
  }
}

/// The model and the corpus that the numbers are about.
package struct Subject: Codable, Hashable, Sendable {
  package struct Model: Codable, Hashable, Sendable {
    package var name: String
    /// `gpt2`, `bert`: the `model_type` of its configuration.
    package var family: String
    /// `causal language model`, `masked language model`, `sequence classifier (2 classes)`.
    package var task: Message
    package var layers: Int
    package var heads: Int
    package var width: Int
    package var headWidth: Int
    package var vocabulary: Int
    package var parameters: Int
    package var isCausal: Bool
    /// The stack that reads the source, where there are two; what is said above is then the decoder's.
    package var encoder: Stack?
    /// What the positions are, of a model that reads images.
    package var image: Image?
    /// `bf16`: what weights and the vectors they meet are rounded to; nil for float32.
    package var precision: String?
    /// Nil where there is nothing to say.
    package var weightNotes: [WeightNote]?
    /// Settings of the model's configuration that were not understood, and may change what it computes:
    /// `logit_scale: 0.0625`; nil where there are none.
    package var unknownSettings: [String]?

    /// A stack of blocks.
    package struct Stack: Codable, Hashable, Sendable {
      package var layers: Int
      package var heads: Int
      package var width: Int
      package var headWidth: Int

      package init(layers: Int, heads: Int, width: Int, headWidth: Int) {
        self.layers = layers
        self.heads = heads
        self.width = width
        self.headWidth = headWidth
      }
    }

    /// A square grid of patches behind leading tokens.
    package struct Image: Codable, Hashable, Sendable {
      /// Of the image, in pixels.
      package var side: Int
      package var patch: Int
      package var leadingTokens: Int

      package init(side: Int, patch: Int, leadingTokens: Int) {
        self.side = side
        self.patch = patch
        self.leadingTokens = leadingTokens
      }

      package var patchesPerSide: Int { side / patch }
    }

    package init(
      name: String, family: String, task: Message, layers: Int, heads: Int, width: Int, headWidth: Int, vocabulary: Int,
      parameters: Int, isCausal: Bool, encoder: Stack? = nil, image: Image? = nil, precision: String? = nil,
      weightNotes: [WeightNote]? = nil, unknownSettings: [String]? = nil
    ) {
      self.name = name
      self.family = family
      self.task = task
      self.layers = layers
      self.heads = heads
      self.width = width
      self.headWidth = headWidth
      self.vocabulary = vocabulary
      self.parameters = parameters
      self.isCausal = isCausal
      self.encoder = encoder
      self.image = image
      self.precision = precision
      self.weightNotes = weightNotes
      self.unknownSettings = unknownSettings
    }

    /// The kinds of attention and of residual stream that are kept apart, in the order of a pass.
    package var stacks: [Component.Stack] { encoder == nil ? [.only] : [.encoder, .decoder, .cross] }
  }

  package struct Corpus: Codable, Hashable, Sendable {
    package var name: String
    package var documents: Int
    package var tokens: Int
    /// The column that colours and groups ("upos"); nil where the corpus has no labels.
    package var label: String?
    /// Documents that were cut to the model's or the job's length.
    package var truncated: Int

    package init(name: String, documents: Int, tokens: Int, label: String?, truncated: Int) {
      self.name = name
      self.documents = documents
      self.tokens = tokens
      self.label = label
      self.truncated = truncated
    }
  }

  /// What made a run, and how it is made again; without clocks and whole paths.
  package struct Origin: Codable, Hashable, Sendable {
    /// Of the program.
    package var version: String
    /// Which model under its name: a revision, or a digest of its weights.
    package var model: String
    /// A digest of the corpus's files; nil where none was read.
    package var corpus: String?
    /// The command line, without what changes nothing in the artefacts, and without the run's name.
    package var command: String
    /// As the job gives it: no clock is read.
    package var date: String?

    package init(version: String, model: String, corpus: String?, command: String, date: String?) {
      self.version = version
      self.model = model
      self.corpus = corpus
      self.command = command
      self.date = date
    }
  }

  /// What a document's positions are, for the catalogue to choose by: "token" or "position".
  package var positionNoun: String { model.image == nil ? "token" : "position" }

  /// The job's name: the run folder's.
  package var name: String
  package var model: Model
  /// What was read; nil where no analysis needed a corpus.
  package var corpus: Corpus?
  package var seed: Int
  /// What of it figures and tables show; nil for everything.
  package var selection: Selection?
  /// Nil for a run of an older version.
  package var origin: Origin?

  package init(
    name: String, model: Model, corpus: Corpus?, seed: Int, selection: Selection? = nil, origin: Origin? = nil
  ) {
    self.selection = selection
    self.origin = origin
    self.name = name
    self.model = model
    self.corpus = corpus
    self.seed = seed
  }
}
