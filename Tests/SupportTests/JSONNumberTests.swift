import Foundation
import Support
import Testing

@Suite("Numbers as the program writes them")
struct JSONNumberTests {
  @Test(
    "Numbers are rounded in decimal",
    arguments: [
      (1.0 / 3, 0.333333333), (2e20 / 3, 6.66666667e19), (-0.0, 0.0), (0.1, 0.1), (123_456_789.5, 123_456_790),
      (.leastNonzeroMagnitude, .leastNonzeroMagnitude),
      (.greatestFiniteMagnitude, 1.79769313e308),
    ])
  func rounding(number: Double, rounded: Double) { #expect(number.rounded(significantDigits: 9) == rounded) }

  @Test("Rounding is that of decimal text, for numbers of any size and near a half")
  func roundingOfMany() {
    var generator = SeededGenerator(seed: 3)
    for n in 0..<20_000 {
      let exponent = Int(generator.next() % 600) - 300, digits = 1 + Int(generator.next() % 15)
      var number = (generator.normal() + 2) * pow(10, Double(n % 2 == 0 ? exponent : exponent % 12))
      // Every fifth lies within a few last bits of a half of the last digit.
      if n % 5 == 0 { number = (Double(generator.next() % 100_000) + 0.5) * 1e-3 * (1 + 2e-16 * generator.normal()) }
      let text = String(format: "%.*e", digits - 1, number)
      #expect(number.rounded(significantDigits: digits) == Double(text), "\(number) to \(digits)")
    }
  }

  @Test("Numbers are written as Swift describes the rounded ones, whole ones below 10¹⁵ without a fraction")
  func writing() {
    var generator = SeededGenerator(seed: 4)
    func check(_ number: Double) {
      let rounded = number.rounded(significantDigits: 9)
      let wanted = rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int(rounded)) : "\(rounded)"
      #expect(String(decoding: JSONText.number(number).bytes.dropLast(), as: UTF8.self) == wanted, "\(number)")
    }
    for number in [0, -0.0, 0.1, -0.1, 1e-4, 1.5e-4, 1e-5, 1.25e-5, 9.9999999999e-5, 1e14, 1e15, 1e16, 1.5e16, 123] {
      check(number)
    }
    for n in 0..<20_000 {
      check(
        (generator.normal() + 2)
          * pow(10, Double(Int(generator.next() % (n % 2 == 0 ? 60 : 24)) - (n % 2 == 0 ? 30 : 8))))
      if n % 4 == 0 { check(Double(generator.next() % 100_000) * 1e-3) }
    }
  }
}
