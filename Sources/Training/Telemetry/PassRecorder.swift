import Analyses
import Tensors
import Transformers

/// Looks at one of a step's passes, as values and gradients go by.
final class PassRecorder: @unchecked Sendable {
  typealias Documents = (sources: [TokenizedDocument], targets: [TokenizedDocument])

  let documents: Documents
  let entropies: EntropySums
  /// Nil where heads are not classified.
  let watcher: (any AttentionWatcher)?
  /// By stack.
  private(set) var ranks: [RankSamples]
  private(set) var flows: [Site: GradientFormulas.Flow] = [:]
  private let stacks: [StackDescription]
  /// Real positions of each row, by stack.
  private let lengths: [[Int]]

  /// - Parameter share: of the batch's rows that the pass has.
  init(_ d: ModelDescription, _ input: ModelInput, share: Double, kinds: TokenKinds, _ classes: ClassRecorder?) {
    let documents = input.documents(kinds, of: d)
    self.documents = documents
    stacks = d.stacks
    entropies = EntropySums(d, input)
    watcher = classes?.watcher(documents)
    ranks = stacks.map { stack in
      let isTarget = stack.role == .decoder
      return RankSamples(
        stack, isTarget ? documents.targets : documents.sources,
        length: isTarget ? input.target?.length ?? input.length : input.length, share: share)
    }
    lengths = stacks.map { $0.role == .decoder ? input.targetLengths : input.lengths }
  }

  /// What a block writes to the stream.
  static func modules(_ stack: StackDescription) -> [Site.Kind] {
    stack.role == .decoder ? [.attentionOut, .crossOut, .mlpOut] : [.attentionOut, .mlpOut]
  }

  /// Ends with the pass, whose thread alone shows values and gradients.
  var request: TraceRequest {
    var points: [Site: (stack: Int, point: Int)] = [:]
    var owners: [Site: Int] = [:]
    for (index, stack) in stacks.enumerated() {
      for point in 0...stack.layers {
        points[stack.residual(point: point)] = (index, point)
        owners[stack.residual(point: point)] = index
      }
      for layer in 0..<stack.layers {
        for kind in Self.modules(stack) { owners[stack.site(kind, layer: layer)] = index }
      }
    }
    var request = TraceRequest()
    request.look = Look(
      sites: Set(points.keys),
      value: { [points] site, value in
        if let (stack, point) = points[site] { self.ranks[stack].add(value, at: point) }
      },
      gradients: Set(owners.keys),
      gradient: { [owners] site, value, gradient in
        guard let stack = owners[site] else { return }
        self.flows[site] = GradientFormulas.flow(gradient, value, lengths: self.lengths[stack])
      },
      rows: { [entropies, watcher] band in
        entropies.see(band)
        watcher?.see(band)
      })
    return request
  }
}
