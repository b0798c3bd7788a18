package import Engine
package import Results
import Support
import Tensors
package import Transformers

/// Pictures of one residual point's token vectors: the first three principal components, and t-SNE (perplexity 30, from
/// the principal components), of a bounded sample of ordinary positions, with their tokens and labels. Of a
/// sentence-transformers model, the same of the documents' vectors.
package struct ProjectionAnalysis: StackAnalysis {
  package static let id = ProjectionMetrics.analysis
  /// Points of a picture.
  static let limit = 1500
  static let perplexity = 30.0
  static let neighbours = 12

  let point: Int
  let site: Site
  let label: String?
  private let width: Int
  /// Of a model that pools its last hidden states.
  private let pooling: Pooling?
  private let output: Site

  package struct State: AnalysisState {
    fileprivate var sample: TokenSample
    fileprivate var sentences: TokenSample

    package mutating func merge(_ later: State) {
      sample.merge(later.sample)
      sentences.merge(later.sentences)
    }

    package func fits(_ later: State) -> Bool { sample.fits(later.sample) && sentences.fits(later.sentences) }
  }

  /// Of the last residual point.
  package init(_ context: AnalysisContext, _ stack: StackDescription) {
    self.init(context, stack, point: stack.layers)
  }

  package init(_ context: AnalysisContext, _ stack: StackDescription, point: Int) {
    self.point = point
    site = stack.residual(point: point)
    label = context.label
    width = stack.width
    pooling = context.model.pooling
    output = stack.hiddenState(stack.layers)
  }

  package var sites: Set<Site> { pooling == nil ? [site] : [site, output] }

  package var empty: State {
    State(
      sample: TokenSample(limit: ProjectionAnalysis.limit, width: width),
      sentences: TokenSample(limit: ProjectionAnalysis.limit, width: pooling?.width(of: width) ?? 0))
  }

  package func observe(_ documents: [TokenizedDocument], of observation: Observation, into state: inout State) {
    let trace = observation.trace
    guard let values = trace[site] else { return }
    state.sample.offer(documents, points: [values])
    guard let pooling, let states = trace[output] else { return }
    let length = states.shape[1]
    let mask = documents.flatMap { document in (0..<length).map { UInt8($0 < document.ids.count ? 1 : 0) } }
    state.sentences.offer(documents, vectors: pooling.vectors(of: states, mask: mask))
  }

  package func result(of state: State) -> AnalysisResult {
    let (sample, sentences) = (state.sample, state.sentences)
    let tokens = sample.chosen
    var result = AnalysisResult(id: ProjectionAnalysis.id)
    let classes = TokenClasses(tokens.map(\.label))
    do throws(Reason) {
      try add(
        tokens, width: sample.width, of: .point(point), ProjectionMetrics.tokens,
        Message("note.projection.tokenVectors", ["point": point]), classes,
        to: &result)
    } catch {
      return AnalysisResult(id: ProjectionAnalysis.id, notApplicable: error.message)
    }
    result[ProjectionMetrics.names] = tokens.map(\.text)
    let entries = tokens.compactMap(\.entry)
    if entries.count == tokens.count { result[ProjectionMetrics.entries] = entries }
    result.notes = [
      Note(Message("note.projection.tokens", ["point": point, "tokens": tokens.count])),
      Note(Message("note.projection.tsne")),
    ]
    if let pooling {
      let whole = sentences.chosen
      let classes = TokenClasses(whole.map(\.label))
      do throws(Reason) {
        try add(
          whole, width: sentences.width, of: .model, ProjectionMetrics.sentences, "note.projection.sentenceVectors",
          classes,
          to: &result)
        result.notes.append(
          Note(Message("note.projection.sentences", ["pooling": pooling.name, "whole": whole.count])))
      } catch {
        result.notes.append(Note(Message("note.projection.noSentences", ["error": error.message])))
      }
    }
    if let label, classes.count > 0 {
      result.notes.append(Note(Message("note.projection.labels", ["label": label])))
    }
    return result
  }

  /// Why there is no picture.
  private struct Reason: Error { var message: Message }

  /// The pictures of some vectors and how well they hold.
  private func add(
    _ tokens: [TokenSample.Token], width: Int, of component: Component, _ keys: ProjectionMetrics.Keys,
    _ subject: Message,
    _ classes: TokenClasses, to result: inout AnalysisResult
  ) throws(Reason) {
    let (n, least) = (tokens.count, 2 * ProjectionAnalysis.neighbours + 2)
    let counted = component == .model ? "documents" : "tokens"
    guard n >= least else {
      throw Reason(message: Message("note.projection.few", ["n": n, "counted": counted, "least": least]))
    }
    let x = tokens.matrix(point: 0, width: width)
    guard x.isFinite else { throw Reason(message: Message("note.projection.nonFinite", ["subject": subject])) }
    let components = PrincipalComponents(x, count: 3)
    guard components.explainedVariance.first ?? 0 > 0 else {
      throw Reason(message: Message("note.projection.equal", ["subject": subject]))
    }
    let distances = pairwiseDistances(x)
    let affinities = ConditionalAffinities(distances: distances, perplexity: ProjectionAnalysis.perplexity).joint()
    let start = StochasticNeighborEmbedding.initialisation(components.projected)
    let picture = StochasticNeighborEmbedding().embed(affinities, from: start)
    let pictureDistances = pairwiseDistances(picture)
    let plane = Matrix(
      rows: n, columns: 2, values: (0..<n).flatMap { r in (0..<2).map { self.component(components, r, $0) } })
    func trust(_ distances: Matrix, _ other: Matrix) -> Quantity {
      trustworthiness(data: distances, picture: other, neighbours: ProjectionAnalysis.neighbours)
        .map { Quantity($0, n: n) } ?? .notApplicable
    }
    let rows: [(Metric, Quantity)] = [
      (ProjectionMetrics.klDivergence, Quantity(affinities.divergence(picture), n: n)),
      (ProjectionMetrics.trustworthiness, trust(distances, pictureDistances)),
      (ProjectionMetrics.trustworthinessPCA, trust(distances, pairwiseDistances(plane))),
      (ProjectionMetrics.explainedVariance, Quantity(components.explainedShare.reduce(0, +), n: n)),
      (ProjectionMetrics.silhouetteTSNE, classes.silhouette(pictureDistances, tokens)),
    ]
    for (metric, quantity) in rows {
      let row = MetricTable.Row(component, quantity)
      if let table = result.tables.firstIndex(where: { $0.metric == metric }) {
        result.tables[table].rows.append(row)
      } else {
        result.tables.append(MetricTable(metric, [row]))
      }
    }
    result[keys.pca] = NumericArray(
      shape: [n, 3], values: (0..<n).flatMap { r in (0..<3).map { Float(self.component(components, r, $0)) } })
    result[keys.explained] = NumericArray(
      shape: [3],
      values: (0..<3).map { $0 < components.explainedShare.count ? Float(components.explainedShare[$0]) : 0 })
    result[keys.tsne] = NumericArray(shape: [n, 2], values: picture.values.map { Float($0) })
    result[keys.labels] = tokens.map { $0.label ?? "" }
    result[keys.documents] = tokens.map(\.document)
  }

  private func component(_ components: PrincipalComponents, _ row: Int, _ column: Int) -> Double {
    column < components.projected.columns ? components.projected[row, column] : 0
  }
}
