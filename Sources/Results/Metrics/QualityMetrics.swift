import Support

/// How good a model is at its own task, on the corpus.
///
/// Array `confusion` `[classes, classes]` counts a classifier's examples by their class (rows) and the one it names
/// (columns).
package enum QualityMetrics {
  package static let analysis = "quality"

  package static let loss = Metric("quality.loss", unit: "nats", source: "ours", lowest: 0)
  package static let perplexity = Metric("quality.perplexity", source: "ours", lowest: 1)
  package static let tokenAccuracy = Metric("quality.tokenAccuracy", source: "ours", lowest: 0, highest: 1)
  package static let maskedAccuracy = Metric("quality.maskedAccuracy", source: "ours", lowest: 0, highest: 1)
  package static let accuracy = Metric("quality.accuracy", source: "ours", lowest: 0, highest: 1)
  package static let macroF1 = Metric("quality.macroF1", source: "ours", lowest: 0, highest: 1)
  package static let exactMatch = Metric("quality.exactMatch", source: "ours", lowest: 0, highest: 1)
  package static let bleu = Metric("quality.bleu", source: "Papineni 2002; Post 2018", lowest: 0, highest: 100)
  package static let chrF = Metric("quality.chrF", source: "Popović 2015", lowest: 0, highest: 100)

  package static let confusion = ArrayKey("confusion", [.the("classes"), .the("classes")], .whole())
  package static let classes = TextKey("classes", [.the("classes")])
  package static let examples = ExampleKeys()
  /// Of a few texts their tokens, and what each cost: its loss behind those before it, in nats; NaN for the first.
  package static let texts = TextKey("texts", [.free("texts")])
  package static let tokens = TextKeys("text.*.tokens", [.each("tokens")])
  package static let losses = ArrayKeys("text.*.loss", [.each("tokens")])
  /// The documents with the largest loss, the hardest first.
  package static let hardest = TextKey("hardest", [.the("hardest")])
  /// Of each the class that it has, and the one that the model names.
  package static let hardestClasses = TextKey("hardest.class", [.the("hardest")])
  package static let hardestNamed = TextKey("hardest.named", [.the("hardest")])
  /// Of an image: as `AttentionMetrics.picture`.
  package static let picture = ArrayKeys("hardest.*.picture", [.each("height"), .each("width"), .each("channels")])

  static let form = AnalysisForm(
    analysis,
    metrics: [loss, perplexity, tokenAccuracy, maskedAccuracy, accuracy, macroF1, exactMatch, bleu, chrF],
    arrays: [confusion.form, losses.form, picture.form],
    texts: [classes.form, texts.form, tokens.form, hardest.form, hardestClasses.form, hardestNamed.form]
      + examples.forms)
}

/// Texts of a few examples: what the model read, what it wrote, and what the corpus says.
package struct ExampleKeys: Sendable {
  package let read = TextKey("read", [.the("examples")])
  package let written = TextKey("written", [.the("examples")])
  package let corpus = TextKey("corpus", [.the("examples")])

  var forms: [Form] { [read.form, written.form, corpus.form] }
}

extension AnalysisResult {
  /// Of each example the three texts; nil where there are none.
  package subscript(keys: ExampleKeys) -> [(read: String, written: String, corpus: String)]? {
    get {
      guard let read = self[keys.read], let written = self[keys.written], let corpus = self[keys.corpus],
        read.count == written.count, read.count == corpus.count
      else { return nil }
      return read.indices.map { (read[$0], written[$0], corpus[$0]) }
    }
    set {
      self[keys.read] = newValue?.map(\.read)
      self[keys.written] = newValue?.map(\.written)
      self[keys.corpus] = newValue?.map(\.corpus)
    }
  }
}
