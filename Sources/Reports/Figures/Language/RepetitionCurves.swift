import Plotting
package import Results
import Support

/// What greedy continuations repeat: n-grams by their length, and 4-grams along the text; the corpus as the reference.
package enum RepetitionCurves: FigureBuilder {
  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let analysis = results[analysis: RepetitionMetrics.analysis] else { return [] }
    let n =
      Caption.n(
        [RepetitionMetrics.rate].compactMap { analysis[$0]?[.model] }, phrase("word.documents")) ?? ""
    return [
      figure(
        "repetition-by-length", analysis, RepetitionMetrics.byLength, phrase("repetitionCurves.repeatedNGrams"),
        .integers("n"),
        { Double($0 + 1) },
        phrase("repetitionCurves.shareNGrams"), n, results),
      figure(
        "repetition-along-text", analysis, RepetitionMetrics.alongText, phrase("repetitionCurves.repeated4Grams"),
        Axis(.linear, phrase("repetitionCurves.newTokens")), { (Double($0) + 0.5) * Double(RepetitionMetrics.stretch) },
        phrase("repetitionCurves.share4Grams", ["stretch": RepetitionMetrics.stretch]), n, results),
    ]
  }

  private static func figure(
    _ id: String, _ analysis: AnalysisResult, _ key: ArrayKey, _ title: String, _ x: Axis, _ place: (Int) -> Double,
    _ what: String, _ n: String, _ results: RunResults
  ) -> FigureOutcome {
    guard let array = analysis[key], array.shape.count == 3, array.shape[0] == 2, array.shape[2] == 3,
      array[0].values.contains(where: \.isFinite)
    else { return .omitted(id: id, reason: phrase("repetitionCurves.noContinuationHas")) }
    let places = (0..<array.shape[1]).map(place)
    // A blank, not a gap: where no text is that long there is nothing to miss.
    func column(_ side: Int, _ index: Int) -> [PlotValue] {
      (0..<array.shape[1]).map { row in
        let value = array[side][row].values[index]
        return value.isNaN ? .blank : PlotValue(Double(value))
      }
    }
    func name(_ side: Int) -> String { phrase(side == 0 ? "legend.model" : "legend.corpus") }
    let hasCorpus = array[1].values.contains(where: \.isFinite)
    var marks: [any Mark] = []
    for side in hasCorpus ? [1, 0] : [0] {
      let paint = side == 0 ? Paint.category(0) : .muted
      marks.append(BandMark(x: places, low: column(side, 1), high: column(side, 2), paint: paint))
      marks.append(
        LineMark(
          x: places, y: column(side, 0), paint: paint, name: hasCorpus ? name(side) : nil,
          dash: side == 0 ? [] : [4, 2], hasDots: side == 0))
    }
    let plot = Plot(
      title, x: x, y: Axis(.linear, phrase("repetitionCurves.shareRepeated"), domain: 0...1), shape: .ratio(0.55),
      marks: marks)
    let names = places.map { NumberFormat.text($0) }
    let sides = hasCorpus ? [(0, "model"), (1, "corpus")] : [(0, "model")]
    let rows = sides.flatMap { side in places.indices.map { (side, $0) } }
    return .figure(
      Figure(
        id: id, analysis: analysis.id, title: title,
        caption: Caption(results: results).text(
          what + (hasCorpus ? phrase("repetitionCurves.besideHowDocuments") : "")
            + "." + phrase("caption.bands", ["spread": Metric.Spread.interval.words]),
          n: n, analysis: analysis.id),
        altText: sides.map {
          phrase("repetitionCurves.valueShareGoes", ["value": name($0.0), "range": Seen.range(column($0.0, 0), names)])
        }
        .joined(separator: " "),
        plot: plot,
        table: DataTable([
          ("text", .texts(rows.map(\.0.1))),
          (id == "repetition-by-length" ? "n" : "token", .texts(rows.map { names[$0.1] })),
          ("share", .readings(rows.map { column($0.0.0, 0)[$0.1] })),
          ("low", .readings(rows.map { column($0.0.0, 1)[$0.1] })),
          ("high", .readings(rows.map { column($0.0.0, 2)[$0.1] })),
        ])))
  }
}
