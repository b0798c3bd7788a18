import Results
import Support

/// Why a head is one of a finding's members, and how much so.
struct Concern {
  /// The member of greatest extremity lends the finding its evidence.
  var extremity: Double
  var evidence: [Evidence]
}

extension Rule {
  /// One finding for each layer that has heads of concern: a note, a warning from a share `warn` of the layer's heads
  /// on, a failure from a share `fail` on.
  ///
  /// The heads are those of the first metric that the rule reads.
  func findings(
    ofHeads results: RunResults, warn: Double, fail: Double, concern: (Component) -> Concern?
  ) -> [Finding] {
    let heads = reads.first.flatMap { results[$0] }?.rows.map(\.component).filter { $0.head != nil } ?? []
    var layers: [(layer: Component, heads: [Component])] = []
    for head in heads {
      guard let index = head.layer else { continue }
      let layer = Component(.layer(index), stack: head.stack)
      if layers.last?.layer == layer {
        layers[layers.count - 1].heads.append(head)
      } else {
        layers.append((layer, [head]))
      }
    }
    return layers.compactMap { layer, heads in
      let concerned = heads.compactMap { head in concern(head).map { (head: head, concern: $0) } }
      guard let worst = concerned.max(by: { $0.concern.extremity < $1.concern.extremity }) else { return nil }
      let share = Double(concerned.count) / Double(heads.count)
      let severity: Severity = share >= fail ? .fail : share >= warn ? .warn : .note
      let line: Double? = severity == .fail ? fail : severity == .warn && warn > 0 ? warn : nil
      let shareOfHeads = Evidence(
        metric: "\(id).share", title: "evidence.shareOfHeads", component: layer,
        value: Quantity(share, n: heads.count), threshold: line, side: line == nil ? nil : .above)
      return Finding(
        rule: self, severity: severity, component: layer, members: concerned.map(\.head),
        evidence: worst.concern.evidence + [shareOfHeads])
    }
  }
}
