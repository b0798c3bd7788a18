/// What the attention analysis measures of every head, layer and model.
///
/// `A[q,k]` is the probability that query `q` gives to key `k`, `n_q` the number of keys that `q` may see. A *row mean*
/// is over the unpadded query rows of the corpus with `n_q ≥ 2`. Intervals are bootstrap intervals over documents.
package enum AttentionMetrics {
  package static let analysis = "attention"

  package static let entropy = Metric(
    "attention.entropy", "Entropy", unit: "nats", formula: "−Σₖ A ln A, row mean", source: "Clark 2019", lowest: 0)
  package static let normalisedEntropy = Metric(
    "attention.normalisedEntropy", "Normalised entropy",
    formula: "−Σₖ A ln A / ln n_q, row mean; 0 is one-hot, 1 is uniform", source: "ours", lowest: 0, highest: 1)
  package static let effectiveTokens = Metric(
    "attention.effectiveTokens", "Effective attended tokens", unit: "tokens", formula: "exp(−Σₖ A ln A), row mean",
    source: "ours", lowest: 1)
  package static let maxWeight = Metric(
    "attention.maxWeight", "Largest weight", formula: "maxₖ A, row mean", source: "ours", lowest: 0, highest: 1)
  package static let distance = Metric(
    "attention.distance", "Attention distance", unit: "tokens", formula: "Σₖ A·|q−k|, row mean", source: "Vig 2019",
    lowest: 0)
  package static let distanceRatio = Metric(
    "attention.distanceRatio", "Distance ratio to uniform attention",
    formula: "mean of Σₖ A·|q−k| ÷ mean of Σₖ |q−k|/n_q (uniform attention)", source: "Vig 2019", lowest: 0)
  package static let localShare = Metric(
    "attention.localShare", "Local share", formula: "Σ A over |q−k| ≤ 4, row mean", source: "ours", lowest: 0,
    highest: 1)
  package static let longRangeShare = Metric(
    "attention.longRangeShare", "Long-range share", formula: "Σ A over |q−k| > max(8, T/4), row mean", source: "ours",
    lowest: 0, highest: 1)
  package static let selfShare = Metric(
    "attention.selfShare", "Self share", formula: "A[q,q], row mean", source: "Clark 2019", lowest: 0, highest: 1)
  package static let previousShare = Metric(
    "attention.previousShare", "Previous-token share", formula: "A[q,q−1], row mean", source: "Clark 2019", lowest: 0,
    highest: 1)
  package static let nextShare = Metric(
    "attention.nextShare", "Next-token share", formula: "A[q,q+1], row mean", source: "Clark 2019", lowest: 0,
    highest: 1)
  package static let firstShare = Metric(
    "attention.firstShare", "First-token share", formula: "A[q,0], row mean", source: "Gu 2025", lowest: 0, highest: 1)
  package static let openingShare = Metric(
    "attention.openingShare", "Share on opening tokens", formula: "Σ A over [CLS] and BOS keys, row mean",
    source: "Clark 2019", lowest: 0, highest: 1)
  package static let closingShare = Metric(
    "attention.closingShare", "Share on closing tokens", formula: "Σ A over [SEP] and EOS keys, row mean",
    source: "Clark 2019", lowest: 0, highest: 1)
  package static let punctuationShare = Metric(
    "attention.punctuationShare", "Share on punctuation", formula: "Σ A over punctuation keys, row mean",
    source: "Clark 2019", lowest: 0, highest: 1)
  package static let separatorShare = Metric(
    "attention.separatorShare", "Share on separators",
    formula: "Σ A over opening, closing and punctuation keys after the first position, row mean", source: "ours",
    lowest: 0, highest: 1)
  package static let padShare = Metric(
    "attention.padShare", "Share on padding", formula: "Σ A over padded keys, row mean; more than 0 is a mask fault",
    source: "ours", lowest: 0, highest: 1)
  package static let diagonalScore = Metric(
    "attention.diagonalScore", "Diagonal score", formula: "Σ A over |q−k| ≤ 1, row mean", source: "ours", lowest: 0,
    highest: 1)
  package static let uniformScore = Metric(
    "attention.uniformScore", "Uniform score",
    formula: "max(0, 1 − Σₖ|A − 1/n_q|), row mean", source: "ours", lowest: 0, highest: 1)
  package static let hierarchicalScore = Metric(
    "attention.hierarchicalScore", "Hierarchical score",
    formula: "max(0, (s − sᵤ)/(1 − sᵤ)), s = 1 − TV(mass by distance band 0, 1, 2–3, 4–7, …; equal split), sᵤ the same "
      + "of a uniform row; row mean", source: "ours", lowest: 0, highest: 1)
  package static let fixedOffsetShare = Metric(
    "attention.fixedOffsetShare", "Share at the best fixed offset",
    formula: "max over offsets o of Σ A[q,q+o], |o| ≥ 2, row mean", source: "ours", lowest: 0, highest: 1)

  /// Of cross-attention, against the alignment that the corpus has of the two texts.
  package static let alignmentErrorRate = Metric(
    "attention.alignmentErrorRate", "Alignment error rate",
    formula: "1 − (|A∩S| + |A∩P|)/(|A| + |S|); A links each word of the target, while its tokens are predicted, to the "
      + "source's word with the largest Σ A over the pieces of both; S sure and P ⊇ S possible links that people gave",
    source: "Och & Ney 2003", lowest: 0, highest: 1)

  package static let previousTokenScore = Metric(
    "attention.previousTokenScore", "Previous-token score",
    formula: "on x x: mean of A[q,q−1] over the queries of the second copy", source: "Olsson 2022 (stripe mean)",
    lowest: 0, highest: 1)
  package static let duplicateTokenScore = Metric(
    "attention.duplicateTokenScore", "Duplicate-token score",
    formula: "on x x of |x| = S: mean of A[q,q−S] over the queries of the second copy",
    source: "Olsson 2022 (stripe mean)", lowest: 0, highest: 1)
  package static let inductionScore = Metric(
    "attention.inductionScore", "Induction score",
    formula: "on x x of |x| = S: mean of A[q,q−S+1] over the queries of the second copy",
    source: "Olsson 2022 (stripe mean)", lowest: 0, highest: 1)
  package static let previousTokenScoreMul = Metric(
    "attention.previousTokenScoreMul", "Previous-token score (mul)",
    formula: "on x x: Σ A∘D / Σ A, D the previous-token pattern", source: "TransformerLens head_detector", lowest: 0,
    highest: 1)
  package static let duplicateTokenScoreMul = Metric(
    "attention.duplicateTokenScoreMul", "Duplicate-token score (mul)",
    formula: "on x x: Σ A∘D / Σ A, D the earlier copies of the query's token", source: "TransformerLens head_detector",
    lowest: 0, highest: 1)
  package static let inductionScoreMul = Metric(
    "attention.inductionScoreMul", "Induction score (mul)",
    formula: "on x x: Σ A∘D / Σ A, D the tokens after earlier copies of the query's token",
    source: "TransformerLens head_detector", lowest: 0, highest: 1)

  /// From the weights alone.
  package static let copyingScore = Metric(
    "attention.copyingScore", "Copying score",
    formula: "Re Σλ / Σ|λ|, λ the eigenvalues of W_E W_V W_O W_U of the head; no norm folded in; 1 raises the logits "
      + "of the tokens attended to, −1 lowers them", source: "Elhage 2021", lowest: -1, highest: 1)

  package static let keyMarginalEntropy = Metric(
    "attention.keyMarginalEntropy", "Key-marginal entropy",
    formula: "entropy of the row mean A[·], sequences aligned at the start, ÷ ln of its length; low when all queries "
      + "look at the same place", source: "ours", lowest: 0, highest: 1)
  package static let keyMarginalOrdinary = Metric(
    "attention.keyMarginalOrdinary", "Ordinary part of the key-marginal's peak",
    formula: "of the mass at k* = argmaxₖ mean_q A[q,k], the part on ordinary tokens (k* = 0 is none)", source: "ours",
    lowest: 0, highest: 1)

  /// The same over sequences long enough for rules to judge (16 tokens; 64 for long-range heads).
  package static let normalisedEntropy16 = Metric(
    "attention.normalisedEntropy16", "Normalised entropy, T ≥ 16",
    formula: "−Σₖ A ln A / ln n_q, row mean over sequences of at least 16 tokens", source: "ours", lowest: 0,
    highest: 1)
  package static let maxWeight16 = Metric(
    "attention.maxWeight16", "Largest weight, T ≥ 16",
    formula: "maxₖ A, row mean over sequences of at least 16 tokens", source: "ours", lowest: 0, highest: 1)
  package static let keyMarginalEntropy16 = Metric(
    "attention.keyMarginalEntropy16", "Key-marginal entropy, T ≥ 16",
    formula: "key-marginal entropy over sequences of at least 16 tokens", source: "ours", lowest: 0, highest: 1)
  package static let specialAndFirstShare16 = Metric(
    "attention.specialAndFirstShare16", "Share on special and first tokens, T ≥ 16",
    formula: "Σ A over opening, closing and first keys, row mean over sequences of at least 16 tokens", source: "ours",
    lowest: 0, highest: 1)
  package static let longRangeShare64 = Metric(
    "attention.longRangeShare64", "Long-range share, T ≥ 64",
    formula: "Σ A over |q−k| > max(8, T/4), row mean over sequences of at least 64 tokens", source: "ours", lowest: 0,
    highest: 1)

  /// A head's share of its layer's importance `E|∂L/∂ξ_h|`, `ξ_h` a factor of its output: what idle heads lack. Not
  /// applicable where no gradient was run.
  package static let importanceShare = Metric(
    "attention.importanceShare", "Share of the layer's importance",
    formula: "I_h / Σ_h I_h; I_h = E|Σ z_h·∂L/∂z_h| over documents, L the sum of a document's losses",
    source: "Michel 2019", lowest: 0, highest: 1)
  /// A head's share of what its layer's heads write.
  package static let outputShare = Metric(
    "attention.outputShare", "Share of the layer's output",
    formula: "O_h / Σ_h O_h; O_h = E‖z_h W_O‖ over tokens", source: "ours", lowest: 0, highest: 1)
  /// Of layers.
  package static let effectiveHeads = Metric(
    "attention.effectiveHeads", "Effective heads", unit: "heads",
    formula: "exp(−Σ_h p ln p), p the shares of the layer's importance", source: "ours after Michel 2019", lowest: 1)
  package static let effectiveHeadsByOutput = Metric(
    "attention.effectiveHeadsByOutput", "Effective heads by output", unit: "heads",
    formula: "exp(−Σ_h p ln p), p the shares of the layer's output", source: "ours", lowest: 1)
  /// Of the model.
  package static let sinkRate = Metric(
    "attention.sinkRate", "Sink rate",
    formula: "fraction of heads with mean A[q,0] > 0.3 over rows q ≥ 1 of sequences of at least 16 tokens, cut to 64",
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
    arrays: [pattern.form, pooledMean.form, pooledMaximum.form],
    texts: [
      classes.form, samples.form, pooled.form, tokens.form, entries.form, queries.form, queryEntries.form, words.form,
      queryWords.form, gold.form,
    ])
}
