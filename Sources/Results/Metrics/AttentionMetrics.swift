import Support

/// What the attention analysis measures of every head, layer and model.
///
/// `A[q,k]` is the probability that query `q` gives to key `k`, `n_q` the number of keys that `q` may see. A *row mean*
/// is over the unpadded query rows of the corpus with `n_q ≥ 2`. Intervals are bootstrap intervals over documents.
package enum AttentionMetrics {
  package static let analysis = "attention"

  package static let entropy = Metric(
    "attention.entropy", unit: "nats", source: "Clark 2019", lowest: 0)
  package static let normalisedEntropy = Metric(
    "attention.normalisedEntropy", source: "ours", lowest: 0, highest: 1)
  package static let effectiveTokens = Metric(
    "attention.effectiveTokens", unit: "tokens",
    source: "ours", lowest: 1)
  package static let maxWeight = Metric(
    "attention.maxWeight", source: "ours", lowest: 0, highest: 1)
  package static let distance = Metric(
    "attention.distance", unit: "tokens", source: "Vig 2019",
    lowest: 0)
  package static let distanceRatio = Metric(
    "attention.distanceRatio", source: "Vig 2019", lowest: 0)
  package static let localShare = Metric(
    "attention.localShare", source: "ours", lowest: 0,
    highest: 1)
  package static let longRangeShare = Metric(
    "attention.longRangeShare", source: "ours",
    lowest: 0, highest: 1)
  package static let selfShare = Metric(
    "attention.selfShare", source: "Clark 2019", lowest: 0, highest: 1)
  package static let previousShare = Metric(
    "attention.previousShare", source: "Clark 2019", lowest: 0,
    highest: 1)
  package static let nextShare = Metric(
    "attention.nextShare", source: "Clark 2019", lowest: 0,
    highest: 1)
  package static let firstShare = Metric(
    "attention.firstShare", source: "Gu 2025", lowest: 0, highest: 1)
  package static let openingShare = Metric(
    "attention.openingShare",
    source: "Clark 2019", lowest: 0, highest: 1)
  package static let closingShare = Metric(
    "attention.closingShare",
    source: "Clark 2019", lowest: 0, highest: 1)
  package static let punctuationShare = Metric(
    "attention.punctuationShare",
    source: "Clark 2019", lowest: 0, highest: 1)
  package static let separatorShare = Metric(
    "attention.separatorShare", source: "ours",
    lowest: 0, highest: 1)
  package static let padShare = Metric(
    "attention.padShare",
    source: "ours", lowest: 0, highest: 1)
  package static let diagonalScore = Metric(
    "attention.diagonalScore", source: "ours", lowest: 0,
    highest: 1)
  package static let uniformScore = Metric(
    "attention.uniformScore", source: "ours", lowest: 0, highest: 1)
  package static let hierarchicalScore = Metric(
    "attention.hierarchicalScore", source: "ours", lowest: 0, highest: 1)
  package static let fixedOffsetShare = Metric(
    "attention.fixedOffsetShare", source: "ours", lowest: 0, highest: 1)

  /// Of cross-attention, against the alignment that the corpus has of the two texts.
  package static let alignmentErrorRate = Metric(
    "attention.alignmentErrorRate",
    source: "Och & Ney 2003", lowest: 0, highest: 1)

  package static let previousTokenScore = Metric(
    "attention.previousTokenScore", source: "olssonStripe",
    lowest: 0, highest: 1)
  package static let duplicateTokenScore = Metric(
    "attention.duplicateTokenScore",
    source: "olssonStripe", lowest: 0, highest: 1)
  package static let inductionScore = Metric(
    "attention.inductionScore",
    source: "olssonStripe", lowest: 0, highest: 1)
  package static let previousTokenScoreMul = Metric(
    "attention.previousTokenScoreMul", source: "headDetector", lowest: 0,
    highest: 1)
  package static let duplicateTokenScoreMul = Metric(
    "attention.duplicateTokenScoreMul", source: "headDetector",
    lowest: 0, highest: 1)
  package static let inductionScoreMul = Metric(
    "attention.inductionScoreMul",
    source: "headDetector", lowest: 0, highest: 1)

  /// From the weights alone.
  package static let copyingScore = Metric(
    "attention.copyingScore", source: "Elhage 2021", lowest: -1, highest: 1)

  package static let keyMarginalEntropy = Metric(
    "attention.keyMarginalEntropy", source: "ours", lowest: 0, highest: 1)
  package static let keyMarginalOrdinary = Metric(
    "attention.keyMarginalOrdinary", source: "ours",
    lowest: 0, highest: 1)

  /// The same over sequences long enough for rules to judge (16 tokens; 64 for long-range heads).
  package static let normalisedEntropy16 = Metric(
    "attention.normalisedEntropy16", source: "ours", lowest: 0,
    highest: 1)
  package static let maxWeight16 = Metric(
    "attention.maxWeight16", source: "ours", lowest: 0, highest: 1)
  package static let keyMarginalEntropy16 = Metric(
    "attention.keyMarginalEntropy16", source: "ours", lowest: 0, highest: 1)
  package static let specialAndFirstShare16 = Metric(
    "attention.specialAndFirstShare16", source: "ours",
    lowest: 0, highest: 1)
  package static let longRangeShare64 = Metric(
    "attention.longRangeShare64", source: "ours", lowest: 0,
    highest: 1)

  /// A head's share of its layer's importance `E|∂L/∂ξ_h|`, `ξ_h` a factor of its output: what idle heads lack. Not
  /// applicable where no gradient was run.
  package static let importanceShare = Metric(
    "attention.importanceShare",
    source: "Michel 2019", lowest: 0, highest: 1)
  /// A head's share of what its layer's heads write.
  package static let outputShare = Metric(
    "attention.outputShare", source: "ours", lowest: 0, highest: 1)
  /// Of layers.
  package static let effectiveHeads = Metric(
    "attention.effectiveHeads", unit: "heads", source: "michelNorm", lowest: 1)
  package static let effectiveHeadsByOutput = Metric(
    "attention.effectiveHeadsByOutput", unit: "heads", source: "ours", lowest: 1)
  /// Of the model.
  package static let sinkRate = Metric(
    "attention.sinkRate",
    source: "Gu 2025", lowest: 0, highest: 1)

  /// Row means over the corpus, in the order of the report.
  package static let rowMeans = [
    entropy, normalisedEntropy, effectiveTokens, maxWeight, distance, distanceRatio, localShare, longRangeShare,
    selfShare, previousShare, nextShare, firstShare, openingShare, closingShare, punctuationShare, separatorShare,
    padShare,
    diagonalScore, uniformScore, hierarchicalScore, fixedOffsetShare,
  ]
  /// From seeded repeated tokens.
  package static let repeatedTokenScores = [
    previousTokenScore, duplicateTokenScore, inductionScore, previousTokenScoreMul, duplicateTokenScoreMul,
    inductionScoreMul,
  ]

  /// The class of every head, layer by layer.
  package static let classes = TextKey("class", [.the("cells")], .classes)
  /// The documents whose attention is kept, the best first. `AttentionSample` reads and writes what is kept of each.
  package static let samples = TextKey("samples", [.free("samples")])
  static let pattern = ArrayKeys(
    "sample.*.pattern", [.the("layers"), .the("heads"), .each("queries"), .each("keys")])
  /// Of an image: what the model sees of it before it is normalised, samples from 0 to 1.
  package static let picture = ArrayKeys("sample.*.picture", [.each("height"), .each("width"), .each("channels")])
  static let tokens = TextKeys("sample.*.tokens", [.each("keys")])
  static let entries = TextKeys("sample.*.entries", [.each("keys")])
  static let queries = TextKeys("sample.*.queries", [.each("queries")])
  static let queryEntries = TextKeys("sample.*.queryEntries", [.each("queries")])
  static let words = TextKeys("sample.*.words", [.each("keys")])
  static let queryWords = TextKeys("sample.*.queryWords", [.each("queries")])
  static let gold = TextKeys("sample.*.gold", [.free("links")])
  /// The document that is kept pooled, how many positions it has, and a block's side. `PooledAttention` reads and writes
  /// it.
  static let pooled = TextKey("pooled", [.columns(["document", "positions", "positions of a block"])])
  static let pooledMean = ArrayKeys(
    "sample.*.pooledMean", [.the("layers"), .the("heads"), .each("blocks"), .each("blocks")])
  static let pooledMaximum = ArrayKeys(
    "sample.*.pooledMax", [.the("layers"), .the("heads"), .each("blocks"), .each("blocks")])

  static let form = AnalysisForm(
    analysis,
    metrics: rowMeans + repeatedTokenScores + [
      copyingScore, alignmentErrorRate, keyMarginalEntropy, keyMarginalOrdinary, normalisedEntropy16, maxWeight16,
      keyMarginalEntropy16, specialAndFirstShare16, longRangeShare64, importanceShare, outputShare, effectiveHeads,
      effectiveHeadsByOutput, sinkRate,
    ],
    arrays: [pattern.form, picture.form, pooledMean.form, pooledMaximum.form],
    texts: [
      classes.form, samples.form, pooled.form, tokens.form, entries.form, queries.form, queryEntries.form, words.form,
      queryWords.form, gold.form,
    ])
}
