/// What an analysis can hand on: its metrics, and the forms of its arrays and texts.
package struct AnalysisForm: Sendable {
  package let id: String
  let metrics: [Metric]
  let arrays: [Form]
  let texts: [Form]

  init(_ id: String, metrics: [Metric], arrays: [Form] = [], texts: [Form] = []) {
    self.id = id
    self.metrics = metrics
    self.arrays = arrays
    self.texts = texts
  }

  /// Of all analyses, in the order of the report.
  static let all = [
    CorpusTextMetrics.form, AttentionMetrics.form, InContextMetrics.form, RepetitionMetrics.form, RoutingMetrics.form,
    GradientMetrics.form, RepresentationMetrics.form, SimilarityMetrics.form, ProjectionMetrics.form,
    ProbeMetrics.form, WeightMetrics.form, WeightMetrics.censusForm, TrainingMetrics.form,
  ]

  static func of(_ id: String) -> AnalysisForm? { all.first { $0.id == id } }
}
