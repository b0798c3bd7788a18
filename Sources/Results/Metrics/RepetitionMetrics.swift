/// How often a model's greedy continuations repeat themselves, beside the corpus's own texts.
///
/// Of n-grams that a text has again, all but the first are repeated. Array `byLength` `[2, lengths, 3]` holds the share
/// of repeated n-grams for n = 1, 2, …, and `alongText` `[2, stretches, 3]` that of repeated 4-grams by where they end,
/// both first of the continuations, then of the corpus; the last axis is value, low and high end of the interval.
package enum RepetitionMetrics {
  package static let analysis = "repetition"

  package static let rate = Metric(
    "repetition.rate",
    source: "Welleck 2020", lowest: 0, highest: 1)
  package static let corpusRate = Metric(
    "repetition.corpusRate", source: "Welleck 2020",
    lowest: 0, highest: 1)
  package static let loops = Metric(
    "repetition.loops",
    source: "Holtzman 2020", lowest: 0, highest: 1)
  package static let length = Metric(
    "repetition.length", unit: "tokens",
    source: "ours", lowest: 0)

  /// Tokens of a stretch of `alongText`.
  package static let stretch = 8

  package static let byLength = ArrayKey("byLength", axes("lengths"), .shares)
  package static let alongText = ArrayKey("alongText", axes("stretches"), .shares)

  /// What the first prompts were, what the model wrote, and how the documents go on.
  package static let examples = ExampleKeys()

  private static func axes(_ places: String) -> [Form.Axis] {
    [.columns(["continuations", "corpus"]), .free(places), .columns(["value", "low", "high"])]
  }

  static let form = AnalysisForm(
    analysis, metrics: [rate, corpusRate, loops, length], arrays: [byLength.form, alongText.form],
    texts: examples.forms)
}
