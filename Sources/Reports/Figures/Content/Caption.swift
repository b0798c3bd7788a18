import Plotting
import Results
import Support

/// The words below a figure, put together the same way for all.
struct Caption {
  let results: RunResults

  /// `MiniLM (bert, 6 layers × 12 heads, 22,713,216 parameters)`.
  var model: String {
    let model = results.subject.model
    return phrase(
      "caption.modelSize",
      [
        "model": model.name, "family": model.family, "layers": model.layers, "heads": model.heads,
        "parameters": model.parameters,
        "phrase": model.precision.map { phrase("caption.precision", ["value": $0]) } ?? "",
      ])
  }

  /// `200 documents of UD English EWT (4,312 tokens)`.
  var corpus: String? {
    let subject = results.subject
    return subject.corpus.map { corpus in
      phrase(
        "caption.corpusSize",
        ["documents": subject.documents, "corpus": corpus.name, "positions": subject.positions])
    }
  }

  /// What is shown, then model, corpus, definition, n, notes and seed.
  func text(
    _ what: String, metrics: [Metric] = [], formula: String? = nil, n: String? = nil, analysis: String,
    onCorpus: Bool = true, isOfHistograms: Bool = false
  ) -> FigureCaption {
    let definitions = metrics.map { "\($0.title) = \($0.formula) (\($0.source))." } + (formula.map { [$0] } ?? [])
    let subject =
      [phrase("caption.model", ["model": model])]
      + (onCorpus ? corpus.map { [phrase("caption.corpus", ["corpus": $0])] } ?? [] : [])
    let notes = notes(of: analysis, what: what, metrics: metrics, isOfHistograms)
    let selection = isOfParts(analysis) ? results.subject.selection?.sentence.map { [$0] } ?? [] : []
    let sentences = [what] + subject + definitions + (n.map { [$0] } ?? []) + selection + notes
    return FigureCaption(
      full: (sentences + [phrase("caption.seedSentence", ["seed": results.subject.seed])]).joined(separator: " "),
      what: what,
      definition: definitions.joined(separator: " "), n: n ?? "", subject: line(onCorpus: onCorpus),
      metrics: metrics, selection: selection.first ?? "")
  }

  /// Whether an analysis is about layers and heads, of which some may have been selected.
  private func isOfParts(_ analysis: String) -> Bool {
    ![InContextMetrics.analysis, "projection", "repetition"].contains(analysis)
  }

  /// `MiniLM 6×12 · UD English EWT, 200 documents, 4,312 tokens · seed 0`.
  private func line(onCorpus: Bool) -> String {
    let subject = results.subject, model = subject.model
    let read = subject.corpus.map { "\($0.name), \(subject.documents), \(subject.positions)" }
    return
      (["\(model.name) \(model.layers)×\(model.heads)"] + (onCorpus ? read.map { [$0] } ?? [] : [])
      + [phrase("caption.seed", ["seed": results.subject.seed])]).joined(separator: " · ")
  }

  /// The analysis's notes as sentences, without those that are about other figures: about documents and histograms that
  /// are not shown, about repeated tokens where no score of them is.
  private func notes(
    of id: String, what: String, metrics: [Metric], _ isOfHistograms: Bool
  ) -> [String] {
    // The attention notes are about the corpus, of which the copying score is no matter.
    guard let analysis = results[analysis: id], !metrics.contains(AttentionMetrics.copyingScore) else { return [] }
    let words = what.split { " ,:()".contains($0) }
    return analysis.notes.filter { note in
      switch note.subject {
      case .everything: true
      case .document(let id): words.contains { $0 == id }
      case .repeatedTokens: metrics.contains { AttentionMetrics.repeatedTokenScores.contains($0) }
      case .histograms: isOfHistograms
      }
    }.map(\.sentence)
  }

  /// `n = 4,112 rows a head`, or the range where they differ; nil where nothing was counted.
  static func n(_ quantities: some Sequence<Quantity>, _ unit: String) -> String? {
    let counts = quantities.filter { $0.value != nil }.map(\.n)
    guard let low = counts.min(), let high = counts.max(), high > 0 else { return nil }
    let range = low == high ? NumberFormat.count(low) : "\(NumberFormat.count(low))–\(NumberFormat.count(high))"
    return phrase("caption.n", ["n": range, "unit": unit])
  }
}

extension Subject {
  /// "200 documents", "1 image".
  var documents: String {
    phrase(model.image == nil ? "count.documents" : "count.images", ["count": corpus?.documents ?? 0])
  }

  /// "4,312 tokens", "3,152 positions".
  var positions: String {
    phrase(model.image == nil ? "count.tokens" : "count.positions", ["count": corpus?.tokens ?? 0])
  }
}

/// Sentences of what is seen in a row of numbers.
enum Seen {
  /// "from 0.12 (L3.H4) to 0.97 (L0.H1), median 0.55"; says how many are without a number.
  static func range(_ readings: [PlotValue], _ names: [String]) -> String {
    let numbered = zip(readings, names).compactMap { reading, name in reading.number.map { (value: $0, name: name) } }
    let gaps = readings.count { $0.gap != nil }
    let without =
      gaps == 0 ? "" : phrase("seen.gaps", ["gaps": gaps, "readings": readings.count])
    guard let low = numbered.min(by: { $0.value < $1.value }), let high = numbered.max(by: { $0.value < $1.value })
    else { return phrase("seen.nothing", ["without": without]) }
    if numbered.count == 1 { return "\(NumberFormat.text(low.value)) (\(low.name))" + without }
    let middle = numbered.map(\.value).median ?? low.value
    return phrase(
      "seen.range",
      [
        "value": NumberFormat.text(low.value), "low": low.name, "value2": NumberFormat.text(high.value),
        "high": high.name, "middle": NumberFormat.text(middle), "without": without,
      ])
  }
}
