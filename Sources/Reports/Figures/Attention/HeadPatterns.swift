package import Results
import Plotting
import Support

/// Single heads on one document: the strongest of each pattern class that was found, each as a heatmap with tokens, all
/// as lines from queries to keys; and the lines of every head.
package enum HeadPatterns: FigureBuilder {
  package static let isOfDocument = true

  private static let most = 3

  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard results[analysis: AttentionMetrics.analysis] != nil else { return [] }
    guard let sample = SampleDocument.all(in: results).first else {
      return [.omitted(id: "attention-head", reason: phrase("headPatterns.noDocumentsAttention"))]
    }
    let choices = choices(results, layers: sample.layers, heads: sample.heads)
    func figure(_ content: some FigureContent, _ id: String) -> FigureOutcome {
      .figure(
        Figure(
          content, id: "attention-\(id)", analysis: "attention",
          caption: Caption(results: results).text(content.what, n: phrase("caption.oneDocument"), analysis: "attention")
        ))
    }
    return choices.map { choice in
      let content = AttentionHeatmap(sample, layer: choice.layer, head: choice.head, reason: choice.reason)
      return figure(content, "head-\(slug(choice.name))")
    } + (choices.isEmpty ? [] : [figure(HeadView(sample, heads: choices), "lines")])
      + [figure(ModelView(sample), "model-view")]
  }

  /// The head that aligns best and the strongest of each class that was found, or else the most focused head.
  static func choices(_ results: RunResults, layers: Int, heads: Int) -> [HeadView.Head] {
    var choices =
      BestAligner(results, layers: layers, heads: heads).map {
        [HeadView.Head(layer: $0.layer, head: $0.head, reason: $0.reason)]
      } ?? []
    let classes = results[analysis: AttentionMetrics.analysis]?.classes() ?? []
    for name in PatternClass.allCases where choices.count < most {
      guard classes.count == layers * heads, classes.contains(name), let metric = name.score,
        let table = results[metric]
      else {
        continue
      }
      let members = table.rows.filter { row in
        guard let layer = row.component.layer, let head = row.component.head,
          layer < layers, head < heads
        else { return false }
        return classes[layer * heads + head] == name && row.quantity.value != nil
      }
      guard let best = members.max(by: { $0.quantity.number < $1.quantity.number }),
        let layer = best.component.layer, let head = best.component.head
      else { continue }
      if choices.contains(where: { ($0.layer, $0.head) == (layer, head) }) { continue }
      let score = NumberFormat.text(best.quantity.number)
      choices.append(
        HeadView.Head(
          layer: layer, head: head,
          reason: phrase(
            "headPatterns.headClassRawvalue",
            ["rawValue": name.title, "lowercasedFirst": metric.title.lowercasedFirst, "score": score])))
    }
    if choices.isEmpty, let (layer, head, entropy) = mostFocused(results, layers, heads) {
      choices = [
        HeadView.Head(
          layer: layer, head: head,
          reason: phrase("headPatterns.headLowestNormalised", ["entropy": NumberFormat.text(entropy)]))
      ]
    }
    return choices
  }

  private static func mostFocused(_ results: RunResults, _ layers: Int, _ heads: Int) -> (Int, Int, Double)? {
    let rows = results[AttentionMetrics.normalisedEntropy]?.rows ?? []
    let candidates = rows.compactMap { row -> (Int, Int, Double)? in
      guard let layer = row.component.layer, let head = row.component.head, let value = row.quantity.value,
        layer < layers, head < heads
      else { return nil }
      return (layer, head, value)
    }
    return candidates.min { $0.2 < $1.2 }
  }
}
