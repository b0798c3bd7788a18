import Analyses
import Engine
import Results
import Transformers

/// The classes of all heads, as a report finds them of the rows of a step's batches and of the probe by the weights that
/// the step begins with.
struct ClassRecorder {
  private var analysis: AttentionAnalysis

  /// Runs the probe at once.
  init(_ model: Model, _ probe: RepeatedTokenProbe?) throws {
    analysis = AttentionAnalysis(AnalysisContext(model: model, seed: 0, label: nil))
    analysis.hasIntervals = false
    try probe?.run(model, sites: analysis.needs.repeatedTokenSites) { analysis.observe($0) }
  }

  /// Who looks at a pass.
  func watcher(_ documents: PassRecorder.Documents) -> any AttentionWatcher {
    analysis.rowWatcher(documents.sources, documents.targets)
  }

  /// After a pass.
  mutating func add(_ watcher: any AttentionWatcher, _ documents: PassRecorder.Documents) {
    analysis.observe(
      Observation(
        stream: .corpus, documents: documents.sources, targets: documents.targets, trace: Trace(), watchers: [watcher]))
  }

  /// Under the sites of the patterns.
  var classes: [Site: [PatternClass]] { analysis.classes }
}
