import Analyses
import Engine
import Transformers

/// Looks at one of a step's passes, as values and gradients go by.
final class PassRecorder: @unchecked Sendable {
  typealias Documents = (sources: [TokenizedDocument], targets: [TokenizedDocument])

  let documents: Documents
  let entropies: AttentionEntropySums
  /// Nil where heads are not classified.
  let watcher: (any AttentionWatcher)?
  /// By stack.
  private(set) var ranks: [RankSamples]
  /// By point.
  private(set) var flows: [GradientFormulas.Flow]
  private let sites: TelemetrySites
  /// Real positions of each row, by stack.
  private let lengths: [[Int]]

  /// - Parameter share: of the batch's rows that the pass has.
  init(
    _ d: ModelDescription, _ sites: TelemetrySites, _ input: ModelInput, share: Double, kinds: TokenKinds,
    _ classes: ClassRecorder?
  ) {
    self.sites = sites
    let documents = input.documents(kinds, of: d), lengths = input.lengths, targetLengths = input.targetLengths
    self.documents = documents
    watcher = classes?.watcher(documents)
    entropies = AttentionEntropySums(sites, lengths: targetLengths, encoderLengths: lengths)
    ranks = d.stacks.map { stack in
      let isTarget = stack.role == .decoder
      return RankSamples(
        stack, isTarget ? documents.targets : documents.sources,
        length: isTarget ? input.target?.length ?? input.length : input.length, share: share)
    }
    self.lengths = d.stacks.map { $0.role == .decoder ? targetLengths : lengths }
    flows = sites.points.map { _ in GradientFormulas.Flow() }
  }

  /// Ends with the pass, whose thread alone shows values and gradients.
  var request: TraceRequest {
    var request = TraceRequest()
    request.observer = SiteObserver(
      sites: sites.residualSites,
      value: { site, value in
        guard let index = self.sites.pointIndices[site], let residual = self.sites.points[index].residual else {
          return
        }
        self.ranks[self.sites.points[index].stack].add(value, at: residual)
      },
      gradients: sites.pointSites,
      gradient: { site, value, gradient in
        guard let index = self.sites.pointIndices[site] else { return }
        self.flows[index] = GradientFormulas.flow(
          gradient, value, lengths: self.lengths[self.sites.points[index].stack])
      },
      rows: { [entropies, watcher] band in
        entropies.see(band)
        watcher?.see(band)
      })
    return request
  }
}
