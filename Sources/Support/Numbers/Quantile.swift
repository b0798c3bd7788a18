extension [Double] {
  /// Of sorted numbers the one below which a share of them lies, linear between neighbours (Hyndman & Fan 1996, type 7);
  /// NaN where there are none.
  package func quantile(_ share: Double) -> Double {
    guard let last else { return .nan }
    let place = Swift.min(Swift.max(share, 0), 1) * Double(count - 1)
    let index = Int(place)
    guard index + 1 < count else { return last }
    return self[index] + (self[index + 1] - self[index]) * (place - Double(index))
  }
}
