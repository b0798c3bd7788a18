import Drawing
package import Plotting
import Support

/// Numbers over the steps of training: losses, the norm of the gradient, each with a band over batches or seeds.
package struct TrainingCurves: FigureContent {
  package let title: String
  let curves: [Curve]
  /// Along the axis: "loss (nats)".
  let quantity: String
  let isLogStep: Bool
  let isLogValue: Bool
  /// What the bands are: "lowest and highest of 8 batches".
  let interval: String
  /// Steps at which the model was kept.
  let checkpoints: [Double]
  /// A stretch of steps in which something changes.
  package struct Phase: Sendable {
    /// In the legend: "L1.H1 forms".
    package var name: String
    /// In the caption, behind "the strip is": "where the head L1.H1 forms".
    package var words: String
    package var steps: ClosedRange<Double>

    package init(_ name: String, words: String, steps: ClosedRange<Double>) {
      self.name = name
      self.words = words
      self.steps = steps
    }
  }
  let phase: Phase?
  /// The curve whose lowest number is named.
  let best: Int?

  package init(
    title: String, curves: [Curve], quantity: String, isLogStep: Bool = false, isLogValue: Bool = false,
    interval: String = "", checkpoints: [Double] = [], phase: Phase? = nil,
    best: Int? = nil
  ) {
    precondition(!curves.isEmpty && (best.map(curves.indices.contains) ?? true))
    self.title = title
    self.curves = curves
    self.quantity = quantity
    self.isLogStep = isLogStep
    self.isLogValue = isLogValue
    self.interval = interval
    self.checkpoints = checkpoints
    self.phase = phase
    self.best = best
  }

  private var name: String { String(RichText(quantity).plain.prefix { $0 != "(" }).trimmed }

  package var what: String {
    phrase(
      "trainingCurves.capitalisedfirstOverSteps",
      [
        "capitalisedFirst": name.capitalisedFirst,
        "curves": (curves.count > 1 ? ": \(listed(curves.map(\.name)))." : "."), "words": curves.words(interval),
        "phrase": (isLogStep ? phrase("trainingCurves.stepsLogarithmicScale") : ""),
        "phrase2": (isLogValue ? phrase("trainingCurves.verticalScaleLogarithmic") : ""),
        "phrase3": (checkpoints.isEmpty ? "" : phrase("trainingCurves.dottedLinesCheckpoints")),
        "words2":
          (phase.map { phase in
            phrase(
              "trainingCurves.stripStepsStep",
              [
                "step": Self.step(phase.steps.lowerBound), "step2": Self.step(phase.steps.upperBound),
                "words": phase.words,
              ])
          } ?? ""),
      ])
  }

  private static func step(_ step: Double) -> String { NumberFormat.text(step.rounded()) }

  private var lowest: (step: Double, value: Double)? {
    guard let best else { return nil }
    let points = zip(curves[best].x, curves[best].y).compactMap { x, y in y.number.map { (step: x, value: $0) } }
    return points.min { $0.value < $1.value }
  }

  package var altText: String {
    curves.seen(at: phrase("axis.step"))
      + (lowest.map {
        phrase("trainingCurves.lowestValueStep", ["value": NumberFormat.text($0.value), "step": Self.step($0.step)])
      } ?? "")
  }

  package var plot: any Plottable {
    // Step 0 has no place on a plain logarithmic scale.
    let hasZero = curves.contains { $0.x.contains { $0 <= 0 } }
    var x = Axis(isLogStep ? (hasZero ? .symlog(linearTo: 1) : .log) : .linear, phrase("axis.step"))
    if !isLogStep { x.tickStyle = .prefixed(unit: "") }
    var marks: [any Mark] = phase.map { [SpanMark(.atX, $0.steps, name: $0.name)] } ?? []
    marks += checkpoints.map { RuleMark(.atX, $0, paint: .muted, dash: [1, 2], name: phrase("legend.checkpoint")) }
    marks += curves.marks
    if let lowest, let best {
      marks.append(
        DotMark(
          x: [PlotValue(lowest.step)], y: [PlotValue(lowest.value)], paint: .category(best), radius: 4, shape: .ring))
      marks.append(
        LabelMark(
          [
            .init(
              phrase(
                "trainingCurves.valueAtStep",
                ["value": NumberFormat.text(lowest.value), "step": Self.step(lowest.step)]), x: lowest.step,
              y: lowest.value)
          ],
          avoiding: labelled))
    }
    return Plot(
      title, x: x, y: Axis(isLogValue ? .log : .linear, quantity), shape: .ratio(0.6), marks: marks)
  }

  /// Points that the label should not cover.
  private var labelled: [(x: Double, y: Double)] {
    curves.flatMap { curve in
      let curve = curve.thinned()
      return zip(curve.x, curve.y).compactMap { x, y in y.number.map { (x, $0) } }
    }
  }

  package var table: DataTable { curves.table("curve", x: "step", y: name.isEmpty ? "value" : name) }
}

extension String {
  var trimmed: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text.drop { $0 == " " })
  }

  var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}
