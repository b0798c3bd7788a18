package import Results
import Plotting
import Support

/// Which classes a classifier takes for which.
package enum QualityFigures: FigureBuilder {
  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let analysis = results[analysis: QualityMetrics.analysis], let counts = analysis[QualityMetrics.confusion],
      let names = analysis[QualityMetrics.classes],
      let content = ConfusionMatrix(
        title: phrase("qualityFigures.confusion"), what: phrase("qualityFigures.confusionShares"), names: names,
        counts: counts)
    else { return [] }
    return [
      .figure(
        Figure(
          content, id: "quality-confusion", analysis: analysis.id,
          caption: Caption(results: results).text(
            content.what, n: phrase("probeFigures.nExamples", ["n": content.examples]), analysis: analysis.id)))
    ]
  }
}
