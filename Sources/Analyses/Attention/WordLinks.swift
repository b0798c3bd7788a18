import Corpora
import Engine
import Tensors

/// Of every word of a target that some token is a piece of, the source's word that one head looks at most while it
/// predicts it: attention is summed over the pieces of both. Tokens around the texts are of no word.
struct WordLinks: Sendable {
  /// By word of the target; nil where no attention is on any word.
  private(set) var links: [Int?]
  private let alignment: TokenAlignment
  private var sums: [Double]
  private var word: Int?
  private var isFinite = true

  init(_ alignment: TokenAlignment) {
    self.alignment = alignment
    links = Array(repeating: nil, count: alignment.gold.target.count)
    sums = Array(repeating: 0, count: alignment.gold.source.count)
  }

  /// Rows come in the order of their positions.
  mutating func add(_ rows: AttentionRows, count: Int) {
    for row in 0..<count {
      guard let word = alignment.target[rows.queries.lowerBound + row] else { continue }
      if word != self.word { sums = Array(repeating: 0, count: sums.count) }
      self.word = word
      let weights = rows.pointer + row * rows.stride
      for key in rows.keys.clamped(to: 0..<alignment.source.count) {
        guard let source = alignment.source[key] else { continue }
        let weight = Double(weights[key - rows.keys.lowerBound])
        sums[source] += weight
        if !weight.isFinite { isFinite = false }
      }
      links[word] = sums.indices.max { (sums[$0], -$0) < (sums[$1], -$1) }.flatMap { sums[$0] > 0 ? $0 : nil }
    }
  }

  /// `|A∩S| + |A∩P|` and `|A| + |S|` (Och & Ney 2003), S ⊆ P.
  var agreement: [Double] {
    guard isFinite else { return [.nan, .nan] }
    var hits = 0
    for link in alignment.gold.links where links[link.target] == link.source { hits += link.isSure ? 2 : 1 }
    let sure = alignment.gold.links.count(where: \.isSure)
    return [Double(hits), Double(links.count { $0 != nil } + sure)]
  }
}
