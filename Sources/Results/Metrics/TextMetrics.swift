/// What a tokenizer makes of the corpus's characters.
package enum CorpusTextMetrics {
  package static let analysis = "corpus"

  package static let droppedShare = Metric(
    "corpus.droppedShare", source: "ours",
    lowest: 0, highest: 1)
  package static let unknownShare = Metric(
    "corpus.unknownShare",
    source: "ours", lowest: 0, highest: 1)

  static let form = AnalysisForm(analysis, metrics: [droppedShare, unknownShare])
}
