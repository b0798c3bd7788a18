extension Sequence<Double> {
  /// The middle number, of an even count the mean of the two in the middle; nil of none. NaN has no place in an order:
  /// leave it out before.
  package var median: Double? {
    let sorted = sorted()
    guard !sorted.isEmpty else { return nil }
    let (low, high) = (sorted[(sorted.count - 1) / 2], sorted[sorted.count / 2])
    return low == high ? low : low / 2 + high / 2
  }
}
