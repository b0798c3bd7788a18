/// A normalised text and where it is cut into the words that the model sees one by one.
struct SplitText: Sendable {
  var text: AlignedText
  /// Ranges of bytes in order; none is empty.
  var words: [Range<Int>]

  init(_ text: AlignedText) {
    self.text = text
    words = text.bytes.isEmpty ? [] : [text.bytes.indices]
  }

  /// What becomes of a separator.
  enum Behavior: String, Sendable {
    case removed = "Removed"
    case isolated = "Isolated"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    case contiguous = "Contiguous"
  }

  /// Cuts every word at separators: `find` gives their ranges within a word.
  mutating func split(_ behavior: Behavior, inverted: Bool = false, at find: (UTF8Bytes) -> [Range<Int>]) {
    var result: [Range<Int>] = []
    result.reserveCapacity(words.count * 2)
    text.bytes.withUnsafeBufferPointer { bytes in
      for word in words {
        var pieces = Self.pieces(of: word.count, separators: find(bytes.slice(word)))
        if inverted { for index in pieces.indices { pieces[index].isSeparator.toggle() } }
        Self.join(pieces, behavior) { piece in
          if piece.isEmpty { return }
          result.append((word.lowerBound + piece.lowerBound)..<(word.lowerBound + piece.upperBound))
        }
      }
    }
    words = result
  }

  /// Cuts every word at scalars of some classes.
  mutating func split(_ behavior: Behavior, at classes: ScalarClass) {
    split(behavior) { bytes in
      var result: [Range<Int>] = []
      var position = 0
      while position < bytes.count {
        let (value, length) = bytes.scalar(at: position)
        if !ScalarClass.of(value).isDisjoint(with: classes) { result.append(position..<(position + length)) }
        position += length
      }
      return result
    }
  }

  /// Replaces the text of every word by a rewritten one.
  mutating func rewrite(_ index: ScalarIndex, _ body: (inout [AlignedScalar]) -> Void) {
    var scalars: [AlignedScalar] = []
    var counts: [Int] = []
    for word in words {
      var part = text.scalars(word, index)
      body(&part)
      scalars += part
      counts.append(part.reduce(0) { $0 + Unicode.UTF8.width(Unicode.Scalar($1.value) ?? " ") })
    }
    text = AlignedText(scalars)
    var position = 0
    words = counts.map { count in
      defer { position += count }
      return position..<(position + count)
    }.filter { !$0.isEmpty }
  }

  private typealias Piece = (range: Range<Int>, isSeparator: Bool)

  private static func pieces(of count: Int, separators: [Range<Int>]) -> [Piece] {
    var pieces: [Piece] = []
    pieces.reserveCapacity(separators.count * 2 + 1)
    var position = 0
    for separator in separators {
      if separator.lowerBound > position { pieces.append((position..<separator.lowerBound, false)) }
      pieces.append((separator, true))
      position = separator.upperBound
    }
    if position < count { pieces.append((position..<count, false)) }
    return pieces
  }

  private static func join(_ pieces: [Piece], _ behavior: Behavior, _ emit: (Range<Int>) -> Void) {
    var pending: Piece?
    func flush() {
      if let range = pending?.range { emit(range) }
      pending = nil
    }
    for piece in pieces {
      switch behavior {
      case .removed: if !piece.isSeparator { emit(piece.range) }
      case .isolated: emit(piece.range)
      case .contiguous:
        if let last = pending, last.isSeparator == piece.isSeparator {
          pending = (last.range.lowerBound..<piece.range.upperBound, piece.isSeparator)
        } else {
          flush()
          pending = piece
        }
      case .mergedWithPrevious:
        if piece.isSeparator, let last = pending, !last.isSeparator {
          emit(last.range.lowerBound..<piece.range.upperBound)
          pending = nil
        } else {
          flush()
          pending = piece
        }
      case .mergedWithNext:
        if !piece.isSeparator, let last = pending, last.isSeparator {
          emit(last.range.lowerBound..<piece.range.upperBound)
          pending = nil
        } else {
          flush()
          pending = piece
        }
      }
    }
    flush()
  }
}
