import Plotting
import Results

extension AlignmentGrid {
  /// What people said of a sentence pair (Och & Ney 2003): pairs of words that are sure, and further ones that are
  /// possible.
  package struct Gold: Sendable {
    package let sure: Set<Pair>
    package let possible: Set<Pair>
    /// The word that each token is a piece of, nil for none; nil where every token is a word.
    private let words: (source: [Int?], target: [Int?])?

    package init(
      sure: Set<Pair>, possible: Set<Pair> = [], words: (source: [Int?], target: [Int?])? = nil
    ) {
      self.sure = sure
      self.possible = possible.union(sure)
      self.words = words
    }

    /// As the attention analysis keeps it of a sample.
    init(_ alignment: AttentionSample.Alignment) {
      func pairs(_ isSure: Bool) -> Set<Pair> {
        Set(alignment.links.filter { $0.isSure == isSure }.map { Pair(target: $0.target, source: $0.source) })
      }
      self.init(sure: pairs(true), possible: pairs(false), words: (alignment.keys, alignment.queries))
    }

    var isOfWords: Bool { words != nil }

    /// Pairs of words as those of the tokens that are their pieces.
    func cells(_ pairs: Set<Pair>) -> Set<Pair> {
      guard let words else { return pairs }
      var cells: Set<Pair> = []
      for (row, target) in words.target.enumerated() {
        for (column, source) in words.source.enumerated() {
          guard let target, let source, pairs.contains(Pair(target: target, source: source)) else { continue }
          cells.insert(Pair(target: row, source: column))
        }
      }
      return cells
    }

    /// `1 − (|A∩S| + |A∩P|) / (|A| + |S|)`, A of each target word the source word with the largest weight, summed over
    /// the pieces of both; nil where there is nothing to compare.
    ///
    /// - Parameter width: source tokens.
    func errorRate(of weights: [PlotValue], width: Int) -> Double? {
      var sums: [Pair: Double] = [:]
      for (place, weight) in weights.enumerated() {
        let (row, column) = (place / width, place % width)
        let target = words.map { $0.target[row] } ?? row
        let source = words.map { $0.source[column] } ?? column
        guard let target, let source, let number = weight.number else { continue }
        sums[Pair(target: target, source: source), default: 0] += number
      }
      var best: [Int: Pair] = [:]
      for (pair, sum) in sums.sorted(by: { ($0.key.target, $0.key.source) < ($1.key.target, $1.key.source) })
      where sum > best[pair.target].flatMap({ sums[$0] }) ?? 0 { best[pair.target] = pair }
      let found = Set(best.values)
      let all = found.count + sure.count
      guard all > 0 else { return nil }
      return 1 - Double(found.intersection(sure).count + found.intersection(possible).count) / Double(all)
    }
  }
}
