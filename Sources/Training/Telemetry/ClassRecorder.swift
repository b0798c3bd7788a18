import Analyses
import Tensors
import Transformers

/// The classes of all heads, as a report finds them of the rows of a step's batches and of the probe by the weights that
/// the step begins with.
final class ClassRecorder: @unchecked Sendable {
  private var analysis: AttentionAnalysis
  private var watcher: (any AttentionWatcher)?
  private var documents: (sources: [TokenizedDocument], targets: [TokenizedDocument]) = ([], [])

  /// Runs the probe at once.
  init(_ model: Model, _ probe: RepeatedTokenProbe?) throws {
    analysis = AttentionAnalysis(AnalysisContext(model: model, seed: 0, label: nil))
    try probe?.run(model, sites: analysis.needs.repeatedTokenSites) { analysis.observe($0) }
  }

  /// Before a pass.
  func begin(_ sources: [TokenizedDocument], _ targets: [TokenizedDocument]) {
    documents = (sources, targets)
    watcher = analysis.rowWatcher(sources, targets)
  }

  /// Called from several threads; as the watcher says.
  func see(_ band: AttentionBand) { watcher?.see(band) }

  /// After a pass.
  func end() {
    guard let watcher else { return }
    analysis.observe(
      Observation(
        stream: .corpus, documents: documents.sources, targets: documents.targets, trace: Trace(), watchers: [watcher]))
  }

  /// Under the sites of the patterns.
  var classes: [Site: [PatternClass]] { analysis.classes }
}
