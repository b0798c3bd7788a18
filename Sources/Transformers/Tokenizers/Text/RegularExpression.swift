import CPCRE
import Tensors

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

  /// The pattern with `\s` as Unicode's White_Space (PCRE2's own has U+180E as well), and with the letters and numbers
  /// that are younger than PCRE2's tables.
  private static func translated(_ pattern: String) -> String {
    var result = ""
    var rest = pattern[...]
    var isInBrackets = false
    while let character = rest.first {
      if let (name, content) = classes.first(where: { rest.hasPrefix($0.name) }) {
        result += isInBrackets ? content : "[\(content)]"
        rest.removeFirst(name.count)
      } else if rest.hasPrefix(#"\S"#), !isInBrackets {
        result += "[^\(whiteSpace)]"
        rest.removeFirst(2)
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

  /// What stands in brackets for a class.
  private static let classes: [(name: String, content: String)] = [
    (#"\s"#, whiteSpace), (#"\p{L}"#, #"\p{L}"# + recent(.letter)), (#"\p{N}"#, #"\p{N}"# + recent(.number)),
  ]

  /// Ranges of the scalars of a class that came with Unicode 15 or later.
  private static func recent(_ kind: ScalarClass) -> String {
    var ranges: [ClosedRange<UInt32>] = []
    for value in (0..<UInt32(0x33500)) where ScalarClass.of(value).contains(kind) {
      guard let age = Unicode.Scalar(value)?.properties.age, age.major >= 15 else { continue }
      if let last = ranges.last, last.upperBound + 1 == value {
        ranges[ranges.count - 1] = last.lowerBound...value
      } else {
        ranges.append(value...value)
      }
    }
    func hexadecimal(_ value: UInt32) -> String { "\\x{\(String(value, radix: 16))}" }
    return ranges.map { "\(hexadecimal($0.lowerBound))-\(hexadecimal($0.upperBound))" }.joined()
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
        let found = pcre2_match_8(code, base, text.count, position, UInt32(PCRE2_NO_UTF_CHECK), data, nil)
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
