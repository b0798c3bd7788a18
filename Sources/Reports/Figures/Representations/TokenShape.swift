import Support

/// What can be told of a token from how it is written, for dots that have no label to be coloured by.
enum TokenShape: CaseIterable {
  case wordStart, capitalised, continuation, number, punctuation

  /// "start of a word".
  var title: String {
    switch self {
    case .wordStart: phrase("tokenShape.wordStart")
    case .capitalised: phrase("tokenShape.capitalised")
    case .continuation: phrase("tokenShape.continuation")
    case .number: phrase("tokenShape.number")
    case .punctuation: phrase("tokenShape.punctuation")
    }
  }

  /// Of tokens as they are written (`␣The`, `▁The`, `##ing`); nil where all have one shape.
  ///
  /// Which tokens begin a word is marked at these, or at the others; where it is marked at none, all do.
  static func titles(of tokens: [String]) -> [String]? {
    let marksStarts = tokens.contains { $0.first.map(isSpace) == true }
    let shapes = tokens.map { token -> TokenShape in
      let isPiece = token.hasPrefix("##")
      let text = isPiece ? token.dropFirst(2) : token.drop(while: isSpace)
      guard let first = text.first(where: { $0.isLetter || $0.isNumber }) else { return .punctuation }
      if text.allSatisfy({ !$0.isLetter }) { return .number }
      if isPiece || marksStarts && token.first.map(isSpace) != true { return .continuation }
      return first.isUppercase ? .capitalised : .wordStart
    }
    return Set(shapes).count > 1 ? shapes.map(\.title) : nil
  }

  private static func isSpace(_ character: Character) -> Bool { character == "␣" || character == "▁" }
}
