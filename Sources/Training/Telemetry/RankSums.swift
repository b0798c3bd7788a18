import Analyses
import Tensors
import Transformers

/// The covariance of token vectors at every residual point of one stack, over the batches of one step.
///
/// Of the ordinary positions of a batch at most `max(512, 4·width)` are taken, evenly, so that the cost is a fixed
/// share of the step's.
struct RankSums {
  let stack: StackDescription
  /// Two for each point, each of one half of the positions, so that threads find enough pieces.
  private var sums: [TokenCovariance]

  init(_ stack: StackDescription) {
    self.stack = stack
    sums = Array(repeating: TokenCovariance(width: stack.width), count: 2 * (stack.layers + 1))
  }

  /// After a pass over these documents, whose trace has the residual points.
  mutating func add(_ trace: Trace, _ documents: [TokenizedDocument]) {
    guard let length = trace[stack.residual(point: 0)]?.shape[1] else { return }
    let ordinary = documents.enumerated().flatMap { row, document in
      document.ids.indices.filter { TokenSample.isOrdinary(document, $0) }.map { row * length + $0 }
    }
    let limit = max(512, 4 * stack.width)
    let places = ordinary.count <= limit ? ordinary : (0..<limit).map { ordinary[$0 * ordinary.count / limit] }
    let halves = [places[..<(places.count / 2)], places[(places.count / 2)...]]
    let stack = stack
    sums.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let sums = buffer
      forEachPiece(sums.count) { piece in
        guard let values = trace[stack.residual(point: piece / 2)] else { return }
        sums[piece].add(values, at: Array(halves[piece % 2]))
      }
    }
  }

  /// How many vectors each point has.
  var tokens: Int { sums.prefix(2).reduce(0) { $0 + $1.tokens } }

  /// `RepresentationMetrics.effectiveRank` at each point; nil where there are less than 3 vectors, or all are equal.
  var effectiveRanks: [(Site, Double?)] {
    var ranks = [Double?](repeating: nil, count: sums.count / 2)
    guard tokens >= 3 else { return [] }
    ranks.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let ranks = buffer
      forEachPiece(ranks.count) { point in
        var whole = sums[2 * point]
        whole.merge(sums[2 * point + 1])
        ranks[point] = whole.effectiveRank
      }
    }
    return ranks.enumerated().map { (stack.residual(point: $0), $1) }
  }
}
