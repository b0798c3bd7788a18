import Support
package import Tensors

/// A change of what flows through a site: set to zero, scaled, or replaced by a value from elsewhere (patching).
package struct Edit: Sendable {
  package enum Operation: Sendable {
    case zero
    case scale(Float)
    /// A tensor of the site's shape, of which the chosen positions and heads are taken.
    case replace(Tensor)
  }

  package var site: Site
  package var operation: Operation
  /// Positions (queries, for patterns and scores); all where nil.
  package var positions: Set<Int>?
  /// Heads; all where nil. Only sites that have a head axis can be cut by head.
  package var heads: Set<Int>?

  package init(_ site: Site, _ operation: Operation, positions: Set<Int>? = nil, heads: Set<Int>? = nil) {
    self.site = site
    self.operation = operation
    self.positions = positions
    self.heads = heads
  }

  /// The elements of a tensor at this site that the edit means, as ranges in storage order.
  ///
  /// - Throws: `InputError` where heads are chosen at a site that has none, or a replacement has another shape.
  func region(of shape: [Int]) throws -> [Range<Int>] {
    if case .replace(let tensor) = operation, tensor.shape != shape {
      throw InputError(
        at: phrase("error.editAtSite", ["site": site.text]), phrase("error.replacementHasAnother"),
        expected: "\(shape)",
        found: "\(tensor.shape)")
    }
    let isSquare = site.kind.isSquare, hasHeads = site.kind.hasHeads
    if heads != nil && !hasHeads {
      throw InputError(at: phrase("error.editAtSite", ["site": site.text]), phrase("error.thisSiteHas"))
    }
    // [B, outer, inner, …rest]: positions are the outer or the inner axis, heads the other.
    let outer = shape.count > 1 ? shape[1] : 1
    let inner = hasHeads ? shape[2] : 1
    let rest = shape.reduce(1, *) / max(1, shape[0] * outer * inner)
    var ranges: [Range<Int>] = []
    for index in 0..<shape[0] * outer * inner {
      let first = index / inner % outer, second = index % inner
      let position = isSquare ? second : first, head = isSquare ? first : second
      guard positions?.contains(position) ?? true, !hasHeads || heads?.contains(head) ?? true else { continue }
      let start = index * rest
      if let last = ranges.last, last.upperBound == start {
        ranges[ranges.count - 1] = last.lowerBound..<start + rest
      } else {
        ranges.append(start..<start + rest)
      }
    }
    return ranges
  }
}
