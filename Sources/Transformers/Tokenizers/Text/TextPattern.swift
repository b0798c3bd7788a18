import Support

/// What `Split` and `Replace` look for: a literal or a regular expression.
enum TextPattern: Sendable {
  case literal([UInt8])
  case expression(RegularExpression)

  /// The `pattern` of a component.
  init(_ component: JSONField) throws {
    let field = try component.required("pattern")
    if let literal = field["String"] {
      self = .literal(Array(try literal.string().utf8))
    } else if let expression = field["Regex"] {
      self = .expression(try RegularExpression(try expression.string(), place: expression.place))
    } else {
      throw InputError(at: field.place, phrase("error.isNoPattern"), expected: "\"String\" or \"Regex\"")
    }
  }

  /// Ranges of bytes, from left to right; those of an expression can be empty.
  func matches(in text: UTF8Bytes) -> [Range<Int>] {
    switch self {
    case .expression(let expression): return expression.matches(in: text)
    case .literal(let literal):
      guard let first = literal.first else { return [] }
      var result: [Range<Int>] = []
      var position = 0
      while position + literal.count <= text.count {
        if text[position] == first, literal.indices.allSatisfy({ text[position + $0] == literal[$0] }) {
          result.append(position..<(position + literal.count))
          position += literal.count
        } else {
          position += 1
        }
      }
      return result
    }
  }
}
