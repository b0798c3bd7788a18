import CPCRE
import Foundation
import Support

/// A compiled PCRE2 pattern over UTF-8 with Unicode properties; it can be used from any thread.
final class RegularExpression: @unchecked Sendable {
  private let code: OpaquePointer

  /// Errors: `InputError` at `place` with PCRE2's message.
  init(_ pattern: String, place: String) throws {
    var number: Int32 = 0
    var offset = 0
    let bytes = Array(Self.translated(pattern).utf8)
    guard
      let code = pcre2_compile_8(
        bytes, bytes.count, UInt32(PCRE2_UTF) | UInt32(PCRE2_UCP), &number, &offset, nil)
    else {
      var message = [UInt8](repeating: 0, count: 256)
      let length = pcre2_get_error_message_8(number, &message, message.count)
      let reason = String(decoding: message.prefix(max(0, Int(length))), as: UTF8.self)
      throw InputError(at: place, "has a pattern that cannot be compiled (\(reason) at byte \(offset))", found: pattern)
    }
    self.code = code
    pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
  }

  deinit { pcre2_code_free_8(code) }

  /// The pattern with `\s` and `\w` as the reference implementation's regular expressions have them (PCRE2's own `\s`
  /// has U+180E as well, its `\w` lacks marks), and with the characters that are younger than PCRE2's tables in
  /// `\p{…}`.
  private static func translated(_ pattern: String) -> String {
    var result = ""
    var rest = pattern[...]
    var isInBrackets = false
    while let character = rest.first {
      if rest.hasPrefix(#"\s"#) || rest.hasPrefix(#"\w"#) {
        let content = rest.hasPrefix(#"\s"#) ? whiteSpace : word
        result += isInBrackets ? content : "[\(content)]"
        rest.removeFirst(2)
      } else if !isInBrackets, rest.hasPrefix(#"\S"#) || rest.hasPrefix(#"\W"#) {
        result += "[^\(rest.hasPrefix(#"\S"#) ? whiteSpace : word)]"
        rest.removeFirst(2)
      } else if rest.hasPrefix(#"\p{"#), let end = rest.firstIndex(of: "}") {
        let property = rest[...end]
        let content = property + recent(String(property.dropFirst(3).dropLast()))
        result += isInBrackets ? content : "[\(content)]"
        rest = rest[rest.index(after: end)...]
      } else if isInBrackets, rest.hasPrefix("[:"), let end = rest.range(of: ":]") {
        result += rest[..<end.upperBound]
        rest = rest[end.upperBound...]
      } else {
        if character == "[" { isInBrackets = true }
        if character == "]" { isInBrackets = false }
        let length = character == "\\" ? 2 : 1
        result += rest.prefix(length)
        rest = rest.dropFirst(length)
      }
    }
    return result
  }

  private static let whiteSpace =
    #"\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"#
  private static let word = #"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\x{b2}\x{b3}\x{b9}\x{bc}-\x{be}"#

  /// Ranges of the scalars of a general category ("L", "Lu") that came with Unicode 15 and 16.
  private static func recent(_ category: String) -> String {
    var ranges: [ClosedRange<UInt32>] = []
    for (value, name) in recentCategories where name.hasPrefix(category) {
      if let last = ranges.last, last.upperBound + 1 == value {
        ranges[ranges.count - 1] = last.lowerBound...value
      } else {
        ranges.append(value...value)
      }
    }
    func hexadecimal(_ value: UInt32) -> String { "\\x{\(String(value, radix: 16))}" }
    return ranges.map { "\(hexadecimal($0.lowerBound))-\(hexadecimal($0.upperBound))" }.joined()
  }

  /// The letters, marks and numbers of Unicode 15 and 16, with the names of their categories.
  private static let recentCategories: [(value: UInt32, name: String)] = (UInt32(0x300)..<0x33500).compactMap {
    value -> (value: UInt32, name: String)? in
    guard let properties = Unicode.Scalar(value)?.properties, let age = properties.age, (15...16).contains(age.major)
    else { return nil }
    let name: String
    switch properties.generalCategory {
    case .uppercaseLetter: name = "Lu"
    case .lowercaseLetter: name = "Ll"
    case .titlecaseLetter: name = "Lt"
    case .modifierLetter: name = "Lm"
    case .otherLetter: name = "Lo"
    case .nonspacingMark: name = "Mn"
    case .spacingMark: name = "Mc"
    case .enclosingMark: name = "Me"
    case .decimalNumber: name = "Nd"
    case .letterNumber: name = "Nl"
    case .otherNumber: name = "No"
    default: return nil
    }
    return (value, name)
  }

  /// The matches in a text, from left to right; empty ones are left out.
  func matches(in text: UTF8Bytes) -> [Range<Int>] {
    guard let data = pcre2_match_data_create_from_pattern_8(code, nil) else { return [] }
    defer { pcre2_match_data_free_8(data) }
    var result: [Range<Int>] = []
    var position = 0
    var empty: UInt8 = 0
    withUnsafePointer(to: &empty) { nothing in
      let base = text.baseAddress ?? nothing
      while position < text.count {
        var found = pcre2_match_8(code, base, text.count, position, UInt32(PCRE2_NO_UTF_CHECK), data, nil)
        if found < PCRE2_ERROR_NOMATCH {
          // The compiled matcher ran out of stack: the other one uses the heap.
          let options = UInt32(PCRE2_NO_UTF_CHECK) | UInt32(PCRE2_NO_JIT)
          found = pcre2_match_8(code, base, text.count, position, options, data, nil)
        }
        guard found > 0, let bounds = pcre2_get_ovector_pointer_8(data) else { return }
        let match = bounds[0]..<max(bounds[0], bounds[1])
        if match.isEmpty {
          position =
            match.lowerBound < text.count ? match.lowerBound + text.scalar(at: match.lowerBound).length : text.count
        } else {
          result.append(match)
          position = match.upperBound
        }
      }
    }
    return result
  }
}
