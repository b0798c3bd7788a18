import Support
import TestSupport
import Testing

@testable import Transformers

@Suite("Regular expressions")
struct RegularExpressionTests {
  /// The parts of a text that match, as the tokenizers library 0.23 finds them.
  @Test(
    "Mean what they mean to Hugging Face's tokenizers",
    arguments: [
      ("[a-z&&[^l]]+", "hell", ["he"]), ("[\\p{L}&&[^\\p{Han}]]+", "ab漢c", ["ab", "c"]),
      ("\\d{1,3}+", "12345", ["12345"]), ("l{,2}", "llla", ["ll", "l"]), ("\\h+", "xyzff0g", ["ff0"]),
      ("a++", "aaa", ["aaa"]), ("^b", "a\nb", ["b"]), ("a$", "a\nb", ["a"]), ("[[:^alpha:]]+", "ab12", ["12"]),
      ("[[:punct:]]+", "a$+<😀!", ["$+<😀!"]), ("\\p{Punct}+", "a$!", ["!"]), ("\\p{^L}+", "ab12", ["12"]),
      ("(?i:'s|'t)", "X'S", ["'S"]), ("[:alpha:]+", "aloh!p", ["al", "h", "p"]), ("\\Aa", "a\na", ["a"]),
      ("\\s+(?!\\S)|\\s+", "a   b", ["  ", " "]),
      // Characters of Unicode 15 and 16, and letters that became ones.
      ("\\p{L}+", "\u{31350}\u{10D4A}-", ["\u{31350}\u{10D4A}"]), ("[^\\p{L}]+", "a\u{31350}-", ["-"]),
      ("\\p{Han}+", "a\u{2EBF0}漢", ["\u{2EBF0}漢"]), ("\\w+", "\u{1C89}_\u{10D40} ", ["\u{1C89}_\u{10D40}"]),
      ("\\W+", "\u{1C89}-\u{10D40}", ["-"]), ("\\P{N}+", "a\u{1E4F0}", ["a"]), ("\\d+", "1\u{10D40}", ["1\u{10D40}"]),
      ("\\p{Lu}+", "A\u{1C89}a", ["A\u{1C89}"]), ("\\p{So}", "\u{1FAE8}a", ["\u{1FAE8}"]),
      ("\\p{Alphabetic}+", "-\u{363}a", ["\u{363}a"]), ("[[:lower:]]+", "A\u{10FC}a", ["\u{10FC}a"]),
    ])
  func matches(pattern: String, text: String, expected: [String]) throws {
    let expression = try RegularExpression(pattern, place: "x")
    var bytes = text
    let found = bytes.withUTF8 { buffer in
      expression.matches(in: buffer).map { String(decoding: buffer[$0], as: UTF8.self) }.filter { !$0.isEmpty }
    }
    #expect(found.map { Array($0.utf8) } == expected.map { Array($0.utf8) }, "\(found)")
  }

  @Test(
    "Empty matches count, but not behind another match",
    arguments: [
      ("(?=[A-Z])", "fooBarBaz", [3..<3, 6..<6]), ("x*", "axb", [0..<0, 1..<2, 3..<3]), ("$", "ab", [2..<2]),
      ("(?=é)", "aéb", [1..<1]), ("x*", "éb", [0..<0, 2..<2, 3..<3]),
    ])
  func empty(pattern: String, text: String, expected: [Range<Int>]) throws {
    let expression = try RegularExpression(pattern, place: "x")
    var bytes = text
    #expect(bytes.withUTF8 { expression.matches(in: $0) } == expected)
  }

  @Test("A pattern that is none is refused with the reason", arguments: ["(a", "(?s:.)", "[z-a]", "\\p{Nonsense}"])
  func refused(pattern: String) {
    #expect {
      _ = try RegularExpression(pattern, place: "tokenizer.json: x")
    } throws: { "\($0)".hasPrefix("tokenizer.json: x: has a pattern that cannot be compiled (") }
  }
}
