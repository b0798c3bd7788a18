/// Spearman's correlation of two columns of equal length: Pearson's of their ranks, ties sharing the mean of theirs. NaN
/// for fewer than three pairs and for a column of one value.
///
/// Source: Spearman 1904.
package func spearman(_ x: [Double], _ y: [Double]) -> Double {
  precondition(x.count == y.count, "\(x.count) and \(y.count) numbers")
  guard x.count >= 3 else { return .nan }
  let (a, b) = (ranks(x), ranks(y))
  let middle = Double(x.count - 1) / 2
  var (ab, aa, bb) = (0.0, 0.0, 0.0)
  for (p, q) in zip(a, b) {
    ab += (p - middle) * (q - middle)
    aa += (p - middle) * (p - middle)
    bb += (q - middle) * (q - middle)
  }
  return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : .nan
}

/// From 0; equal numbers share the mean of their ranks.
private func ranks(_ numbers: [Double]) -> [Double] {
  let order = numbers.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) }
  var result = [Double](repeating: 0, count: numbers.count)
  var start = 0
  while start < order.count {
    var end = start
    while end + 1 < order.count, numbers[order[end + 1]] == numbers[order[start]] { end += 1 }
    for place in start...end { result[order[place]] = Double(start + end) / 2 }
    start = end + 1
  }
  return result
}
