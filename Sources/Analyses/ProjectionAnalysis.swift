package import Results
import Tensors
package import Transformers

/// Pictures of one residual point's token vectors: the first three principal components, and t-SNE (perplexity 30, from
/// the principal components), of a bounded sample of ordinary positions, with their tokens and labels.
package struct ProjectionAnalysis: StackAnalysis {
  package static let id = "projection"
  /// Points of a picture.
  static let limit = 1500
  static let perplexity = 30.0
  static let neighbours = 12

  let point: Int
  let site: Site
  let label: String?
  private var sample: TokenSample

  /// Of the last residual point.
  package init(_ context: AnalysisContext, _ stack: StackDescription) {
    self.init(context, stack, point: stack.layers)
  }

  package init(_ context: AnalysisContext, _ stack: StackDescription, point: Int) {
    self.point = point
    site = stack.residual(point: point)
    label = context.label
    sample = TokenSample(limit: ProjectionAnalysis.limit, width: stack.width)
  }

  package var sites: Set<Site> { [site] }

  package mutating func observe(_ documents: [TokenizedDocument], _ trace: Trace) {
    guard let values = trace[site] else { return }
    sample.offer(documents, points: [values])
  }

  package mutating func merge(_ other: ProjectionAnalysis) { sample.merge(other.sample) }

  package func result() -> AnalysisResult {
    let tokens = sample.chosen
    let least = 2 * ProjectionAnalysis.neighbours + 2
    guard tokens.count >= least else {
      return AnalysisResult(
        id: ProjectionAnalysis.id,
        notApplicable: "the corpus has \(tokens.count) ordinary tokens, \(least) are needed")
    }
    let x = tokens.matrix(point: 0, width: sample.width)
    guard x.isFinite else {
      return AnalysisResult(
        id: ProjectionAnalysis.id, notApplicable: "token vectors at R\(point) hold NaN or infinities")
    }
    let n = tokens.count
    let components = PrincipalComponents(x, count: 3)
    guard components.explainedVariance.first ?? 0 > 0 else {
      return AnalysisResult(id: ProjectionAnalysis.id, notApplicable: "all token vectors at R\(point) are equal")
    }
    let distances = pairwiseDistances(x)
    let affinities = ConditionalAffinities(distances: distances, perplexity: ProjectionAnalysis.perplexity).joint()
    let start = StochasticNeighborEmbedding.initialisation(components.projected)
    let picture = StochasticNeighborEmbedding().embed(affinities, from: start)
    let pictureDistances = pairwiseDistances(picture)
    let plane = Matrix(
      rows: n, columns: 2, values: (0..<n).flatMap { r in (0..<2).map { component(components, r, $0) } })
    func trust(_ distances: Matrix, _ other: Matrix) -> Quantity {
      trustworthiness(data: distances, picture: other, neighbours: ProjectionAnalysis.neighbours)
        .map { Quantity($0, n: n) } ?? .notApplicable
    }
    let classes = TokenClasses(tokens.map(\.label))
    let rows: [(Metric, Quantity)] = [
      (ProjectionMetrics.klDivergence, Quantity(affinities.divergence(picture), n: n)),
      (ProjectionMetrics.trustworthiness, trust(distances, pictureDistances)),
      (ProjectionMetrics.trustworthinessPCA, trust(distances, pairwiseDistances(plane))),
      (ProjectionMetrics.explainedVariance, Quantity(components.explainedShare.reduce(0, +), n: n)),
      (ProjectionMetrics.silhouetteTSNE, classes.silhouette(pictureDistances, tokens)),
    ]
    var result = AnalysisResult(id: ProjectionAnalysis.id)
    result.tables = rows.map { MetricTable($0, [MetricTable.Row(.point(point), $1)]) }
    result.arrays["pca"] = NumericArray(
      shape: [n, 3], values: (0..<n).flatMap { r in (0..<3).map { Float(component(components, r, $0)) } })
    result.arrays["pca.explained"] = NumericArray(
      shape: [3],
      values: (0..<3).map { $0 < components.explainedShare.count ? Float(components.explainedShare[$0]) : 0 })
    result.arrays["tsne"] = NumericArray(shape: [n, 2], values: picture.values.map { Float($0) })
    result.texts["tokens"] = tokens.map(\.text)
    result.texts["labels"] = tokens.map { $0.label ?? "" }
    result.texts["documents"] = tokens.map(\.document)
    result.notes = [
      "Token vectors of ordinary positions at R\(point), N = \(n) chosen by hash.",
      "t-SNE: perplexity 30, 250 steps with exaggeration 12, then 500; from the principal components.",
    ]
    if let label, classes.count > 0 { result.notes.append("Labels: \(label).") }
    return result
  }

  private func component(_ components: PrincipalComponents, _ row: Int, _ column: Int) -> Double {
    column < components.projected.columns ? components.projected[row, column] : 0
  }
}
