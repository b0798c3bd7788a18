import Plotting
import TestSupport
import Testing

@Suite("Samples of numbers")
struct DistributionTests {
  private static let values = [2.0, 7, 1, 8, 2, 8, 1, 8, 2, 8]

  @Test(
    "Quantiles are those of type 7",
    arguments: [(0, 1), (0.1, 1), (0.25, 2), (0.5, 4.5), (0.75, 8), (0.9, 8), (1, 8)] as [(Double, Double)])
  func quantiles(_ share: Double, _ expected: Double) {
    #expect(abs(Distribution(Self.values.map(PlotValue.init)).quantile(share) - expected) < 1e-12)
  }

  @Test("Readings without a number are counted and not taken for numbers")
  func gaps() {
    let sample = Distribution([.number(1), .nan, .infinite, .notApplicable, .blank, .number(3)])
    #expect(sample.sorted == [1, 3])
    #expect(sample.gaps == 3)
    #expect(Distribution([.nan]).quantile(0.5).isNaN)
  }

  /// `numpy.std(ddof=1)`, and the kernel density of scipy with Silverman's width computed as here.
  @Test("The density has the area 1 and lies where the numbers are")
  func density() {
    var data = SampleData(seed: 9)
    let sample = Distribution(data.normals(500, mean: 2, deviation: 0.5).map(PlotValue.init))
    #expect(abs(sample.mean - 2) < 0.1)
    #expect(abs(sample.standardDeviation - 0.5) < 0.05)
    let curve = sample.density(over: -1...5, steps: 601)
    #expect(abs(curve.map(\.y).reduce(0, +) * 0.01 - 1) < 2e-3)
    let mode = curve.max { $0.y < $1.y }
    #expect(abs((mode?.x ?? 0) - 2) < 0.25)
    #expect(abs((mode?.y ?? 0) - 0.798) < 0.08)
  }

  @Test("A single number has a density as well")
  func single() {
    let sample = Distribution([.number(3)])
    #expect(sample.bandwidth > 0)
    #expect(sample.binEdges() == [2.5, 3.5])
    #expect(sample.density(over: 2...4, steps: 5).allSatisfy { $0.y.isFinite })
  }

  @Test("Bins hold every number once, at round edges", arguments: [3, 20, 500])
  func bins(_ count: Int) {
    var data = SampleData(seed: UInt64(count))
    let sample = Distribution(data.normals(count).map(PlotValue.init))
    let edges = sample.binEdges()
    #expect(sample.counts(in: edges).reduce(0, +) == count)
    let steps = zip(edges, edges.dropFirst()).map { $1 - $0 }
    #expect(steps.allSatisfy { abs($0 - steps[0]) < 1e-9 })
    #expect(edges.count >= 3 && edges.count <= 70)
    #expect(Distribution([0, 1, 1, 2].map(PlotValue.init)).counts(in: [0, 1, 2]) == [1, 3])
  }
}
