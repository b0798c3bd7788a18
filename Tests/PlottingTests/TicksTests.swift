import Plotting
import Testing

@Suite("Ticks")
struct TicksTests {
  @Test(
    "Linear ticks are round numbers with the same decimals",
    arguments: [
      (0.0...1.0, 5, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]), (0...100, 4, ["0", "50", "100"]),
      (-1...1, 4, ["−1.0", "−0.5", "0.0", "0.5", "1.0"]), (0...3e-7, 3, ["0", "1×10⁻⁷", "2×10⁻⁷", "3×10⁻⁷"]),
      (0...2_500_000, 5, ["0", "0.5×10⁶", "1.0×10⁶", "1.5×10⁶", "2.0×10⁶", "2.5×10⁶"]),
    ] as [(ClosedRange<Double>, Int, [String])])
  func linear(_ domain: ClosedRange<Double>, _ count: Int, _ expected: [String]) {
    #expect(Ticks.linear(domain, count: count).map(\.label) == expected)
  }

  @Test("Whole-number axes have no fractions")
  func integers() {
    #expect(Ticks.linear(0...3, count: 9, isInteger: true).map(\.label) == ["0", "1", "2", "3"])
  }

  @Test(
    "Logarithmic ticks are powers of ten over decades, and finer below two",
    arguments: [
      (1e-6...1.0, 7, ["10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "1"]),
      (1e-6...1, 4, ["10⁻⁶", "10⁻⁴", "10⁻²", "1"]),
      (1...1000, 5, ["1", "10", "100", "1,000"]), (1...10, 6, ["1", "2", "3", "5", "10"]),
      (0.2...0.25, 3, ["0.20", "0.22", "0.24"]), (0.129...4, 2, ["0.3", "3"]), (0.129...4, 1, ["0.3", "3"]),
    ] as [(ClosedRange<Double>, Int, [String])])
  func logarithmic(_ domain: ClosedRange<Double>, _ count: Int, _ expected: [String]) {
    #expect(Ticks.log(domain, count: count).map(\.label) == expected)
  }

  @Test("Symmetric logarithmic ticks hold zero and both signs in rising order")
  func symlog() {
    let ticks = Ticks.symlog(-1000...1000, linearTo: 1, count: 9)
    #expect(ticks.map(\.label) == ["−10³", "−10²", "−10", "−1", "0", "1", "10", "10²", "10³"])
    #expect(ticks.map(\.value) == ticks.map(\.value).sorted())
  }

  @Test("Ticks lie in the domain, rise and differ, whatever the domain", arguments: 1...200)
  func properties(_ seed: Int) {
    // A few irrational steps cover magnitudes from 1e-12 to 1e12 and widths from a hair to everything.
    let x = Double(seed)
    let low = (x * 0.618).truncatingRemainder(dividingBy: 1) * power(10, seed % 25 - 12) * (seed % 3 == 0 ? -1 : 1)
    let high = low + abs(low) * power(10, seed % 7 - 3) + 1e-13
    for count in [2, 5, 10] {
      check(Ticks.linear(low...high, count: count), low...high, most: count + 2)
      let positive = abs(low) + 1e-13...abs(low) + 1e-13 + abs(high)
      check(Ticks.log(positive, count: count), positive, most: count + 2)
    }
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<abs(exponent)).reduce(1.0) { value, _ in exponent > 0 ? value * base : value / base }
  }

  private func check(_ ticks: [Tick], _ domain: ClosedRange<Double>, most: Int) {
    #expect(!ticks.isEmpty, "\(domain)")
    #expect(ticks.count <= most, "\(domain): \(ticks.map(\.label))")
    #expect(ticks.allSatisfy { domain.contains($0.value) }, "\(domain): \(ticks)")
    #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.value < $1.value }, "\(domain): \(ticks)")
    #expect(Set(ticks.map(\.label)).count == ticks.count, "\(domain): \(ticks.map(\.label))")
  }
}
