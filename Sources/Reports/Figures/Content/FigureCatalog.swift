package import Results
import Support

/// Every kind of figure, in the order of the report. To add one: its file, and its line here.
package enum FigureCatalog {
  package static let builders: [any FigureBuilder.Type] = [
    QualityFigures.self,
    TrainingFigures.self,
    CheckpointFigures.self,
    PatternClassMap.self,
    HeadMaps.self,
    HeadRanking.self,
    PatternSheet.self,
    ImageAttention.self,
    HeadPatterns.self,
    CrossAlignment.self,
    PooledPatterns.self,
    DepthCurves.self,
    GradientHistograms.self,
    LossByPosition.self,
    Projections.self,
    SimilarityMatrices.self,
    ProbeFigures.self,
    RepetitionCurves.self,
    ExpertLoads.self,
    PatchingFigures.self,
    Spectra.self,
    TensorCurves.self,
  ]

  /// All figures that a run's results give, and what was left out why. An analysis that does not apply gives one
  /// reason and no figures.
  package static func outcomes(of results: RunResults) -> [FigureOutcome] {
    var applicable = results.shown
    applicable.analyses.removeAll { $0.notApplicable != nil }
    let unmade = results.analyses.compactMap { analysis in
      analysis.notApplicable.map { FigureOutcome.omitted(id: analysis.id, reason: $0.text) }
    }
    let stacks = results.subject.model.stacks
    var made = stacks == [.only] ? [] : builders.flatMap { figures($0, applicable.part(.only)) }
    made += stacks.flatMap { stack -> [FigureOutcome] in
      let part = applicable.part(stack)
      // Of another stack's layers none may have been selected.
      guard !part.subject.shownLayers.isEmpty, !part.subject.shownHeads.isEmpty else { return [] }
      return builders.flatMap { figures($0, part, stack) }
    }
    return made + unmade
  }

  /// Those of a builder; of a document again for each other one that was selected.
  private static func figures(
    _ builder: any FigureBuilder.Type, _ results: RunResults, _ stack: Component.Stack = .only
  ) -> [FigureOutcome] {
    let examples = results.subject.selection?.examples ?? []
    guard builder.isOfDocument, !examples.isEmpty else {
      return builder.figures(of: results).map { $0.shown(of: stack) }
    }
    return examples.enumerated().flatMap { place, example in
      builder.figures(of: results.showing(example: example)).map { outcome in
        place == 0 ? outcome.shown(of: stack) : outcome.shown(of: stack).numbered(place + 1)
      }
    }
  }

  package static func figures(of results: RunResults) -> [Figure] { outcomes(of: results).compactMap(\.figure) }
}
