package import Plotting
import Support

/// What is left of a model's quality as parts of it are removed, in the order of each method.
package struct PruningCurves: FigureContent {
  package let title: String
  /// Over the share that is removed, 0…1.
  let curves: [Curve]
  /// "accuracy", "loss (nats)".
  let quantity: String
  /// What is removed: "heads".
  let parts: String
  let interval: String
  /// Of the whole model, and of guessing.
  let baseline: Double?
  let chance: Double?

  package init(
    title: String, curves: [Curve], quantity: String, parts: String, interval: String = "", baseline: Double? = nil,
    chance: Double? = nil
  ) {
    precondition(!curves.isEmpty)
    self.title = title
    self.curves = curves
    self.quantity = quantity
    self.parts = parts
    self.interval = interval
    self.baseline = baseline
    self.chance = chance
  }

  package var what: String {
    phrase(
      "pruningCurves.capitalisedfirstPartsRemoved",
      [
        "capitalisedFirst": quantity.capitalisedFirst, "parts": parts, "curves": listed(curves.map(\.name)),
        "words": curves.words(interval),
        "phrase": (baseline.map { phrase("pruningCurves.wholeModelHas", ["text": NumberFormat.text($0)]) } ?? ""),
        "phrase2": (chance.map { phrase("pruningCurves.chanceIsText", ["text": NumberFormat.text($0)]) } ?? ""),
      ])
  }

  /// The share up to which a curve keeps 95 % of what the whole model has above chance.
  private func kept(_ curve: Curve) -> String {
    guard let baseline else { return "" }
    let limit = (chance ?? 0) + 0.95 * (baseline - (chance ?? 0))
    let places = zip(curve.x, curve.y).prefix { _, y in
      y.number.map { baseline >= (chance ?? 0) ? $0 >= limit : $0 <= limit } ?? true
    }
    return places.last.map { phrase("pruningCurves.keeps95Quality", ["percent": Self.percent($0.0)]) } ?? ""
  }

  private static func percent(_ share: Double) -> String { NumberFormat.fixed(share * 100, decimals: 0) + " %" }

  package var altText: String {
    curves.map { curve in
      phrase(
        "pruningCurves.curveGoesRange",
        [
          "curve": curve.name,
          "range": Seen.range(
            curve.y, curve.x.map { phrase("pruningCurves.percentRemoved", ["percent": Self.percent($0)]) }),
          "kept": kept(curve),
        ])
    }.joined(separator: " ")
  }

  package var plot: any Plottable {
    var marks = curves.marks
    if let baseline {
      marks.append(RuleMark(.atY, baseline, paint: .ink, dash: [1, 2], name: phrase("pruningCurves.wholeModel")))
    }
    if let chance { marks.append(RuleMark(.atY, chance, name: phrase("legend.chance"))) }
    var plot = Plot(
      title,
      x: Axis(
        .linear, phrase("pruningCurves.partsRemoved", ["parts": parts]), domain: 0...(curves.flatMap(\.x).max() ?? 1)),
      y: Axis(.linear, quantity), shape: .ratio(0.62), marks: marks)
    plot.x.tickStyle = .percent
    return plot
  }

  package var table: DataTable { curves.table("method", x: "removed", y: quantity) }
}
