import Foundation
import Support
import Testing

@Suite("Numbers of JSON")
struct JSONNumberTests {
  private func number(_ text: String) throws -> JSONNumber {
    try #require(try JSON(Array(text.utf8), place: "x", .json5).number)
  }

  @Test(
    "A number is read as a double, and as an integer where it is whole and fits",
    arguments: [
      ("5", 5, 5), ("-5.0", -5, -5), ("5e2", 500, 500), ("0.5", 0.5, nil), ("1e999", .infinity, nil),
      ("-1e999", -.infinity, nil), ("Infinity", .infinity, nil), ("1e-999", 0, 0),
      ("9223372036854775807", 0x1p63, .max), ("9223372036854775808", 0x1p63, nil), ("1e300", 1e300, nil),
      ("9007199254740993.0", 0x1p53, nil), ("0x7fffffffffffffff", 0x1p63, .max),
      ("1" + String(repeating: "0", count: 400), .infinity, nil), ("0.1", 0.1, nil),
      ("5e-324", .leastNonzeroMagnitude, nil),
    ] as [(String, Double, Int?)])
  func values(text: String, double: Double, integer: Int?) throws {
    let number = try number(text)
    #expect(number.double == double)
    #expect(number.integer == integer)
  }

  @Test("NaN is a number, and none that is whole")
  func nan() throws {
    #expect(try number("NaN").double.isNaN)
    #expect(try number("NaN").integer == nil)
  }

  @Test(
    "The canonical spelling is the shortest, where it has the same value",
    arguments: [
      ("5.0", "5"), ("1e-3", "0.001"), ("0.10", "0.1"), ("1e999", "1e999"), ("-0.0", "0"), ("1e16", "1e+16"),
      ("0.1234567890123456789", "0.1234567890123456789"), ("123456789012345678901", "123456789012345678901"),
      ("NaN", "NaN"),
    ])
  func canonical(text: String, shortest: String) throws { #expect(try number(text).canonical.text == shortest) }

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
      #expect(String(decoding: JSON.number(number).bytes.dropLast(), as: UTF8.self) == wanted, "\(number)")
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
