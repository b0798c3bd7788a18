import Drawing
package import Results
import Plotting
import Support

/// Which classes a classifier takes for which, and what each token of a few texts costs a language model.
package enum QualityFigures: FigureBuilder {
  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let analysis = results[analysis: QualityMetrics.analysis] else { return [] }
    let texts = analysis[QualityMetrics.texts] ?? []
    return
      ([confusion(analysis, results), hardest(analysis, results)]
      + texts.enumerated().map { strip($1, $0 + 1, analysis, results) })
      .compactMap { $0.map { .figure($0) } }
  }

  private static func confusion(_ analysis: AnalysisResult, _ results: RunResults) -> Figure? {
    guard let counts = analysis[QualityMetrics.confusion], let names = analysis[QualityMetrics.classes],
      let content = ConfusionMatrix(
        title: phrase("qualityFigures.confusion"), what: phrase("qualityFigures.confusionShares"),
        predicted: phrase("qualityFigures.predicted"), names: names,
        counts: counts)
    else { return nil }
    return Figure(
      content, id: "quality-confusion", analysis: analysis.id,
      caption: Caption(results: results).text(
        content.what, n: phrase("qualityFigures.nExamples", ["n": content.examples]), analysis: analysis.id))
  }

  private static func hardest(_ analysis: AnalysisResult, _ results: RunResults) -> Figure? {
    let ids = analysis[QualityMetrics.hardest] ?? []
    guard let labels = analysis[QualityMetrics.hardestClasses], let named = analysis[QualityMetrics.hardestNamed],
      labels.count == ids.count, named.count == ids.count
    else { return nil }
    let items = ids.indices.compactMap { index in
      analysis[QualityMetrics.picture[ids[index]]].map {
        HardestImages.Item(id: ids[index], picture: PixelImage($0), label: labels[index], named: named[index])
      }
    }
    guard !items.isEmpty else { return nil }
    let content = HardestImages(items: items)
    return Figure(
      content, id: "quality-hardest", analysis: analysis.id,
      caption: Caption(results: results).text(
        content.what, n: phrase("hardestImages.n", ["count": items.count]), analysis: analysis.id))
  }

  private static func strip(
    _ id: String, _ number: Int, _ analysis: AnalysisResult, _ results: RunResults
  ) -> Figure? {
    guard let tokens = analysis[QualityMetrics.tokens[id]], let losses = analysis[QualityMetrics.losses[id]],
      losses.shape == [tokens.count], tokens.count > 1
    else { return nil }
    // Nothing is foretold of the first token.
    let values = losses.values.enumerated().map { $0 == 0 ? PlotValue.notApplicable : PlotValue(Double($1)) }
    let name = TokenText.beginning(of: tokens, atMost: 28).map { phrase("sampleDocument.quoted", ["text": $0]) } ?? id
    let content = TokenStrip(
      title: phrase("qualityFigures.lossOfTokens", ["name": name]), tokens: tokens,
      rows: [TokenStrip.Row("", values)], quantity: phrase("checkpointFigures.lossNats"))
    return Figure(
      content, id: "quality-text-\(number)", analysis: analysis.id,
      caption: Caption(results: results).text(
        "\(phrase("qualityFigures.lossOfEach", ["name": name, "id": id])) \(content.what)",
        n: phrase("caption.oneDocument"), analysis: analysis.id))
  }
}
