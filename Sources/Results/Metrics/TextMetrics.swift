/// What a tokenizer makes of the corpus's characters.
package enum CorpusTextMetrics {
  package static let analysis = "corpus"

  package static let droppedShare = Metric(
    "corpus.droppedShare", "Characters dropped",
    formula: "characters for which no token stands ÷ characters of the corpus, white space left out", source: "ours",
    lowest: 0, highest: 1)
  package static let unknownShare = Metric(
    "corpus.unknownShare", "Characters mapped to the unknown token",
    formula: "characters for which the unknown token stands ÷ characters of the corpus, white space left out",
    source: "ours", lowest: 0, highest: 1)

  static let form = AnalysisForm(analysis, metrics: [droppedShare, unknownShare])
}
