package import Results
package import Support
import Tensors
package import Transformers

/// A measurement of a model: it says what it needs of the model's way through the corpus, adds one batch after another to
/// a state, and makes a value of `Results` of that. What it has seen is in the state alone.
///
/// There are two kinds: a `CorpusAnalysis` is content with what it was shown; an `Experiment` lets a runner make runs of
/// its own.
package protocol Analysis: Sendable {
  associatedtype State: AnalysisState

  /// As the job names it.
  static var id: String { get }

  /// What a job can set.
  static var settings: any AnalysisSettings.Type { get }

  /// Whether the corpus is read for it.
  static var readsCorpus: Bool { get }

  /// Whether it measures on the tasks of the job, and runs where there are some.
  static var readsTasks: Bool { get }

  /// Whether it runs where a job names no analyses; one that takes longer than all others together does not.
  static var isByDefault: Bool { get }

  /// Whether a model has what is measured; where it has not, its reports do not mention the analysis.
  static func concerns(_ description: ModelDescription) -> Bool

  init(_ context: AnalysisContext)

  /// What has to be in the traces that `observe` is given; nothing else is kept.
  var needs: Needs { get }

  /// The state before the first batch.
  var empty: State { get }

  /// Adds one batch.
  func observe(_ observation: Observation, into state: inout State) throws

  /// What the whole comes to; this may take time.
  ///
  /// - Parameter runner: the only one who runs the model.
  func finish(_ state: State, _ runner: Runner) throws -> AnalysisResult
}

extension Analysis {
  package static var settings: any AnalysisSettings.Type { NoSettings.self }
  package static var readsCorpus: Bool { State.self != NoState.self }
  package static var readsTasks: Bool { false }
  package static var isByDefault: Bool { true }
  package static func concerns(_ description: ModelDescription) -> Bool { true }
}

/// An analysis of what can be seen while the model reads the corpus, or of the model's weights.
package protocol CorpusAnalysis: Analysis {
  func result(of state: State) throws -> AnalysisResult
}

extension CorpusAnalysis {
  package func finish(_ state: State, _ runner: Runner) throws -> AnalysisResult { try result(of: state) }
}

/// An analysis that plans runs: rows of input, what is changed in each, and what is asked of it.
package protocol Experiment: Analysis {}

/// What a job says of an analysis: `analyses: { probes: { label: "upos" } }`.
package protocol AnalysisSettings: Sendable {
  /// The defaults.
  init()

  /// - Throws: `InputError(.usage)` for a key that is not known and for a value of the wrong type.
  init(_ setting: Setting) throws
}

/// Of an analysis that nothing can be said of.
package struct NoSettings: AnalysisSettings {
  package init() {}
  package init(_ setting: Setting) throws { _ = try setting.fields([]) }
}

/// What an analysis has added up over some documents: data alone, which can be written down and read back exactly.
///
/// Memory must not grow with the corpus. What a state keeps of single documents or tokens is chosen by smallest
/// `stableHash`, so that the choice does not depend on how the corpus was cut.
package protocol AnalysisState: Codable, Sendable {
  /// Adds what was added up over later documents, which has to fit.
  mutating func merge(_ later: Self)

  /// Whether what was added up over later documents, as a file holds it, has the shapes that `merge` expects.
  func fits(_ later: Self) -> Bool
}

extension Array: AnalysisState where Element: AnalysisState {
  /// Element by element.
  package mutating func merge(_ later: [Element]) {
    for index in indices { self[index].merge(later[index]) }
  }

  package func fits(_ later: [Element]) -> Bool { count == later.count && zip(self, later).allSatisfy { $0.fits($1) } }
}

/// The state of an analysis of the model alone.
package struct NoState: AnalysisState {
  package init() {}
  package mutating func merge(_ later: NoState) {}
  package func fits(_ later: NoState) -> Bool { true }
}

extension Analysis where State == NoState {
  package var needs: Needs { Needs() }
  package var empty: NoState { NoState() }
  package func observe(_ observation: Observation, into state: inout NoState) {}
}

/// What the analyses know before the first batch.
package struct AnalysisContext: Sendable {
  package var model: Model
  package var seed: UInt64
  /// The column of the corpus that labels tokens ("upos"); nil where there is none.
  package var label: String?
  /// The documents whose attention is kept for figures; nil for those with the smallest hash.
  package var examples: [String]?

  /// What the corpus is read with; nil where it is no text, or nothing reads it.
  package var tokenizer: Tokenizer?
  /// Of a classifier, by their indices; empty where nothing says them.
  package var classNames: [Int: String] = [:]
  /// The tasks of the job, in tokens.
  package var tasks: [TokenizedTask]
  /// By the analyses' ids; those that are not there have their defaults.
  private var settings: [String: any AnalysisSettings]

  package init(
    model: Model, seed: UInt64, label: String?, examples: [String]? = nil, tasks: [TokenizedTask] = [],
    settings: [String: any AnalysisSettings] = [:]
  ) {
    self.tasks = tasks
    self.settings = settings
    self.examples = examples
    self.model = model
    self.seed = seed
    self.label = label
  }
}

extension AnalysisContext {
  /// What the job says of an analysis.
  package func settings<Settings: AnalysisSettings>(of id: String) -> Settings {
    settings[id] as? Settings ?? Settings()
  }
}

/// What an analysis asks of the runs of the model.
package struct Needs: Sendable {
  /// The corpus's documents, whatever is in their traces.
  package var documents = false
  /// Values on the corpus.
  package var sites: Set<Site> = []
  /// Values on seeded sequences of repeated tokens.
  package var repeatedTokenSites: Set<Site> = []
  /// The loss of every token, on the corpus and on the repeated tokens; of language models alone.
  package var tokenLosses = false
  /// Who is shown gradients of the corpus loss at sites and for parameters, made anew for each batch.
  package var gradientWatchers: [@Sendable ([TokenizedDocument], [TokenizedDocument]) -> any GradientWatcher] = []
  /// Who looks at the attention while the model runs on the corpus, made anew for each batch of documents and, in an
  /// encoder–decoder, targets.
  package var watchers: [@Sendable ([TokenizedDocument], [TokenizedDocument]) -> any AttentionWatcher] = []

  package init() {}

  package mutating func formUnion(_ other: Needs) {
    documents = documents || other.documents
    sites.formUnion(other.sites)
    repeatedTokenSites.formUnion(other.repeatedTokenSites)
    tokenLosses = tokenLosses || other.tokenLosses
    gradientWatchers += other.gradientWatchers
    watchers += other.watchers
  }

  /// Whether anything is asked of the gradients of the corpus loss.
  package var wantsGradients: Bool { !gradientWatchers.isEmpty }

  /// Whether anything is asked of the corpus.
  package var readsCorpus: Bool { documents || runsModel }

  /// Whether anything is asked of the model's runs on the corpus.
  package var runsModel: Bool {
    tokenLosses || !sites.isEmpty || wantsGradients || !watchers.isEmpty
  }

  /// Whether anything is asked of the repeated tokens.
  package var readsRepeatedTokens: Bool { tokenLosses || !repeatedTokenSites.isEmpty }
}

/// One batch as the analyses see it: its documents, and what the model did with them.
///
/// Row `i` of every tensor belongs to `documents[i]`, whose real positions are `0 ..< documents[i].ids.count`; what lies
/// beyond is padding.
package struct Observation: Sendable {
  package enum Stream: Sendable {
    case corpus
    /// The same documents with tokens masked, for the loss of a masked language model; only gradients are of interest.
    case maskedCorpus
    /// Sequences `opening x x closing`; `half` is the length of `x`, which starts at position `start`.
    case repeatedTokens(start: Int, half: Int)
  }

  package var stream: Stream
  package var documents: [TokenizedDocument]
  /// What the decoder of an encoder–decoder reads beside each document: the target so far.
  package var targets: [TokenizedDocument]
  package var trace: Trace
  /// Those of `Needs.watchers` and `Needs.gradientWatchers` that looked on.
  package var watchers: [any AttentionWatcher]
  package var gradientWatchers: [any GradientWatcher]
  /// Of each document, drawn once for all analyses; a target has its document's.
  package let weights: [BootstrapWeights]

  package init(
    stream: Stream, documents: [TokenizedDocument], targets: [TokenizedDocument] = [], trace: Trace,
    watchers: [any AttentionWatcher] = [], gradientWatchers: [any GradientWatcher] = []
  ) {
    self.gradientWatchers = gradientWatchers
    self.stream = stream
    self.documents = documents
    self.targets = targets
    self.trace = trace
    self.watchers = watchers
    weights = documents.map { BootstrapWeights(hash: $0.bootstrapHash) }
  }

  /// What a stack reads.
  package func documents(of stack: Site.Stack) -> [TokenizedDocument] { stack == .decoder ? targets : documents }
}
