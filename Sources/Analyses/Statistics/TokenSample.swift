package import Engine
package import Support
package import Tensors

/// A bounded choice of token vectors of a corpus, at several residual points: those ordinary positions whose hash of
/// document and position is smallest, so that the choice does not depend on how the corpus was cut.
package struct TokenSample: AnalysisState {
  package struct Token: Codable, Sendable {
    package var key: UInt64
    package var document: String
    /// Of the document that it is drawn with: windows of one document have the same.
    package var documentHash: UInt64
    package var position: Int
    package var text: String
    /// As the vocabulary spells it; nil where it is of none.
    package var entry: String?
    package var label: String?
    /// `[points, width]`.
    @Packed package var vectors: [Float]

    func precedes(_ other: Token) -> Bool {
      (key, document, position) < (other.key, other.document, other.position)
    }
  }

  package let limit: Int
  package let width: Int
  private var tokens: [Token] = []
  /// Above this key nothing is taken any more.
  private var bound = UInt64.max

  package init(limit: Int, width: Int) {
    self.limit = limit
    self.width = width
  }

  /// Whether position `t` of a document counts: special tokens and the first position carry massive activations in
  /// healthy models and would set rank, cosine and norms alone.
  package static func isOrdinary(_ document: TokenizedDocument, _ t: Int) -> Bool {
    t > 0 && (document.kinds[t] == .ordinary || document.kinds[t] == .punctuation)
  }

  /// Offers the ordinary positions of a batch, or only those that have a label; `points` are tensors `[B, T, C]`.
  package mutating func offer(_ documents: [TokenizedDocument], points: [Tensor], labelled: Bool = false) {
    for (i, document) in documents.enumerated() {
      let hash = document.hash
      for t in document.ids.indices where TokenSample.isOrdinary(document, t) {
        if labelled, document.labels[t] == nil { continue }
        let key = TokenSample.key(hash, t)
        guard key <= bound else { continue }
        var vectors: [Float] = []
        vectors.reserveCapacity(points.count * width)
        for point in points {
          let base = point.pointer + (i * point.shape[1] + t) * width
          vectors.append(contentsOf: UnsafeBufferPointer(start: base, count: width))
        }
        tokens.append(
          Token(
            key: key, document: document.id, documentHash: document.bootstrapHash, position: t,
            text: document.tokens[t],
            entry: document.entries.isEmpty ? nil : document.entries[t], label: document.labels[t], vectors: vectors))
      }
      if tokens.count > limit + limit / 4 { shrink() }
    }
  }

  /// Offers one vector of each document as a whole, `[B, width]`.
  package mutating func offer(_ documents: [TokenizedDocument], vectors: Tensor) {
    for (i, document) in documents.enumerated() {
      let hash = document.hash
      let key = TokenSample.key(hash, 0)
      guard key <= bound else { continue }
      tokens.append(
        Token(
          key: key, document: document.id, documentHash: document.bootstrapHash, position: 0, text: document.id,
          label: document.documentLabel, vectors: vectors[i].values))
    }
    if tokens.count > limit + limit / 4 { shrink() }
  }

  package mutating func merge(_ later: TokenSample) {
    tokens += later.tokens
    bound = min(bound, later.bound)
    if tokens.count > limit { shrink() }
  }

  package func fits(_ later: TokenSample) -> Bool {
    let size = (tokens.first ?? later.tokens.first)?.vectors.count ?? 0
    return later.limit == limit && later.width == width && size.isMultiple(of: width)
      && later.tokens.allSatisfy { $0.vectors.count == size }
  }

  /// The chosen tokens, by key.
  package var chosen: [Token] { Array(tokens.sorted { $0.precedes($1) }.prefix(limit)) }

  private mutating func shrink() {
    tokens = chosen
    if tokens.count == limit, let last = tokens.last { bound = last.key }
  }

  private static func key(_ hash: UInt64, _ position: Int) -> UInt64 { SplitMix.number(UInt64(position), of: hash) }
}

extension [TokenSample.Token] {
  /// The vectors of one point, `[tokens, width]`.
  package func matrix(point: Int, width: Int) -> Matrix {
    var result = Matrix(rows: count, columns: width)
    result.values.withUnsafeMutableBufferPointer { out in
      for (row, token) in enumerated() {
        token.vectors.withUnsafeBufferPointer { source in
          for d in 0..<width { out[row * width + d] = Double(source[point * width + d]) }
        }
      }
    }
    return result
  }
}
