internal import Analyses
internal import Foundation
package import Results
import Support
internal import Tensors

/// What the analyses found of one checkpoint after the other, put together over steps: every number of models, layers,
/// heads and residual points, how the representations differ from the first and the last, and how alike the heads of
/// neighbours are.
package struct CheckpointSeries {
  private typealias Grams = [Component.Stack: [CenteredGram]]

  private let names: [String]
  private let steps: [Int]
  private let last: Grams
  private var first: Grams = [:]
  /// Values of a metric's rows, checkpoint by checkpoint; a row that a checkpoint lacks has NaN.
  private var metrics: [String] = []
  private var components: [String: [Component]] = [:]
  private var values: [String: [[Float]]] = [:]
  private var toFirst: [Component.Stack: [Float]] = [:]
  private var toLast: [Component.Stack: [Float]] = [:]
  private var similarities: [Double] = []
  /// NaN and infinite weights of each checkpoint.
  private var nonFinite: [Double] = []
  private var before: [MetricTable] = []
  private var count = 0

  /// - Parameters:
  ///   - names: of the checkpoints, in the order of their steps.
  ///   - last: what was found of the last one, with `TokenVectors` among it.
  package init(names: [String], steps: [Int], last: [AnalysisResult]) {
    self.names = names
    self.steps = steps
    self.last = Self.grams(last)
  }

  /// Adds the next checkpoint's results, with `TokenVectors` among them.
  package mutating func add(_ results: [AnalysisResult]) {
    let grams = Self.grams(results)
    if count == 0 { first = grams }
    for (stack, own) in grams {
      toFirst[stack, default: []] += Self.similarity(own, first[stack])
      toLast[stack, default: []] += Self.similarity(own, last[stack])
    }
    let tables = results.flatMap(\.tables)
    for table in tables { add(table) }
    let census = tables.filter { [WeightMetrics.nanCount, WeightMetrics.infiniteCount].contains($0.metric) }
    nonFinite.append(census.flatMap(\.rows).reduce(0) { $0 + $1.quantity.number })
    if count > 0 { similarities.append(Self.headSimilarity(before, tables)) }
    before = tables
    count += 1
  }

  private mutating func add(_ table: MetricTable) {
    let rows = table.rows.filter { $0.component.tensor == nil }
    guard !rows.isEmpty else { return }
    let id = table.metric.id
    if count == 0 {
      metrics.append(id)
      components[id] = rows.map(\.component)
      values[id] = []
    }
    let found = Dictionary(rows.map { ($0.component, $0.quantity) }, uniquingKeysWith: { first, _ in first })
    values[id]?.append((components[id] ?? []).map { Float(found[$0]?.value ?? .nan) })
  }

  /// Adds what was found to the analysis `training`.
  package func add(to result: inout AnalysisResult) {
    typealias Key = TrainingMetrics
    result[Key.checkpoints] = names
    let taken = NumericArray(shape: [count], values: steps.prefix(count).map(Float.init))
    result[Key.checkpointSteps] = taken
    // A metric that only some checkpoints have cannot be followed over steps.
    let whole = metrics.filter { values[$0]?.count == count }
    let followed = whole.map { id in
      let rows = components[id] ?? []
      return CheckpointRows(
        metric: id, components: rows,
        values: NumericArray(shape: [count, rows.count], values: (values[id] ?? []).flatMap { $0 }))
    }
    CheckpointRows.write(followed, to: &result)
    for (key, values) in [(Key.ckaToFirst, toFirst), (Key.ckaToLast, toLast)] {
      for (stack, numbers) in values where !numbers.isEmpty && numbers.count % count == 0 {
        result[Key.checkpointSteps, stack] = taken
        result[key, stack] = NumericArray(shape: [count, numbers.count / count], values: numbers)
      }
    }
    result[Key.nonFinite] = NumericArray(shape: [count], values: nonFinite.map(Float.init))
    let faulty = Quantity(Double(nonFinite.count { $0 > 0 }), n: count)
    result.tables.append(MetricTable(TrainingMetrics.nonFiniteCheckpoints, [.init(.model, faulty)]))
    if !similarities.isEmpty {
      result[Key.similarity] = NumericArray(
        shape: [similarities.count], values: similarities.map(Float.init))
      // Heads of random weights have no order that they could lose.
      let known = similarities.enumerated().filter { steps[$0.offset] > 0 && $0.element.isFinite }.map(\.element)
      let least = known.min().map { Quantity($0, n: known.count) } ?? .notApplicable
      result.tables.append(MetricTable(TrainingMetrics.leastSimilarity, [.init(.model, least)]))
    }
    result.notes.append(Note(Message("note.training.checkpoints", ["count": count])))
  }

  // MARK: Representations

  private static func grams(_ results: [AnalysisResult]) -> Grams {
    var grams: Grams = [:]
    guard let result = results.first(where: { $0.id == TokenVectors.id }) else { return [:] }
    for stack in Component.Stack.allCases {
      guard let array = result[TokenVectors.vectors, stack], array.shape.count == 3, array.shape[1] >= 8 else {
        continue
      }
      grams[stack] = (0..<array.shape[0]).map { point in
        var matrix = Matrix(rows: array.shape[1], columns: array.shape[2])
        matrix.values = array[point].values.map(Double.init)
        return CenteredGram(matrix)
      }
    }
    return grams
  }

  /// Debiased linear CKA, residual point by residual point.
  private static func similarity(_ own: [CenteredGram], _ other: [CenteredGram]?) -> [Float] {
    zip(own, other ?? []).map { Float(linearCKA([$0, $1]).debiased[0, 1]) }
  }

  // MARK: Heads

  /// Metrics that say what a head does.
  private static let scores = [
    AttentionMetrics.inductionScore, AttentionMetrics.previousTokenScore, AttentionMetrics.duplicateTokenScore,
    AttentionMetrics.firstShare, AttentionMetrics.normalisedEntropy,
  ]

  /// The mean over the scores of Spearman's correlation over heads; NaN where there is none.
  private static func headSimilarity(_ a: [MetricTable], _ b: [MetricTable]) -> Double {
    let correlations = scores.compactMap { metric -> Double? in
      guard let one = a.first(where: { $0.metric.id == metric.id }),
        let two = b.first(where: { $0.metric.id == metric.id })
      else { return nil }
      let pairs = one.rows.compactMap { row -> (Double, Double)? in
        guard row.component.head != nil, let x = row.quantity.value, let y = two[row.component]?.value else {
          return nil
        }
        return (x, y)
      }
      let correlation = spearman(pairs.map(\.0), pairs.map(\.1))
      return correlation.isFinite ? correlation : nil
    }
    return correlations.isEmpty ? .nan : correlations.reduce(0, +) / Double(correlations.count)
  }
}
