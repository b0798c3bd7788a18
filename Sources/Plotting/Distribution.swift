import Foundation
import Support

/// A sample of numbers, sorted, and what boxes, violins and histograms show of it.
package struct Distribution: Hashable, Sendable {
  package let sorted: [Double]
  /// How many of the readings were no numbers, of each kind in the order of `PlotValue.gaps`.
  private let gapCounts: [Int]

  package init(_ readings: some Sequence<PlotValue>) {
    var numbers: [Double] = []
    var gaps = PlotValue.gaps.map { _ in 0 }
    for reading in readings {
      if let number = reading.number {
        numbers.append(number)
      } else if let kind = PlotValue.gaps.firstIndex(of: reading) {
        gaps[kind] += 1
      }
    }
    sorted = numbers.sorted()
    gapCounts = gaps
  }

  /// How many of the readings were no numbers.
  package var gaps: Int { gapCounts.reduce(0, +) }

  /// How many of each kind some samples have: "1 NaN, 2 Inf"; nil where all are numbers.
  static func gapWords(_ samples: Distribution...) -> String? { gapWords(samples) }

  static func gapWords(_ samples: [Distribution]) -> String? {
    let words = PlotValue.gaps.indices.compactMap { kind -> String? in
      let count = samples.reduce(0) { $0 + $1.gapCounts[kind] }
      return count == 0 ? nil : "\(NumberFormat.count(count)) \(PlotValue.gaps[kind].gap ?? "")"
    }
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }

  package var range: ClosedRange<Double>? {
    guard let low = sorted.first, let high = sorted.last else { return nil }
    return low...high
  }

  package func quantile(_ share: Double) -> Double { sorted.quantile(share) }

  package var mean: Double { sorted.reduce(0, +) / Double(sorted.count) }

  package var standardDeviation: Double {
    guard sorted.count > 1 else { return 0 }
    let mean = mean
    return (sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(sorted.count - 1)).squareRoot()
  }

  /// The farthest numbers within 1.5 interquartile ranges of the quartiles (Tukey 1977), and those beyond them.
  var whiskers: (low: Double, high: Double, outliers: [Double]) {
    let (first, third) = (quantile(0.25), quantile(0.75))
    let reach = 1.5 * (third - first)
    let inside = sorted.filter { $0 >= first - reach && $0 <= third + reach }
    let outliers = sorted.filter { $0 < first - reach || $0 > third + reach }
    return (inside.first ?? first, inside.last ?? third, outliers)
  }

  /// Silverman's rule of thumb (1986): 0.9 min(s, IQR/1.34) n^(−1/5); a hundredth of the range where that is 0.
  package var bandwidth: Double {
    guard let range else { return 1 }
    let spread = (quantile(0.75) - quantile(0.25)) / 1.34
    let deviation = standardDeviation
    let width = 0.9 * (spread > 0 ? min(deviation, spread) : deviation) * pow(Double(sorted.count), -0.2)
    return width > 0 ? width : max((range.upperBound - range.lowerBound) / 100, abs(range.lowerBound) * 1e-3, 1e-9)
  }

  /// The density at evenly spaced places of a range: the mean of Gaussian kernels, those within four bandwidths.
  package func density(over range: ClosedRange<Double>, steps: Int, bandwidth: Double? = nil) -> [(
    x: Double, y: Double
  )] {
    let width = bandwidth ?? self.bandwidth
    let scale = 1 / (Double(max(sorted.count, 1)) * width * (2 * Double.pi).squareRoot())
    var first = 0
    return (0..<steps).map { step in
      let share = steps > 1 ? Double(step) / Double(steps - 1) : 0.5
      let x = range.lowerBound + (range.upperBound - range.lowerBound) * share
      while first < sorted.count, sorted[first] < x - 4 * width { first += 1 }
      var sum = 0.0
      var index = first
      while index < sorted.count, sorted[index] <= x + 4 * width {
        let z = (sorted[index] - x) / width
        sum += exp(-z * z / 2)
        index += 1
      }
      return (x, sum * scale)
    }
  }

  /// Edges of equal bins at round numbers, about as many as the rule of Freedman and Diaconis (1981) or that of Sturges
  /// (1926) asks for, the greater, 5 to 60.
  package func binEdges(over domain: ClosedRange<Double>? = nil) -> [Double] {
    guard let range = domain ?? range else { return [0, 1] }
    guard range.upperBound > range.lowerBound else { return [range.lowerBound - 0.5, range.lowerBound + 0.5] }
    let spread = quantile(0.75) - quantile(0.25)
    let length = range.upperBound - range.lowerBound
    let wanted = spread > 0 ? length / (2 * spread * pow(Double(sorted.count), -1.0 / 3)) : 10
    let count = Int(min(max(wanted, log2(Double(sorted.count)) + 1, 5), 60).rounded(.up))
    let ticks = Ticks.linear(range, count: count).map(\.value)
    guard ticks.count > 1 else { return [range.lowerBound, range.upperBound] }
    let step = ticks[1] - ticks[0]
    var edges = ticks
    if edges[0] > range.lowerBound { edges.insert(edges[0] - step, at: 0) }
    if let last = edges.last, last < range.upperBound { edges.append(last + step) }
    return edges
  }

  /// How many numbers lie in each bin; a bin has its lower edge, the last both.
  package func counts(in edges: [Double]) -> [Int] {
    var counts = [Int](repeating: 0, count: max(edges.count - 1, 0))
    var bin = 0
    for number in sorted where number >= edges[0] && number <= edges[edges.count - 1] {
      while bin + 2 < edges.count, number >= edges[bin + 1] { bin += 1 }
      counts[bin] += 1
    }
    return counts
  }
}
