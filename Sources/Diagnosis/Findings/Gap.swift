package import Results
package import Support

/// A part of a run that a rule has too little to judge, so that it neither passes nor breaks the rule there.
package struct Gap: Hashable, Sendable {
  package enum Scope: Hashable, Sendable {
    case all
    case stack(Component.Stack)
    /// Layers, or points of the residual stream.
    case places([Component])
  }

  package let scope: Scope
  /// "no sequence has 16 tokens".
  package let reason: Message

  package init(_ scope: Scope, _ reason: Message) {
    self.scope = scope
    self.reason = reason
  }

  /// "decoder", "L3, L4 and 7 more"; nil for the whole run.
  var scopeName: Message? {
    switch scope {
    case .all: nil
    case .stack(let stack): stack.name
    case .places(let places): places.map(\.id).beginning(of: 4, separator: ", ")
    }
  }

  /// Whether a finding about a component lies in it.
  func holds(_ component: Component) -> Bool {
    switch scope {
    case .all: true
    case .stack(let stack): component.stack == stack
    case .places(let places): places.contains(component)
    }
  }
}

extension [Gap] {
  /// The gaps of a model whose stacks each may have a reason: one of all where every stack has one.
  init(_ stacks: [Component.Stack], reason: (Component.Stack) -> Message?) {
    let reasons = stacks.map { (stack: $0, reason: reason($0)) }
    guard reasons.allSatisfy({ $0.reason != nil }) else {
      self = reasons.compactMap { stack, reason in reason.map { Gap(.stack(stack), $0) } }
      return
    }
    let all = reasons.compactMap { stack, reason in reason.map { (stack: stack, reason: $0) } }
    guard let first = all.first, !all.allSatisfy({ $0.reason == first.reason }) else {
      self = all.prefix(1).map { Gap(.all, $0.reason) }
      return
    }
    let parts = all.map { Message("gap.ofStack", ["stack": $0.stack.name, "reason": $0.reason]) }
    self = [Gap(.all, parts.dropFirst().reduce(parts[0]) { Message("gap.both", ["first": $0, "second": $1]) })]
  }

  /// Where numbers that a rule reads are NaN, one gap for all layers and points concerned.
  init(nanOf metrics: [Metric], _ results: RunResults) {
    var (known, faulty): ([Component], [Component]) = ([], [])
    for row in metrics.flatMap({ results[$0]?.rows ?? [] })
    where row.component.tensor == nil && row.quantity.state != .notApplicable {
      let place = row.component.layer.map { Component(.layer($0), stack: row.component.stack) } ?? row.component
      if !known.contains(place) { known.append(place) }
      if row.quantity.state == .nan, !faulty.contains(place) { faulty.append(place) }
    }
    guard !faulty.isEmpty else {
      self = []
      return
    }
    let reason: Message = results.hasNonFiniteWeights ? "gap.nanBecauseOfWeights" : "gap.nan"
    self = [Gap(faulty.count == known.count ? .all : .places(faulty), reason)]
  }
}

extension RunResults {
  /// Rows that heads are judged on at the least, of sequences of at least 16 tokens.
  package static let leastRows = 16

  /// Why the heads of a stack cannot be judged, by what they do on the corpus; nil where they can.
  package func reasonNotToJudgeHeads(of stack: Component.Stack) -> Message? {
    let rows = self[AttentionMetrics.normalisedEntropy16]?.rows.filter { $0.component.stack == stack } ?? []
    guard let n = rows.map(\.quantity.n).max() else { return nil }
    let noun = subject.positionNoun
    if n == 0 { return Message("gap.noLongSequence", ["noun": noun]) }
    return n < Self.leastRows
      ? Message("gap.fewRows", ["n": n, "noun": noun, "leastRows": Self.leastRows]) : nil
  }
}

extension [String] {
  /// The first of them: "a, b and 7 more".
  func beginning(of count: Int, separator: String) -> Message {
    let shown = prefix(count).joined(separator: separator)
    return self.count > count
      ? Message("list.more", ["shown": shown, "more": self.count - count]) : Message(verbatim: shown)
  }
}
