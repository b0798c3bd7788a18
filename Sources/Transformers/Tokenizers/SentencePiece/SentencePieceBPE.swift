/// SentencePiece's byte-pair encoding: neighbours are joined whose joined text is a piece, the best score first, of
/// equal ones the leftmost.
struct SentencePieceBPE: TokenModel {
  let vocabulary: Vocabulary
  let unknownToken: String?
  private let unknownID: Int32
  /// Ids of pieces that a text can be joined to.
  private let pieces: ByteTable
  private let scores: [Float]
  private let userDefined: ByteTrie?
  private let fallbackIDs: [Int32]

  var spellsUnknownAsText: Bool { true }

  init(_ file: SentencePieceFile, userDefined: ByteTrie?, place: String) throws {
    vocabulary = try Vocabulary(file.pieces.enumerated().map { ($1.text, Int32($0)) }, place: place)
    scores = file.pieces.map(\.score)
    unknownID = Int32(file.pieces.firstIndex { $0.kind == .unknown } ?? 0)
    unknownToken = file.pieces[Int(unknownID)].text
    var pieces = ByteTable(capacity: file.pieces.count)
    for (id, piece) in file.pieces.enumerated() where piece.kind == .normal || piece.kind == .userDefined {
      pieces.insert(Array(piece.text.utf8), Int32(id))
    }
    self.pieces = pieces
    self.userDefined = userDefined
    fallbackIDs = file.fallsBackToBytes ? vocabulary.byteFallbackIDs : []
  }

  private struct Symbol {
    var start, length: Int
    var previous, next: Int
    /// A user-defined piece, which is never joined.
    var isFrozen: Bool
  }

  private struct Candidate {
    var score: Float
    var left, right, length: Int

    static func < (first: Candidate, second: Candidate) -> Bool {
      first.score != second.score ? first.score > second.score : first.left < second.left
    }
  }

  func tokenize(_ word: UTF8Bytes, _ space: inout MergeSpace, into tokens: inout [WordToken]) {
    var symbols = symbols(of: word)
    var queue = Heap<Candidate>(precedes: <)
    func offer(_ left: Int, _ right: Int) {
      guard left >= 0, right >= 0, !symbols[left].isFrozen, !symbols[right].isFrozen else { return }
      let length = symbols[left].length + symbols[right].length
      let id = pieces.value(word.slice(symbols[left].start..<(symbols[left].start + length)))
      if id >= 0 { queue.push(Candidate(score: scores[Int(id)], left: left, right: right, length: length)) }
    }
    for index in symbols.indices.dropLast() { offer(index, index + 1) }
    while let top = queue.pop() {
      let (left, right) = (symbols[top.left], symbols[top.right])
      guard left.length > 0, right.length > 0, left.length + right.length == top.length else { continue }
      symbols[top.left].length = top.length
      symbols[top.left].next = right.next
      if right.next >= 0 { symbols[right.next].previous = top.left }
      symbols[top.right].length = 0
      offer(left.previous, top.left)
      offer(top.left, right.next)
    }

    var isAfterUnknown = false
    for symbol in symbols where symbol.length > 0 {
      let (start, end) = (Int32(symbol.start), Int32(symbol.start + symbol.length))
      let text = word.slice(symbol.start..<(symbol.start + symbol.length))
      let id = pieces.value(text)
      if id >= 0 {
        tokens.append(WordToken(id: id, start: start, end: end))
      } else if !fallbackIDs.isEmpty, text.allSatisfy({ fallbackIDs[Int($0)] >= 0 }) {
        // The last byte stands for the character, the others for nothing.
        for byte in text.dropLast() { tokens.append(WordToken(id: fallbackIDs[Int(byte)], start: start, end: start)) }
        tokens.append(WordToken(id: fallbackIDs[Int(text[text.count - 1])], start: start, end: end))
      } else if isAfterUnknown {
        tokens[tokens.count - 1].end = end
      } else {
        tokens.append(WordToken(id: unknownID, start: start, end: end))
      }
      isAfterUnknown = tokens[tokens.count - 1].id == unknownID
    }
  }

  private func symbols(of word: UTF8Bytes) -> [Symbol] {
    var symbols: [Symbol] = []
    var position = 0
    while position < word.count {
      var frozen = 0
      userDefined?.forEachPrefix(of: word, from: position) { end, _ in frozen = end - position }
      let length = frozen > 0 ? frozen : scalarLength(leadingByte: word[position])
      symbols.append(
        Symbol(
          start: position, length: length, previous: symbols.count - 1, next: symbols.count + 1, isFrozen: frozen > 0))
      position += length
    }
    if !symbols.isEmpty { symbols[symbols.count - 1].next = -1 }
    return symbols
  }
}

/// A binary heap with the element on top that precedes all others.
struct Heap<Element> {
  private var elements: [Element] = []
  private let precedes: (Element, Element) -> Bool

  init(precedes: @escaping (Element, Element) -> Bool) { self.precedes = precedes }

  mutating func push(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0, precedes(elements[child], elements[(child - 1) / 2]) {
      elements.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> Element? {
    guard let top = elements.first else { return nil }
    let last = elements.removeLast()
    guard !elements.isEmpty else { return top }
    elements[0] = last
    var parent = 0
    while true {
      var child = parent * 2 + 1
      guard child < elements.count else { return top }
      if child + 1 < elements.count, precedes(elements[child + 1], elements[child]) { child += 1 }
      guard precedes(elements[child], elements[parent]) else { return top }
      elements.swapAt(child, parent)
      parent = child
    }
  }
}
