package import Results
import Plotting
import Support

/// The whole attention of single heads on a long document, pooled over blocks of positions.
package enum PooledPatterns: FigureBuilder {
  /// A document's pooled maps.
  private struct Pooled {
    let kept: PooledAttention
    let isCausal: Bool

    var id: String { kept.id }
    var length: Int { kept.length }
    var size: Int { kept.size }
    var mean: NumericArray { kept.mean }
    var maximum: NumericArray { kept.maximum }
    var blocks: Int { kept.blocks }

    init?(_ results: RunResults) {
      guard let kept = results[analysis: AttentionMetrics.analysis].flatMap({ PooledAttention($0) }) else { return nil }
      self.kept = kept
      isCausal = results.subject.model.isCausal
    }

    /// One head's blocks; those that the causal mask hides are empty paper.
    func readings(_ array: NumericArray, _ choice: HeadView.Head, factor: (Int, Int) -> Double) -> [PlotValue] {
      let base = (choice.layer * mean.shape[1] + choice.head) * blocks * blocks
      return (0..<blocks * blocks).map { cell in
        let (query, key) = (cell / blocks, cell % blocks)
        return isCausal && key > query ? .blank : PlotValue(Double(array.values[base + cell]) * factor(query, key))
      }
    }

    /// How many keys of a block a query of a block sees on average; a window hides some, whose weight is 0 anyway.
    func keysSeen(_ query: Int, _ key: Int) -> Double {
      let keys = Double(min(size, length - key * size))
      return isCausal && query == key ? (keys + 1) / 2 : keys
    }
  }

  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let pooled = Pooled(results) else { return [] }
    return HeadPatterns.choices(results, layers: pooled.mean.shape[0], heads: pooled.mean.shape[1]).map {
      .figure(figure($0, pooled, results))
    }
  }

  private static func figure(_ choice: HeadView.Head, _ pooled: Pooled, _ results: RunResults) -> Figure {
    let blocks = pooled.blocks
    let shares = pooled.readings(pooled.mean, choice, factor: pooled.keysSeen)
    let maxima = pooled.readings(pooled.maximum, choice) { _, _ in 1 }
    let high = max(extent(shares)?.upperBound ?? 1, extent(maxima)?.upperBound ?? 1)
    func axis(_ title: String) -> Axis {
      Axis(.band((0..<blocks).map { .index($0 * pooled.size) }), title)
    }
    func panel(_ title: String, _ values: [PlotValue]) -> Plot.Panel {
      Plot.Panel(title, [CellMark(rows: blocks, columns: blocks, values: values)])
    }
    let title = phrase("pooledPatterns.attentionHeadChoiceWhole", ["choice": choice.name, "pooled": pooled.id])
    var plot = Plot(
      title, x: axis(phrase("pooledPatterns.keyPosition")), y: axis(phrase("pooledPatterns.queryPosition")),
      color: .sequential(phrase("axis.attention"), 0...max(high, 1e-6), transform: .squareRoot),
      shape: .square(rows: blocks, columns: blocks, largestSide: 300), columns: 2,
      panels: [
        panel(phrase("pooledPatterns.shareBlocksKeys"), shares), panel(phrase("pooledPatterns.largestWeight"), maxima),
      ])
    plot.hasFrame = true
    let (length, size) = (NumberFormat.count(pooled.length), NumberFormat.count(pooled.size))
    return Figure(
      id: "attention-pooled-\(slug(choice.name))", analysis: "attention",
      title: title,
      caption: Caption(results: results).text(
        phrase(
          "pooledPatterns.attentionHeadChoice",
          [
            "choice": choice.name, "reason": choice.reason, "length": length, "pooled": pooled.id, "size": size,
            "phrase": (pooled.isCausal ? phrase("pooledPatterns.blocksHiddenCausal") : ""),
          ]), n: phrase("caption.oneDocument"),
        analysis: "attention"),
      altText: alt(shares, maxima, pooled), extent: .text, plot: plot,
      table: DataTable([
        ("query_block_start", .integers((0..<blocks * blocks).map { $0 / blocks * pooled.size })),
        ("key_block_start", .integers((0..<blocks * blocks).map { $0 % blocks * pooled.size })),
        ("share", .readings(shares)), ("largest_weight", .readings(maxima)),
      ]))
  }

  private static func alt(_ shares: [PlotValue], _ maxima: [PlotValue], _ pooled: Pooled) -> String {
    let blocks = pooled.blocks
    func total(_ includes: (Int, Int) -> Bool) -> Double {
      shares.indices.reduce(0) { includes($1 / blocks, $1 % blocks) ? $0 + (shares[$1].number ?? 0) : $0 }
        / Double(blocks)
    }
    func text(_ value: Double) -> String { NumberFormat.text(value, digits: 2) }
    return phrase(
      "pooledPatterns.querysAttentionMean",
      [
        "blocks": blocks, "total": text(total { $1 == 0 }), "total2": text(total { $0 == $1 }),
        "max": text(maxima.compactMap(\.number).max() ?? 0),
      ])
  }
}
