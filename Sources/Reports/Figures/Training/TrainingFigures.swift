import Plotting
package import Results
import Support

/// A training from its log: losses, gradient norm, rate, everything else as small lines, histograms over steps.
package enum TrainingFigures: FigureBuilder {
  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let analysis = results[analysis: TrainingMetrics.analysis] else { return [] }
    let curves = LoggedCurve.all(in: analysis)
    guard !curves.isEmpty else { return [] }
    let steps = (analysis[TrainingMetrics.checkpointSteps]?.values ?? []).map { Double($0) }
    func figure(_ content: some FigureContent, _ id: String, _ n: Int, _ unit: String = phrase("word.steps"))
      -> FigureOutcome
    {
      .figure(
        Figure(
          content, id: "training-\(id)", analysis: analysis.id,
          caption: Caption(results: results).text(
            content.what, n: phrase("caption.n", ["n": NumberFormat.count(n), "unit": unit]), analysis: analysis.id,
            onCorpus: false)))
    }
    var outcomes: [FigureOutcome] = []
    let losses = [CurveRole.trainingLoss, .validationLoss].compactMap { role in curves.first { $0.role == role } }
    if !losses.isEmpty {
      outcomes.append(
        figure(
          TrainingCurves(
            title: phrase("trainingFigures.lossOverTraining"), curves: losses.map(\.named),
            quantity: phrase("trainingFigures.lossNats"), checkpoints: steps,
            best: losses.firstIndex { $0.role == .validationLoss }), "loss", losses.map(\.curve.x.count).max() ?? 0))
    }
    if let accuracy = curves.first(where: { $0.role == .validationAccuracy }), accuracy.curve.x.count > 1 {
      outcomes.append(
        figure(
          TrainingCurves(
            title: phrase("trainingFigures.validationAccuracyOver"), curves: [accuracy.named],
            quantity: phrase("axis.accuracy"),
            checkpoints: steps), "accuracy", accuracy.curve.x.count))
    }
    if let norm = curves.first(where: { $0.role == .gradientNorm }) {
      outcomes.append(
        figure(
          TrainingCurves(
            title: phrase("trainingFigures.gradientNormOver"), curves: [norm.named],
            quantity: phrase("trainingFigures.gradientNormG"),
            isLogValue: norm.curve.y.allSatisfy { ($0.number ?? 1) > 0 }, checkpoints: steps), "gradient-norm",
          norm.curve.x.count))
    }
    if let layers = LoggedCurve.gradientNorms(curves) {
      outcomes.append(
        figure(
          LayerStepMap(
            title: phrase("trainingFigures.gradientNormLayer"), curves: layers,
            quantity: phrase("trainingFigures.gradientNorm"), symbol: "‖g‖₂"
          ),
          "gradient-layers", layers[0].x.count))
    }
    if let rate = curves.first(where: { $0.role == .learningRate }) {
      outcomes.append(
        figure(
          TrainingCurves(
            title: phrase("trainingFigures.learningRateOver"), curves: [rate.named],
            quantity: phrase("trainingFigures.learningRate"),
            checkpoints: steps), "learning-rate", rate.curve.x.count))
    }
    let ranks = RankCurves.drawn(curves)
    if !ranks.isEmpty {
      outcomes.append(
        figure(
          TrainingCurves(
            title: phrase("trainingFigures.effectiveRankOver"), curves: ranks.map(\.curve),
            quantity: phrase("trainingFigures.effectiveRank"),
            checkpoints: steps), "logged-rank", ranks.map(\.curve.x.count).max() ?? 0))
    }
    let classes = curves.filter { $0.role == .headCount && $0.peak > 0 }
      .sorted { $0.peak > $1.peak }.prefix(CheckpointFigures.most)
    if !classes.isEmpty {
      outcomes.append(
        figure(
          TrainingCurves(
            title: phrase("trainingFigures.headsClassOver"), curves: classes.map(\.ofGroup),
            quantity: phrase("trainingFigures.headsOfTheClass"),
            checkpoints: steps), "logged-classes", classes.map(\.curve.x.count).max() ?? 0))
    }
    let left = curves.filter { $0.role == nil && $0.curve.x.count > 1 }
    let others = left.filter { !$0.isDetail }
    for (page, start) in stride(from: 0, to: others.count, by: 20).enumerated() {
      let rows = others[start..<min(start + 20, others.count)].map { Sparklines.Row($0.curve.name, $0.curve.y) }
      outcomes.append(
        figure(
          LoggedLines(rows: rows, details: page == 0 ? left.count - others.count : 0),
          page == 0 ? "others" : "others-\(page + 1)", rows.map(\.values.count).max() ?? 0))
    }
    for histogram in LogHistogram.all(in: analysis) {
      let ridges = StepRidges(
        title: phrase("trainingFigures.histogramOverTraining", ["histogram": histogram.name]),
        steps: histogram.steps.map { Int($0) },
        edges: histogram.edges.map { Double($0) },
        counts: histogram.steps.indices.map { histogram.shares[$0].values.map { Double($0) } },
        quantity: phrase("axis.value"))
      outcomes.append(figure(ridges, "histogram-\(slug(histogram.name))", histogram.steps.count))
    }
    return outcomes
  }
}

/// The effective rank of residual points, by depth; of deep models evenly among them.
private enum RankCurves {
  /// Curves under the names of their points, `R0`, `encoder/R3`.
  static func drawn(_ curves: [LoggedCurve]) -> [(point: Component, curve: Curve)] {
    let all = curves.filter { $0.role == .effectiveRank && $0.peak > 0 }.compactMap { logged in
      Component(residualSite: logged.ofGroup.name).map { (point: $0, curve: logged.curve) }
    }.sorted { ($0.point.stack.rawValue, $0.point.point ?? 0) < ($1.point.stack.rawValue, $1.point.point ?? 0) }
    return CheckpointFigures.spread(all.count).map { index in
      var (point, curve) = all[index]
      curve.name = point.id
      return (point, curve)
    }
  }
}

/// A number of the log by step.
private struct LoggedCurve {
  var curve: Curve
  var role: CurveRole?

  static func all(in analysis: AnalysisResult) -> [LoggedCurve] {
    var seen: Set<String> = []
    return LogCurve.all(in: analysis).map { logged in
      // The same number of a second log is shown under its own name.
      let key = logged.role.map { $0.isGroup ? "\($0)/\(tail(of: logged.name))" : "\($0)" }
      let isFirst = key.map { seen.insert($0).inserted } ?? false
      return LoggedCurve(
        curve: Curve(
          logged.name, x: logged.steps.map { Double($0) }, y: logged.values.map { PlotValue(Double($0)) }),
        role: isFirst ? logged.role : nil)
    }
  }

  /// The gradient norm of every layer: of numbers whose names say “grad” or “layers/” and a layer, those of one layer
  /// together, `√(Σ ‖g‖²)`; nil where fewer than two layers have any, or not all at the same steps.
  static func gradientNorms(_ curves: [LoggedCurve]) -> [Curve]? {
    var layers: [(name: String, members: [Curve])] = []
    func norms(_ family: TelemetryFamily) -> [LoggedCurve] { curves.filter { $0.telemetry?.family == family } }
    let own = norms(.layers).isEmpty ? norms(.gradientNorm) : norms(.layers)
    let named =
      own.isEmpty ? curves.filter { $0.role == nil && tag(of: $0.curve.name).lowercased().contains("grad") } : own
    for curve in named.map(\.curve) {
      let parts = curve.name.split(whereSeparator: { "./".contains($0) })
      guard
        let place = parts.indices.dropFirst().first(where: {
          ["h", "layer", "layers", "block", "blocks", "encoder", "decoder"].contains(parts[$0 - 1])
            && Int(parts[$0]) != nil
        })
      else { continue }
      let stack = parts.first { $0 == "encoder" || $0 == "decoder" }.map { "\($0) " } ?? ""
      let name = phrase("trainingFigures.stackLayerPlace", ["stack": stack, "place": parts[place]])
      if let index = layers.firstIndex(where: { $0.name == name }) {
        layers[index].members.append(curve)
      } else {
        layers.append((name, [curve]))
      }
    }
    guard layers.count > 1, let steps = layers.first?.members.first?.x, steps.count > 1,
      layers.allSatisfy({ $0.members.allSatisfy { $0.x == steps } })
    else { return nil }
    return layers.map { layer in
      let norms = steps.indices.map { step -> PlotValue in
        let readings = layer.members.map { $0.y[step] }
        if let gap = readings.first(where: { $0.number == nil }) { return gap }
        return PlotValue(readings.compactMap(\.number).reduce(0) { $0 + $1 * $1 }.squareRoot())
      }
      return Curve(layer.name, x: steps, y: norms)
    }
  }

  /// Whether it is this program's own telemetry of one parameter, layer, residual point or head, of which a training has
  /// hundreds.
  var isDetail: Bool { telemetry?.member.contains(".") ?? false }

  private var telemetry: (family: TelemetryFamily, member: String)? { TelemetryFamily.split(curve.name) }

  /// The name without the run, which stands before a colon.
  private static func tag(of name: String) -> Substring { (name.split(separator: ":").last ?? "").drop { $0 == " " } }

  /// What stands behind the last slash.
  private static func tail(of name: String) -> String { name.split(separator: "/").last.map(String.init) ?? name }

  var peak: Double { curve.y.compactMap(\.number).max() ?? 0 }

  /// Under the name of its point or class.
  var ofGroup: Curve {
    var curve = curve
    curve.name = Self.tail(of: curve.name)
    return curve
  }

  /// Under the name of its role.
  var named: Curve {
    var curve = curve
    if let role { curve.name = phrase("role.\(role)") }
    return curve
  }
}

/// Everything else that was logged, a small line each.
private struct LoggedLines: FigureContent {
  let lines: Sparklines
  private let count: Int
  /// How many numbers of single parameters, layers and points are not drawn.
  private let details: Int

  init(rows: [Sparklines.Row], details: Int) {
    lines = Sparklines(title: phrase("trainingFigures.whatElseWas"), rows: rows)
    count = rows.count
    self.details = details
  }

  var title: String { lines.title }
  var what: String {
    phrase(
      "trainingFigures.countLogFrom",
      [
        "count": count,
        "details":
          (details > 0
          ? phrase("trainingFigures.detailsNumbersSingle", ["details": details]) : ""),
      ])
  }
  var altText: String { lines.altText }
  /// As wide as the text, so that names of logs have room.
  var extent: Figure.Extent { .text }
  var plot: any Plottable { lines.plot }
  var table: DataTable { lines.table }
}
