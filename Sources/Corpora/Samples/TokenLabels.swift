/// The labels of a document's words carried to tokens: a token has the label of the word that it overlaps most (of the
/// first one of equals), nil where it overlaps none.
///
/// A column of the document as a whole labels every token that stands for some of its text. `offsets` are in Unicode
/// scalars.
package func labels(for offsets: [Range<Int>], of document: Document, column: String) -> [String?] {
  words(for: offsets, of: document).enumerated().map { index, word in
    if let label = document.labels[column] { return offsets[index].isEmpty ? nil : label }
    return word.flatMap { document.words[$0].labels[column] }
  }
}

/// The index of the word that each token overlaps most; nil where it overlaps none.
package func words(for offsets: [Range<Int>], of document: Document) -> [Int?] {
  words(for: offsets, of: document.words.map(\.range))
}

/// The same for the ranges of words.
package func words(for offsets: [Range<Int>], of words: [Range<Int>]) -> [Int?] {
  offsets.map { token in
    // The ends of words ascend: the first one that ends behind the token's start.
    var low = 0
    var high = words.count
    while low < high {
      let middle = (low + high) / 2
      if words[middle].upperBound > token.lowerBound { high = middle } else { low = middle + 1 }
    }
    var best: Int?
    var bestOverlap = 0
    while low < words.count, words[low].lowerBound < token.upperBound {
      let overlap = words[low].clamped(to: token).count
      if overlap > bestOverlap {
        best = low
        bestOverlap = overlap
      }
      low += 1
    }
    return best
  }
}
