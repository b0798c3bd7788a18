import COnig
import Support
import Synchronization

/// A compiled pattern of Oniguruma, with which Hugging Face's tokenizers search; it can be used from any thread.
final class RegularExpression: @unchecked Sendable {
  private let code: OnigRegex

  /// Errors: `InputError` at `place` with Oniguruma's message.
  init(_ pattern: String, place: String) throws {
    let bytes = Array(RecentCharacters.added(to: pattern).utf8)
    var message = [UInt8](repeating: 0, count: Int(ONIG_MAX_ERROR_MESSAGE_LEN))
    var code: OnigRegex?
    let status = Self.compiling.withLock { _ in onig_compile_utf8(&code, bytes, bytes.count, &message) }
    guard status == 0, let code else {
      let reason = String(decoding: message.prefix { $0 != 0 }, as: UTF8.self)
      throw InputError(at: place, phrase("error.hasPatternCannot", ["reason": reason]), found: pattern)
    }
    self.code = code
  }

  deinit { onig_free(code) }

  /// Compiling is not for several threads at once; searching is.
  private static let compiling = Mutex(())

  /// The matches in a text, from left to right; an empty one counts unless it stands where the last one ended.
  ///
  /// A search that Oniguruma gives up (patterns that backtrack without end) finds nothing more.
  func matches(in text: UTF8Bytes) -> [Range<Int>] {
    guard !text.isEmpty, let base = text.baseAddress, let region = onig_region_new() else { return [] }
    defer { onig_region_free(region, 1) }
    var result: [Range<Int>] = []
    var position = 0
    var (start, end) = (0, 0)
    while position <= text.count, onig_search_from(code, base, text.count, position, region, &start, &end) == 1 {
      if start == end, result.last?.upperBound == end {
        position = end < text.count ? end + scalarLength(leadingByte: text[end]) : end + 1
      } else {
        result.append(start..<end)
        position = end
      }
    }
    return result
  }
}
