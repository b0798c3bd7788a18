import Analyses
import Engine
import Tensors
import Transformers

/// Token vectors at every residual point of one stack, of one pass or of several.
///
/// Of the ordinary positions of a batch at most `max(256, 4·width)` are taken, evenly, so that the cost is a fixed
/// share of the step's.
struct RankSamples {
  let stack: StackDescription
  /// Which positions of the pass are taken.
  private let places: [Int]
  /// How many vectors each point has.
  private(set) var tokens: Int
  /// By residual point, from one pass after another, `[tokens, C]`.
  private var vectors: [[Tensor]]

  /// - Parameters:
  ///   - documents: of the pass, in rows of `length` positions.
  ///   - share: of the batch's rows that the pass has.
  init(_ stack: StackDescription, _ documents: [TokenizedDocument], length: Int, share: Double) {
    let limit = Int((share * Double(max(256, 4 * stack.width))).rounded())
    var ordinary: [Int] = []
    ordinary.reserveCapacity(documents.count * length)
    for (row, document) in documents.enumerated() {
      for t in document.ids.indices where TokenSample.isOrdinary(document, t) { ordinary.append(row * length + t) }
    }
    self.stack = stack
    places = ordinary.count <= limit ? ordinary : (0..<limit).map { ordinary[$0 * ordinary.count / limit] }
    tokens = places.count
    vectors = Array(repeating: [], count: stack.layers + 1)
  }

  /// Takes the vectors of a residual point, `[B, T, C]`.
  mutating func add(_ values: Tensor, at point: Int) {
    let width = stack.width, sample = Tensor(uninitialized: [places.count, width])
    for (row, place) in places.enumerated() {
      (sample.pointer + row * width).update(from: values.pointer + place * width, count: width)
    }
    vectors[point].append(sample)
  }

  /// Adds what another pass has.
  mutating func merge(_ other: RankSamples) {
    tokens += other.tokens
    for point in vectors.indices { vectors[point] += other.vectors[point] }
  }

  /// How many residual points there are.
  var points: Int { vectors.count }

  /// `RepresentationMetrics.effectiveRank` at a point; nil where there are less than 3 vectors, or all are equal.
  func effectiveRank(at point: Int) -> Double? {
    guard tokens >= 3 else { return nil }
    var covariance = TokenCovariance(width: stack.width)
    covariance.add(vectors[point])
    return covariance.effectiveRank
  }
}
