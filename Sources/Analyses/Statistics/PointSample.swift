import Engine
import Transformers

/// A bounded sample of a stack's ordinary tokens at every residual point.
struct PointSample {
  /// Of the points, in order.
  let order: [Site]
  private var sample: TokenSample

  init(_ stack: StackDescription, limit: Int) {
    order = (0...stack.layers).map(stack.residual(point:))
    sample = TokenSample(limit: limit, width: stack.width)
  }

  var sites: Set<Site> { Set(order) }
  var width: Int { sample.width }
  var chosen: [TokenSample.Token] { sample.chosen }

  mutating func observe(_ documents: [TokenizedDocument], _ trace: Trace) {
    let points = order.compactMap { trace[$0] }
    guard points.count == order.count else { return }
    sample.offer(documents, points: points)
  }

  mutating func merge(_ other: PointSample) { sample.merge(other.sample) }
}
