import Drawing
package import Plotting
import Results
import Support

/// The figures of a study.
struct StudyFigures {
  let study: Study

  private func figure(_ content: some FigureContent, _ id: String) -> Figure {
    let caption = FigureCaption(
      full: phrase("studyFigures.whatStudyStudy", ["what": content.what, "study": study.name, "about": study.about]),
      what: content.what, subject: study.name)
    return Figure(content, id: id, analysis: "study", caption: caption)
  }

  /// Every variant's loss, the lowest first.
  var losses: Figure? {
    let ranked = study.variants.compactMap { variant -> LossRanking.Row? in
      let values = variant.values(StudyNumbers.validationLoss).filter(\.isFinite)
      guard !values.isEmpty else { return nil }
      return LossRanking.Row(name: variant.name, values: values, isBase: variant.name == study.variants[0].name)
    }
    guard !ranked.isEmpty else { return nil }
    return figure(LossRanking(rows: ranked), "study-loss")
  }

  /// What stands in a group's section: the loss by step, then flow, entropy and rank by depth.
  func figures(of group: Study.Group, number: Int) -> (loss: Figure?, rest: [Figure]) {
    let id = "study-\(number + 1)"
    // As many as one panel can tell apart: the base, and of the others those that stand first.
    let variants = ([0] + group.members.filter { $0 != 0 }).prefix(VariantCurves.most).map { study.variants[$0] }
    let losses = variants.map { variant in
      curve(
        variant.name,
        variant.runs.compactMap { $0.results }.map { results in
          let validation = StudyNumbers.curve(.validationLoss, results)
          return validation.count > 2 ? validation : StudyNumbers.curve(.trainingLoss, results)
        })
    }.filter { !$0.x.isEmpty }
    func byDepth(
      _ title: String, _ quantity: String, _ place: String, _ from: Int, isLog: Bool = false, _ slug: String,
      _ about: String, _ values: (RunResults) -> [Double?]
    ) -> Figure? {
      let curves = variants.map { variant in
        curve(
          variant.name,
          variant.runs.compactMap { $0.results }.map { results in
            values(results).enumerated().compactMap { index, value in value.map { (Double(index + from), $0) } }
          })
      }.filter { $0.x.count > 1 }
      guard !curves.isEmpty else { return nil }
      return figure(
        VariantCurves(
          title: title, curves: curves, quantity: quantity, place: place, isLogValue: isLog, isWhole: true, about: about
        ),
        "\(id)-\(slug)")
    }
    let rest = [
      byDepth(
        phrase("studyFigures.gradientFlowFirst"), "E ‖gₜ‖·‖xₜ‖", phrase("studyFigures.residualPoint"), 1, isLog: true,
        "flow",
        phrase("studyFigures.meanOverTokens")
      ) { StudyNumbers.relativeFlow($0, first: true) },
      byDepth(
        phrase("studyFigures.attentionAfterTraining"), phrase("studyFigures.normalisedEntropy"), phrase("axis.layer"),
        0, "entropy",
        phrase("studyFigures.meanOverHeads")
      ) { StudyNumbers.entropies($0) },
      byDepth(
        phrase("studyFigures.dimensionsUseAfter"), phrase("studyFigures.effectiveRank"),
        phrase("studyFigures.residualPoint"), 0, "rank",
        phrase("studyFigures.effectiveRankToken")
      ) { StudyNumbers.ranks($0) },
    ].compactMap { $0 }
    let loss =
      losses.isEmpty
      ? nil
      : figure(
        VariantCurves(
          title: phrase("studyFigures.lossOverTraining", ["lowercasedFirst": group.name.lowercasedFirst]),
          curves: losses, quantity: phrase("studyFigures.lossNats"),
          place: phrase("axis.step"),
          isLogValue: false, isWhole: false,
          about: phrase("studyFigures.validationLossStep")),
        "\(id)-loss")
    return (loss, rest)
  }

  /// The mean over trainings, with their lowest and highest as the band.
  private func curve(_ name: String, _ runs: [[(Double, Double)]]) -> Curve {
    guard let first = runs.first else { return Curve(name, x: [], y: []) }
    let points = first.map(\.0)
    let values = points.map { x in runs.compactMap { run in run.first { $0.0 == x }?.1 } }
    let y = values.map { PlotValue($0.reduce(0, +) / Double($0.count)) }
    guard runs.count > 1 else { return Curve(name, x: points, y: y) }
    return Curve(
      name, x: points, y: y, low: values.map { PlotValue($0.min() ?? .nan) },
      high: values.map { PlotValue($0.max() ?? .nan) })
  }
}

/// A number of several variants over steps or depth, a line each.
package struct VariantCurves: FigureContent {
  /// Lines that one panel can tell apart.
  static let most = 8

  package let title: String
  let curves: [Curve]
  let quantity: String
  let place: String
  let isLogValue: Bool
  /// Whether places are whole numbers, each with a tick.
  let isWhole: Bool
  let about: String

  package init(
    title: String, curves: [Curve], quantity: String, place: String, isLogValue: Bool, isWhole: Bool, about: String
  ) {
    self.title = title
    self.curves = curves
    self.quantity = quantity
    self.place = place
    self.isLogValue = isLogValue
    self.isWhole = isWhole
    self.about = about
  }

  package var what: String { about + curves.words(phrase("studyFigures.lowestHighestSeeds")) }
  package var altText: String { curves.seen(at: place) }

  package var plot: any Plottable {
    // Zero and what is none have no place on a logarithmic scale.
    let isLog = isLogValue && curves.allSatisfy { $0.y.allSatisfy { ($0.number ?? 1) > 0 } }
    var x = isWhole ? Axis.integers(place) : Axis(.linear, place)
    if !isWhole { x.tickStyle = .prefixed(unit: "") }
    return Plot(
      title, x: x, y: Axis(isLog ? .log : .linear, quantity), shape: .ratio(0.62), marks: curves.marks)
  }

  package var table: DataTable { curves.table("variant", x: place, y: "value") }
}

/// The validation loss of every variant, the lowest first, with the range over the seeds.
package struct LossRanking: FigureContent {
  package struct Row {
    var name: String
    var values: [Double]
    var isBase: Bool

    package init(name: String, values: [Double], isBase: Bool) {
      self.name = name
      self.values = values
      self.isBase = isBase
    }

    var mean: Double { values.reduce(0, +) / Double(values.count) }
  }

  private let rows: [Row]

  package init(rows: [Row]) {
    self.rows = rows.enumerated().sorted { ($0.element.mean, $0.offset) < ($1.element.mean, $1.offset) }.map(\.element)
  }

  package var title: String { phrase("studyFigures.validationLossVariants") }
  package var what: String {
    phrase(
      "studyFigures.validationLossAfter",
      ["phrase": (rows.contains { $0.values.count > 1 } ? phrase("studyFigures.barsGoFrom") : "")])
  }
  package var altText: String {
    phrase(
      "studyFigures.rowsLossGoes",
      ["rows": rows.count, "range": Seen.range(rows.map { PlotValue($0.mean) }, rows.map(\.name))])
  }

  package var plot: any Plottable {
    let places = rows.indices.map(Double.init)
    var marks: [any Mark] =
      rows.first(where: \.isBase).map { [RuleMark(.atX, $0.mean, paint: .muted, dash: [3, 3])] } ?? []
    if rows.contains(where: { $0.values.count > 1 }) {
      marks.append(
        IntervalMark(
          x: places, low: rows.map { PlotValue($0.values.min() ?? .nan) },
          high: rows.map { PlotValue($0.values.max() ?? .nan) },
          paint: .muted, isLevel: true))
    }
    marks.append(
      DotMark(
        x: rows.map { PlotValue($0.mean) }, y: places.map(PlotValue.init), paint: .category(0), radius: 4, shape: .disc)
    )
    return Plot(
      title, x: Axis(.linear, phrase("studyFigures.lossNats")), y: .categories(rows.map(\.name), ""),
      shape: .lines(rows.count, height: 15), marks: marks)
  }

  package var table: DataTable {
    DataTable([
      ("variant", .texts(rows.map(\.name))), ("loss", .readings(rows.map { PlotValue($0.mean) })),
      ("low", .readings(rows.map { PlotValue($0.values.min() ?? .nan) })),
      ("high", .readings(rows.map { PlotValue($0.values.max() ?? .nan) })),
      ("trainings", .integers(rows.map(\.values.count))),
    ])
  }
}
