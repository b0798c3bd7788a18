import Drawing
package import Plotting
import Support

/// Histograms at steps of training, one above the other.
package struct StepRidges: FigureContent {
  package let title: String
  let steps: [Int]
  /// One more than a histogram has bins.
  let edges: [Double]
  /// Of each step, by bin.
  let counts: [[Double]]
  /// At each step, elements that are no numbers.
  let gaps: [Int]
  /// Along the axis: "log_{10} |\\it{g}|".
  let quantity: String

  private static let most = 30

  package init(
    title: String, steps: [Int], edges: [Double], counts: [[Double]], gaps: [Int] = [], quantity: String
  ) {
    precondition(steps.count == counts.count && counts.allSatisfy { $0.count + 1 == edges.count })
    precondition(gaps.isEmpty || gaps.count == steps.count)
    self.title = title
    self.steps = steps
    self.edges = edges
    self.counts = counts
    self.gaps = gaps.isEmpty ? steps.map { _ in 0 } : gaps
    self.quantity = quantity
  }

  /// Evenly among the steps, with the first and the last.
  private var shown: [Int] {
    guard steps.count > Self.most else { return Array(steps.indices) }
    return (0..<Self.most).map { $0 * (steps.count - 1) / (Self.most - 1) }
  }

  package var what: String {
    let cut =
      shown.count < steps.count
      ? phrase("stepRidges.shownStepsSteps", ["shown": shown.count, "steps": steps.count]) : ""
    return
      phrase("stepRidges.histogramsPlainSteps", ["plain": RichText(quantity).plain, "cut": cut])
  }

  private var medians: [PlotValue] {
    counts.map { counts in
      let total = counts.reduce(0, +)
      var sum = 0.0
      for (bin, count) in counts.enumerated() where total > 0 {
        sum += count
        if sum >= total / 2 { return PlotValue((edges[bin] + edges[bin + 1]) / 2) }
      }
      return .missing
    }
  }

  package var altText: String {
    let gone = gaps.reduce(0, +)
    return phrase(
      "stepRidges.shownRidgesMedian",
      [
        "shown": shown.count, "range": Seen.range(medians, steps.map { phrase("stepRidges.stepValue", ["value": $0]) }),
        "number": medians.first?.number.map { NumberFormat.text($0) } ?? "none",
        "number2": medians.last?.number.map { NumberFormat.text($0) } ?? "none",
        "gone": (gone > 0 ? phrase("stepRidges.goneElementsNo", ["gone": gone]) : ""),
      ])
  }

  package var plot: any Plottable {
    let middles = zip(edges, edges.dropFirst()).map { ($0 + $1) / 2 }
    let ridges = shown.map { index -> RidgeMark.Ridge in
      let total = max(counts[index].reduce(0, +), 1)
      return .init(
        x: middles, height: zip(counts[index], zip(edges, edges.dropFirst())).map { $0 / total / ($1.1 - $1.0) },
        gaps: gaps[index])
    }
    let last = Double(max(steps.last ?? 1, 1))
    var color = ColorScale.sequential(phrase("axis.step"), 0...last)
    color.isForLines = true
    return Plot(
      title, x: Axis(.linear, quantity),
      y: .categories(shown.map { NumberFormat.count(steps[$0]) }, phrase("axis.step")), color: color,
      shape: .lines(shown.count, height: min(17, 270 / Double(max(shown.count, 1)))),
      marks: [RidgeMark(ridges, color: shown.map { PlotValue(Double(steps[$0])) })])
  }

  package var table: DataTable {
    let rows = steps.indices.flatMap { step in counts[step].indices.map { (step, $0) } }
    return DataTable([
      ("step", .integers(rows.map { steps[$0.0] })), ("low", .readings(rows.map { PlotValue(edges[$0.1]) })),
      ("high", .readings(rows.map { PlotValue(edges[$0.1 + 1]) })),
      ("count", .readings(rows.map { PlotValue(counts[$0.0][$0.1]) })),
    ])
  }
}
