import Engine
import Transformers

/// A stack's residual points, and how many of its ordinary tokens are kept at all of them.
struct SampledPoints {
  /// In order.
  let order: [Site]
  let limit: Int
  let width: Int

  init(_ stack: StackDescription, limit: Int) {
    order = (0...stack.layers).map(stack.residual(point:))
    self.limit = limit
    width = stack.width
  }

  var sites: Set<Site> { Set(order) }
  var empty: TokenSample { TokenSample(limit: limit, width: width) }

  /// Offers a batch to a sample.
  func observe(_ documents: [TokenizedDocument], _ trace: Trace, into sample: inout TokenSample) {
    let points = order.compactMap { trace[$0] }
    guard points.count == order.count else { return }
    sample.offer(documents, points: points)
  }
}
