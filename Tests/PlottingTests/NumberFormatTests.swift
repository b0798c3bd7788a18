import Plotting
import Testing

@Suite("Numbers as they are written")
struct NumberFormatTests {
  @Test(
    "A number is rounded to three significant digits, with a true minus sign",
    arguments: [
      (0, "0"), (-0.0, "0"), (1, "1"), (0.5, "0.5"), (0.12345, "0.123"), (-0.12345, "−0.123"), (12.34, "12.3"),
      (123.4, "123"), (1234.5, "1,235"), (12345.6, "12,346"), (22_713_216, "22,713,216"), (-3, "−3"),
      (0.00999, "0.00999"),
      (0.000123, "0.000123"), (0.0000123, "1.23×10⁻⁵"), (1.25e-12, "1.25×10⁻¹²"), (9.996, "10"), (99.96, "100"),
      (0.9996, "1"),
      (.leastNonzeroMagnitude, "4.94×10⁻³²⁴"),
      (1e300, "1×10³⁰⁰"), (.nan, "NaN"), (.infinity, "Inf"), (-.infinity, "−Inf"), (0.1 + 0.2, "0.3"),
    ] as [(Double, String)])
  func text(_ value: Double, _ expected: String) {
    #expect(NumberFormat.text(value) == expected)
  }

  @Test(
    "Decimals stay where they are asked for",
    arguments: [
      (0.5, 2, "0.50"), (-0.001, 2, "0.00"), (1234.567, 1, "1,234.6"), (12345.678, 1, "12,345.7"), (2, 0, "2"),
      (0.005, 2, "0.01"), (-1.5, 1, "−1.5"),
    ]
      as [(Double, Int, String)])
  func fixed(_ value: Double, _ decimals: Int, _ expected: String) {
    #expect(NumberFormat.fixed(value, decimals: decimals) == expected)
  }

  @Test(
    "Machines read plain ASCII",
    arguments: [
      (-0.25, "-0.25"), (1e-7, "1e-7"), (1.0 / 3, "0.333333333"), (1e20, "1e20"), (123456789, "123456789"), (0, "0"),
      (.nan, "NaN"), (-.infinity, "-Inf"),
    ] as [(Double, String)])
  func machine(_ value: Double, _ expected: String) {
    #expect(NumberFormat.machine(value) == expected)
  }

  @Test("What machines read is the number, to nine digits")
  func roundTrip() throws {
    var value = 1.234567890123e-300
    while value < 1e300 {
      let read = try #require(Double(NumberFormat.machine(value)))
      #expect(abs(read - value) <= value * 1e-8)
      value *= 7.3
    }
  }
}
