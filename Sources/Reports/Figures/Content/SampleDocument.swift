package import Results
import Plotting
import Support

/// The attention of one document that the analysis kept for figures.
package struct SampleDocument: Sendable {
  package let id: String
  /// What is looked at.
  package let keyTokens: [String]
  /// What looks: the same; for cross-attention the tokens that its rows predict.
  package let queryTokens: [String]
  /// The same as the vocabulary spells them; empty where that is not known.
  let entries: (keys: [String], queries: [String])
  /// The alignment that people gave of the two texts of cross-attention.
  let gold: AlignmentGrid.Gold?
  /// `[L, H, T query, T key]`.
  package let pattern: NumericArray
  package let isCausal: Bool
  package let isCross: Bool
  /// Whether its positions are patches.
  var isImage = false
  /// Those that are drawn.
  let shownLayers: [Int]
  let shownHeads: [Int]

  /// - Parameters:
  ///   - queryTokens: those of the target for cross-attention; nil where queries are keys.
  ///   - shown: layers and heads that are drawn; nil for all.
  package init(
    id: String, keyTokens: [String], queryTokens: [String]? = nil, pattern: NumericArray, isCausal: Bool,
    entries: (keys: [String], queries: [String]) = ([], []), gold: AlignmentGrid.Gold? = nil,
    shown: (layers: [Int], heads: [Int])? = nil
  ) {
    let queries = queryTokens ?? keyTokens
    precondition(pattern.shape.count == 4 && pattern.shape[2] == queries.count && pattern.shape[3] == keyTokens.count)
    self.id = id
    self.keyTokens = keyTokens
    self.queryTokens = queries
    self.pattern = pattern
    self.entries = entries
    self.gold = gold
    self.isCausal = isCausal
    isCross = queryTokens != nil
    shownLayers = shown?.layers ?? Array(0..<pattern.shape[0])
    shownHeads = shown?.heads ?? Array(0..<pattern.shape[1])
  }

  var layers: Int { pattern.shape[0] }
  var heads: Int { pattern.shape[1] }
  var queries: Int { pattern.shape[2] }
  var keys: Int { pattern.shape[3] }
  /// Whether all layers and heads are drawn.
  var isWhole: Bool { shownLayers.count == layers && shownHeads.count == heads }
  /// "doc-3, 24 tokens", "doc-3, 21 target by 24 source tokens".
  var size: String {
    (name == id ? "" : "\(id), ")
      + (isCross
        ? phrase("sampleDocument.queriesTargetKeys", ["queries": queries, "keys": keys])
        : phrase("sampleDocument.keysTokens", ["keys": keys]))
  }

  /// The first words, in quotation marks; the id where the positions are no words.
  var name: String {
    guard !isImage, let text = TokenText.beginning(of: keyTokens, atMost: 28) else { return id }
    return phrase("sampleDocument.quoted", ["text": text])
  }

  /// Those that are whole, consistent and have a number, in the order in which the analysis prefers them.
  static func all(in results: RunResults) -> [SampleDocument] {
    guard let analysis = results[analysis: AttentionMetrics.analysis] else { return [] }
    return AttentionSample.all(in: analysis).filter { $0.pattern.values.contains(where: \.isFinite) }.map { sample in
      var document = SampleDocument(
        id: sample.id, keyTokens: sample.keys.tokens, queryTokens: sample.queries?.tokens, pattern: sample.pattern,
        isCausal: results.subject.model.isCausal,
        entries: (sample.keys.entries, (sample.queries ?? sample.keys).entries),
        gold: sample.alignment.map(AlignmentGrid.Gold.init),
        shown: (results.subject.shownLayers, results.subject.shownHeads))
      document.isImage = results.subject.model.image != nil
      return document
    }
  }

  func weight(_ layer: Int, _ head: Int, _ query: Int, _ key: Int) -> Float {
    pattern.values[((layer * heads + head) * queries + query) * keys + key]
  }

  /// One head's `[T query, T key]`; keys that the causal mask hides are empty paper.
  func readings(_ layer: Int, _ head: Int) -> [PlotValue] {
    let base = (layer * heads + head) * queries * keys
    return (0..<queries * keys).map { cell in
      isCausal && cell % keys > cell / keys ? .blank : PlotValue(Double(pattern.values[base + cell]))
    }
  }

  /// One head's weights, those of neighbouring positions together: of a block of queries the mean share of its attention
  /// that it gives to a block of keys. The blocks of one position are the weights themselves.
  func pooled(_ layer: Int, _ head: Int, size: Int) -> [LinkMark.Link] {
    let (rows, columns) = ((queries + size - 1) / size, (keys + size - 1) / size)
    var sums = [Float](repeating: 0, count: rows * columns)
    let base = (layer * heads + head) * queries * keys
    for query in 0..<queries {
      for key in 0..<keys {
        sums[query / size * columns + key / size] += pattern.values[base + query * keys + key]
      }
    }
    return sums.indices.map { place in
      let row = place / columns
      let count = min(size, queries - row * size)
      return LinkMark.Link(from: row, to: place % columns, weight: Double(sums[place]) / Double(count))
    }
  }

  /// The largest weight of a row, averaged over a head's rows: 1 where each query looks at one key.
  func focus(_ layer: Int, _ head: Int) -> Double {
    let base = (layer * heads + head) * queries * keys
    let largest = (0..<queries).map { query -> Double in
      var most: Float = 0
      for key in 0..<keys { most = max(most, pattern.values[base + query * keys + key]) }
      return Double(most)
    }
    return largest.reduce(0, +) / Double(queries)
  }

  /// "The largest weight of a row, averaged over rows, goes from 0.2 (L0.H3) to 0.98 (L4.H1), median 0.5."
  var focusSentence: String {
    let heads = shownLayers.flatMap { layer in shownHeads.map { (layer, $0) } }
    return phrase(
      "sampleDocument.largestWeightRow",
      ["head": Seen.range(heads.map { PlotValue(focus($0.0, $0.1)) }, heads.map { Component.head($0.0, $0.1).id })])
  }

  /// The strongest weight of a head, and how its mass lies: on the first token, and where queries are keys on the token
  /// before, on itself, on the next.
  func summary(_ layer: Int, _ head: Int) -> String {
    var best = (weight: -1.0, query: 0, key: 0)
    var offsets = [0.0, 0, 0]
    var first = 0.0
    for query in 0..<queries {
      for key in 0..<keys {
        let weight = Double(weight(layer, head, query, key))
        if weight > best.weight { best = (weight, query, key) }
        if abs(key - query) <= 1 { offsets[key - query + 1] += weight }
        if key == 0 { first += weight }
      }
    }
    func share(_ mass: Double) -> String { NumberFormat.text(mass / Double(queries), digits: 2) }
    let text =
      phrase(
        "sampleDocument.largestWeightWeight",
        [
          "weight": NumberFormat.text(best.weight),
          "quoted": quoted(TokenText.texts(queryTokens)[best.query], best.query),
          "quoted2": quoted(TokenText.texts(keyTokens)[best.key], best.key), "share": share(first),
        ])
    if isCross { return text + "." }
    return text
      + phrase(
        "sampleDocument.shareTokenBefore",
        ["share": share(offsets[0]), "share2": share(offsets[1]), "share3": share(offsets[2])])
  }

  /// The caption's sentence on what a causal model cannot see, or on what the rows of cross-attention are.
  var rows: String {
    isCross
      ? phrase("sampleDocument.eachRowStep")
      : isCausal ? phrase("sampleDocument.keysHiddenCausal") : ""
  }

  /// Titles of axes.
  var names: (query: String, key: String) {
    isCross
      ? (phrase("sampleDocument.predictedToken"), phrase("sampleDocument.sourceToken"))
      : (phrase("axis.query"), phrase("axis.key"))
  }

  /// Columns of tokens for cells or lines, each by its query and key.
  func tokenColumns(_ places: [(query: Int, key: Int)]) -> [(name: String, column: DataTable.Column)] {
    var columns: [(name: String, column: DataTable.Column)] = [
      ("query_token", .tokens(places.map { queryTokens[$0.query] })),
      ("key_token", .tokens(places.map { keyTokens[$0.key] })),
    ]
    if !entries.keys.isEmpty, !entries.queries.isEmpty {
      columns.append(("query_vocabulary_entry", .texts(places.map { entries.queries[$0.query] })))
      columns.append(("key_vocabulary_entry", .texts(places.map { entries.keys[$0.key] })))
    }
    return columns
  }
}
