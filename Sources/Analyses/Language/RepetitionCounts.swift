import Engine
import Results

/// What texts say again, added up over texts with bootstrap replicates.
struct RepetitionCounts: Sendable {
  static let stretches = (RepetitionAnalysis.newTokens + RepetitionMetrics.stretch - 1) / RepetitionMetrics.stretch
  private static let longest = RepetitionAnalysis.longest

  /// For n = 1 …: repeated n-grams and all; then for each stretch repeated 4-grams and all; then loops, tokens, texts.
  private var sums = BootstrapSums(width: 2 * (longest + stretches) + 3)
  private static let tail = 2 * (longest + stretches)

  mutating func add(_ text: some Collection<Int32>, _ weights: BootstrapWeights) {
    let text = Array(text)
    var values = [Double](repeating: 0, count: sums.width)
    for n in 1...Self.longest {
      for (start, isRepeated) in repetitions(of: n, in: text).enumerated() {
        values[2 * (n - 1)] += isRepeated ? 1 : 0
        values[2 * (n - 1) + 1] += 1
        if n == 4 {
          let slot = 2 * (Self.longest + (start + n - 1) / RepetitionMetrics.stretch)
          values[slot] += isRepeated ? 1 : 0
          values[slot + 1] += 1
        }
      }
    }
    values[Self.tail] = endsInLoop(text) ? 1 : 0
    values[Self.tail + 1] = Double(text.count)
    values[Self.tail + 2] = 1
    sums.add(values, weights)
  }

  private var texts: Int { sums.documents }

  /// The share of repeated n-grams; n is the number of texts.
  func rate(of n: Int) -> Quantity { sums.ratio(2 * (n - 1), to: sums, 2 * (n - 1) + 1, n: texts) }

  func rate(inStretch stretch: Int) -> Quantity {
    let slot = 2 * (Self.longest + stretch)
    return sums.ratio(slot, to: sums, slot + 1, n: texts)
  }

  var loops: Quantity { sums.ratio(Self.tail, to: sums, Self.tail + 2, n: texts) }
  var length: Quantity { sums.ratio(Self.tail + 1, to: sums, Self.tail + 2, n: texts) }
}

/// For each n-gram of a text, whether it has been there before.
func repetitions(of n: Int, in text: [Int32]) -> [Bool] {
  var seen: Set<ArraySlice<Int32>> = []
  return text.count < n ? [] : (0...text.count - n).map { !seen.insert(text[$0..<$0 + n]).inserted }
}

/// Whether a text ends in a phrase of two tokens or more that stands there three times in a row. One token that is said
/// again and again is such a phrase, six times.
func endsInLoop(_ text: [Int32]) -> Bool {
  guard text.count >= 6 else { return false }
  return (2...text.count / 3).contains { period in
    let end = text.suffix(3 * period)
    return end.dropFirst(period).elementsEqual(end.dropLast(period))
  }
}
