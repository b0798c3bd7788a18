/// A text, or a pair of them, as a model reads it. All arrays have an element a token.
package struct Encoding: Sendable {
  package internal(set) var ids: [Int32] = []
  /// The scalars of the text (of the second text for tokens of the second) that each token stands for; `0..<0` for
  /// tokens that were added around it.
  package internal(set) var offsets: [Range<Int>] = []
  /// Whether a token was added around the text.
  package internal(set) var isAdded: [Bool] = []
  /// Segment of each token: 0, or 1 where the family counts the second text apart.
  package internal(set) var typeIDs: [Int32] = []
  /// Number of the word, as the tokenizer cuts them, that each token is of; nil for added tokens.
  package internal(set) var wordIDs: [Int?] = []
  /// Which text each token is of: 0, or 1 for the second; nil for added tokens.
  package internal(set) var sequences: [Int?] = []
  /// Whether tokens were cut off to keep the maximum length.
  package internal(set) var wasTruncated = false

  /// Tokens that are spelled otherwise than their id.
  var spellings: [Int: String] = [:]
  var vocabulary: TokenSpellings

  package var count: Int { ids.count }

  /// As the tokenizer spells them.
  package var tokens: [String] {
    ids.enumerated().map { spellings[$0] ?? vocabulary.token($1) ?? "" }
  }

  /// What the tokens are shown as (`Tokenizer.text`).
  package var texts: [String] {
    ids.enumerated().map { spellings[$0] ?? vocabulary.text($1) ?? "" }
  }

  init(_ vocabulary: TokenSpellings) { self.vocabulary = vocabulary }

  mutating func append(_ id: Int32, _ offsets: Range<Int>, word: Int?, type: Int32, sequence: Int?, isAdded: Bool) {
    ids.append(id)
    self.offsets.append(offsets)
    wordIDs.append(word)
    typeIDs.append(type)
    sequences.append(sequence)
    self.isAdded.append(isAdded)
  }

  mutating func append(_ other: Encoding, type: Int32) {
    for (index, spelling) in other.spellings { spellings[count + index] = spelling }
    ids += other.ids
    offsets += other.offsets
    wordIDs += other.wordIDs
    typeIDs += repeatElement(type, count: other.count)
    sequences += other.sequences
    isAdded += other.isAdded
    wasTruncated = wasTruncated || other.wasTruncated
  }

  /// Keeps the first tokens.
  mutating func truncate(to length: Int) {
    guard length < count else { return }
    let surplus = count - length
    ids.removeLast(surplus)
    offsets.removeLast(surplus)
    wordIDs.removeLast(surplus)
    typeIDs.removeLast(surplus)
    sequences.removeLast(surplus)
    isAdded.removeLast(surplus)
    spellings = spellings.filter { $0.key < length }
    wasTruncated = true
  }

  /// Cuts two encodings so that they have `maximum` tokens in all: the longer one first, then both to half.
  static func truncate(_ first: inout Encoding, _ second: inout Encoding, to maximum: Int) {
    guard first.count + second.count > maximum else { return }
    var short = min(first.count, second.count)
    var long = short > maximum ? short : max(short, maximum - short)
    if short + long > maximum {
      short = maximum / 2
      long = short + maximum % 2
    }
    let isFirstLonger = first.count > second.count
    first.truncate(to: isFirstLonger ? long : short)
    second.truncate(to: isFirstLonger ? short : long)
  }
}
