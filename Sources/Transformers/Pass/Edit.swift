import Support
package import Tensors

/// A change of what flows through a site, of some rows of the batch, positions, heads and units, or of all.
package struct Edit: Sendable {
  package enum Operation: Sendable {
    case zero
    case scale(Float)
    /// By the value of another run, a mean, or a vector.
    case replace(Tensor)
    /// `(1 − α)·x + α·value`.
    case mix(Tensor, share: Float)
    /// `x + value` (steering).
    case add(Tensor)

    var value: Tensor? {
      switch self {
      case .zero, .scale: nil
      case .replace(let value), .mix(let value, _), .add(let value): value
      }
    }
  }

  package var site: Site
  /// A value has the site's last axes, the leading ones of length 1 left out or not: it may be of the whole batch, of one
  /// row for all, or one vector for all positions.
  package var operation: Operation
  /// Rows of the batch; all where nil.
  package var rows: Range<Int>?
  /// Positions (queries, for patterns and scores); all where nil.
  package var positions: Set<Int>?
  /// Heads; all where nil. Only sites that have a head axis can be cut by head; of `key` and `value` they are key–value
  /// heads.
  package var heads: Set<Int>?
  /// Places on the last axis: neurons of an MLP, features of the stream; all where nil.
  package var units: Set<Int>?

  package init(
    _ site: Site, _ operation: Operation, rows: Range<Int>? = nil, positions: Set<Int>? = nil, heads: Set<Int>? = nil,
    units: Set<Int>? = nil
  ) {
    self.site = site
    self.operation = operation
    self.rows = rows
    self.positions = positions
    self.heads = heads
    self.units = units
  }

  /// The same as a change of a tensor of the given shape.
  ///
  /// - Throws: `InputError` where heads are chosen at a site that has none, rows, positions, heads or units lie beyond the
  ///   tensor, or a value does not have its last axes.
  func change(of shape: [Int]) throws -> ElementChange {
    if let value = operation.value {
      let own = value.shape.drop { $0 == 1 }
      guard !own.isEmpty || shape.last == 1, own.count <= shape.count, shape.suffix(own.count).elementsEqual(own),
        value.count > 0
      else {
        throw fault(phrase("error.replacementHasAnother"), expected: "\(shape)", found: "\(value.shape)")
      }
    }
    let region = try region(of: shape)
    return switch operation {
    case .zero: ElementChange(region: region, factor: 0)
    case .scale(let factor): ElementChange(region: region, factor: factor)
    case .replace(let value): ElementChange(region: region, factor: 0, addend: value)
    case .mix(let value, let share): ElementChange(region: region, factor: 1 - share, addend: value, weight: share)
    case .add(let value): ElementChange(region: region, factor: 1, addend: value)
    }
  }

  /// The elements of a tensor at this site that the edit means, as ranges in storage order.
  private func region(of shape: [Int]) throws -> [Range<Int>] {
    let isSquare = site.kind.isSquare, hasHeads = site.kind.hasHeads
    if heads != nil && !hasHeads { throw fault(phrase("error.thisSiteHas")) }
    // [B, outer, inner, …rest]: positions are the outer or the inner axis, heads the other.
    let batch = shape[0], outer = shape.count > 2 ? shape[1] : 1
    let inner = hasHeads ? shape[2] : 1
    let rest = shape.reduce(1, *) / max(1, batch * outer * inner)
    try check("rows", rows.map { [$0.lowerBound, $0.upperBound - 1] }, below: batch)
    try check("positions", positions.map(Array.init), below: isSquare ? inner : outer)
    try check("heads", heads.map(Array.init), below: isSquare ? outer : inner)
    try check("units", units.map(Array.init), below: rest)
    let units = units?.sorted()
    var ranges: [Range<Int>] = []
    func append(_ range: Range<Int>) {
      if let last = ranges.last, last.upperBound == range.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
      } else {
        ranges.append(range)
      }
    }
    for row in rows ?? 0..<batch {
      for place in 0..<outer * inner {
        let first = place / inner, second = place % inner
        let position = isSquare ? second : first, head = isSquare ? first : second
        guard positions?.contains(position) ?? true, !hasHeads || heads?.contains(head) ?? true else { continue }
        let start = (row * outer * inner + place) * rest
        guard let units else {
          append(start..<start + rest)
          continue
        }
        for unit in units { append(start + unit..<start + unit + 1) }
      }
    }
    return ranges
  }

  private func check(_ name: String, _ values: [Int]?, below bound: Int) throws {
    guard let values, let wrong = values.first(where: { $0 < 0 || $0 >= bound }) else { return }
    throw fault(phrase("error.editBeyond", ["axis": name]), expected: "0 … \(bound - 1)", found: "\(wrong)")
  }

  func fault(_ problem: String, expected: String? = nil, found: String? = nil) -> InputError {
    InputError(
      at: phrase("error.editAtSite", ["site": site.text]), problem, expected: expected, found: found)
  }
}
