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

  /// `\s` outside of brackets as Unicode's White_Space; PCRE2's own has U+180E as well.
  private static func translated(_ pattern: String) -> String {
    let space = #"\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"#
    var result = ""
    var isEscaped = false
    var bracketDepth = 0
    for scalar in pattern.unicodeScalars {
      if isEscaped {
        isEscaped = false
        if scalar == "s" {
          result += bracketDepth > 0 ? space : "[\(space)]"
        } else if scalar == "S", bracketDepth == 0 {
          result += "[^\(space)]"
        } else {
          result += "\\\(scalar)"
        }
      } else if scalar == "\\" {
        isEscaped = true
      } else {
        if scalar == "[" { bracketDepth = 1 }
        if scalar == "]" { bracketDepth = 0 }
        result.unicodeScalars.append(scalar)
      }
    }
    return isEscaped ? result + "\\" : result
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
