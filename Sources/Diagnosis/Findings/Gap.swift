package import Results
import Support

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
  package let reason: String

  package init(_ scope: Scope, _ reason: String) {
    self.scope = scope
    self.reason = reason
  }

  /// "decoder", "L3, L4 and 7 more"; nil for the whole run.
  package var scopeName: String? {
    switch scope {
    case .all: return nil
    case .stack(let stack): return stack.title.lowercased()
    case .places(let places):
      let names = places.prefix(4).map(\.id).joined(separator: ", ")
      return places.count > 4 ? phrase("gap.namesPlacesMore", ["names": names, "places": places.count - 4]) : names
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
  init(_ stacks: [Component.Stack], reason: (Component.Stack) -> String?) {
    let reasons = stacks.map { (stack: $0, reason: reason($0)) }
    guard reasons.allSatisfy({ $0.reason != nil }) else {
      self = reasons.compactMap { stack, reason in reason.map { Gap(.stack(stack), $0) } }
      return
    }
    let texts = reasons.compactMap(\.reason)
    let isSame = Set(texts).count == 1
    let parts = reasons.map { "\($0.stack.title.lowercased()): \($0.reason ?? "")" }
    self = texts.isEmpty ? [] : [Gap(.all, isSame ? texts[0] : parts.joined(separator: "; "))]
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
    let reason = phrase(results.hasNonFiniteWeights ? "gap.nanBecauseOfWeights" : "gap.itsNumbersAreNan")
    self = [Gap(faulty.count == known.count ? .all : .places(faulty), reason)]
  }
}

extension RunResults {
  /// Rows that heads are judged on at the least, of sequences of at least 16 tokens.
  package static let leastRows = 16

  /// Why the heads of a stack cannot be judged, by what they do on the corpus; nil where they can.
  package func reasonNotToJudgeHeads(of stack: Component.Stack) -> String? {
    let rows = self[AttentionMetrics.normalisedEntropy16]?.rows.filter { $0.component.stack == stack } ?? []
    guard let n = rows.map(\.quantity.n).max() else { return nil }
    let noun = "\(subject.positionNoun)s"
    if n == 0 { return phrase("gap.noSequenceHas", ["noun": noun]) }
    return n < Self.leastRows
      ? phrase("gap.onlyNRows", ["n": n, "noun": noun, "leastRows": Self.leastRows]) : nil
  }
}
