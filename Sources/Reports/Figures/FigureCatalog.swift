package import Results

/// Every kind of figure, in the order of the report. To add one: its file, and its line here.
package enum FigureCatalog {
  package static let builders: [any FigureBuilder.Type] = [
    TrainingFigures.self,
    CheckpointFigures.self,
    PatternClassMap.self,
    HeadMaps.self,
    HeadRanking.self,
    PatternSheet.self,
    HeadPatterns.self,
    CrossAlignment.self,
    PooledPatterns.self,
    DepthCurves.self,
    GradientHistograms.self,
    LossByPosition.self,
    Projections.self,
    SimilarityMatrices.self,
    RepetitionCurves.self,
    ExpertLoads.self,
    Spectra.self,
    TensorCurves.self,
  ]

  /// All figures that a run's results give, and what was left out why. An analysis that does not apply gives one
  /// reason and no figures.
  package static func outcomes(of results: RunResults) -> [FigureOutcome] {
    var applicable = results
    applicable.analyses.removeAll { $0.notApplicable != nil }
    let unmade = results.analyses.compactMap { analysis in
      analysis.notApplicable.map { FigureOutcome.omitted(id: analysis.id, reason: $0) }
    }
    let stacks = results.subject.model.stacks
    var made = stacks == [.only] ? [] : builders.flatMap { $0.figures(of: applicable.part(.only)) }
    made += stacks.flatMap { stack in
      let part = applicable.part(stack)
      return builders.flatMap { $0.figures(of: part) }.map { $0.shown(of: stack) }
    }
    return made + unmade
  }

  package static func figures(of results: RunResults) -> [Figure] { outcomes(of: results).compactMap(\.figure) }
}
