/// What an analysis can hand on: its metrics, and the forms of its arrays and texts.
package struct AnalysisForm: Sendable {
  package let id: String
  let metrics: [Metric]
  let arrays: [Form]
  let texts: [Form]
  /// Whether `arrays.safetensors` has its arrays by their names alone, without the analysis's id.
  private let arraysStandAlone: Bool

  init(_ id: String, metrics: [Metric], arrays: [Form] = [], texts: [Form] = [], arraysStandAlone: Bool = false) {
    self.arraysStandAlone = arraysStandAlone
    self.id = id
    self.metrics = metrics
    self.arrays = arrays
    self.texts = texts
  }

  /// Of all analyses, in the order of the report.
  static let all = [
    CorpusTextMetrics.form, QualityMetrics.form, AttentionMetrics.form, InContextMetrics.form, RepetitionMetrics.form,
    RoutingMetrics.form,
    GradientMetrics.form, RepresentationMetrics.form, SimilarityMetrics.form, ProjectionMetrics.form,
    ProbeMetrics.form, CausalMetrics.form, WeightMetrics.form, WeightMetrics.censusForm, TrainingMetrics.form,
  ]

  /// What `arrays.safetensors` calls an array of an analysis.
  static func fileName(of array: String, in id: String) -> String {
    of(id)?.arraysStandAlone == true ? array : "\(id).\(array)"
  }

  static func of(_ id: String) -> AnalysisForm? { all.first { $0.id == id } }
}
