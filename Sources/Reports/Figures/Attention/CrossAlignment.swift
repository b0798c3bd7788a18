import Plotting
package import Results
import Support

/// The cross-attention of an encoder–decoder on one pair of texts as an alignment: of the head that aligns best, beside
/// the mean of its layer.
package enum CrossAlignment: FigureBuilder {
  package static let isOfDocument = true

  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let sample = SampleDocument.all(in: results).first(where: \.isCross),
      let best = BestAligner(results, layers: sample.layers, heads: sample.heads) ?? BestAligner(sample)
    else { return [] }
    let cells = 0..<sample.queries * sample.keys
    let weights = sample.shownHeads.map { sample.readings(best.layer, $0) }
    let means = cells.map { cell in
      PlotValue(weights.reduce(0) { $0 + ($1[cell].number ?? .nan) } / Double(weights.count))
    }
    let heads = sample.isWhole ? phrase("crossAlignment.allHeads") : phrase("crossAlignment.theSelectedHeads")
    let one = AlignmentGrid.Map(
      best.name, quantity: phrase("crossAlignment.headBestReason", ["best": best.name, "reason": best.reason]),
      weights: sample.readings(best.layer, best.head))
    let mean = AlignmentGrid.Map(
      phrase("crossAlignment.meanLayerLayer", ["layer": best.layer]),
      quantity: phrase("crossAlignment.meanHeadsLayer", ["heads": heads, "layer": best.layer]), weights: means)
    let content = AlignmentGrid(
      title: phrase("crossAlignment.alignmentCrossAttention", ["sample": sample.name]), source: sample.keyTokens,
      target: sample.queryTokens,
      entries: (sample.entries.keys, sample.entries.queries), maps: sample.shownHeads.count > 1 ? [one, mean] : [one],
      gold: sample.gold)
    return [
      .figure(
        Figure(
          content, id: "attention-alignment", analysis: "attention",
          caption: Caption(results: results).text(
            phrase(
              "crossAlignment.crossAttentionDocument",
              ["sample": "\(sample.name) (\(sample.id))", "what": content.what]),
            n: phrase("crossAlignment.n1Pair"),
            analysis: "attention")))
    ]
  }
}

/// The head of cross-attention that aligns two texts best.
struct BestAligner {
  let layer: Int
  let head: Int
  /// "of all heads the one with …".
  let reason: String
  var name: String { Component.head(layer, head).id }

  /// By the alignments of the corpus; nil where it has none.
  init?(_ results: RunResults, layers: Int, heads: Int) {
    let rows = results[AttentionMetrics.alignmentErrorRate]?.rows ?? []
    let known = rows.compactMap { row -> (layer: Int, head: Int, rate: Double)? in
      guard let layer = row.component.layer, let head = row.component.head, layer < layers, head < heads,
        let rate = row.quantity.value, results.subject.selection?.shows(.head(layer, head)) ?? true
      else { return nil }
      return (layer, head, rate)
    }
    guard let best = known.min(by: { $0.rate < $1.rate }) else { return nil }
    (layer, head) = (best.layer, best.head)
    reason =
      phrase("crossAlignment.oneLowestAlignment", ["rate": NumberFormat.text(best.rate)])
  }

  /// By one document: heads that all look at one token, such as the closing one, align nothing however sharp they are.
  init?(_ sample: SampleDocument) {
    let shown = sample.shownLayers.flatMap { layer in sample.shownHeads.map { layer * sample.heads + $0 } }
    let all = shown.map { index -> (index: Int, used: Int, focus: Double) in
      let (layer, head) = (index / sample.heads, index % sample.heads)
      let weights = sample.readings(layer, head)
      let top = (0..<sample.queries).map { row -> Int? in
        Array(weights[row * sample.keys..<(row + 1) * sample.keys]).largest(1).first
      }
      return (index, Set(top.compactMap(\.self)).count, sample.focus(layer, head))
    }
    guard let best = all.max(by: { ($0.used, $0.focus, -$0.index) < ($1.used, $1.focus, -$1.index) }) else {
      return nil
    }
    (layer, head) = (best.index / sample.heads, best.index % sample.heads)
    reason =
      phrase("crossAlignment.oneWhoseRows", ["used": best.used])
  }
}
