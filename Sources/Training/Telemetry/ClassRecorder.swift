import Analyses
import Engine
import Results
import Transformers

/// The classes of all heads, as a report finds them of the rows of a step's batches and of the probe by the weights that
/// the step begins with.
struct ClassRecorder {
  private let analysis: AttentionAnalysis
  private var state: AttentionAnalysis.State

  /// Runs the probe at once.
  init(_ model: Model, _ probe: RepeatedTokenProbe?) throws {
    var analysis = AttentionAnalysis(AnalysisContext(model: model, seed: 0, label: nil))
    analysis.hasIntervals = false
    var state = analysis.empty
    try probe?.run(model, sites: analysis.needs.repeatedTokenSites) { analysis.observe($0, into: &state) }
    (self.analysis, self.state) = (analysis, state)
  }

  /// Who looks at a pass.
  func watcher(_ documents: PassRecorder.Documents) -> any AttentionWatcher {
    analysis.rowWatcher(documents.sources, documents.targets)
  }

  /// After a pass.
  mutating func add(_ watcher: any AttentionWatcher, _ documents: PassRecorder.Documents) {
    analysis.observe(
      Observation(
        stream: .corpus, documents: documents.sources, targets: documents.targets, trace: Trace(), watchers: [watcher]),
      into: &state)
  }

  /// Under the sites of the patterns.
  var classes: [Site: [PatternClass]] { analysis.classes(of: state) }
}
