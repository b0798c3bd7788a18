/// How a language model uses the text before a token. Array `loss` `[bins, 5]` holds the first position of a bin, the mean
/// loss of the tokens at its positions, the ends of its interval, and n; position 1 is that of the token that is predicted
/// from the first.
package enum InContextMetrics {
  package static let analysis = "context"

  package static let score = Metric(
    "context.score", "In-context learning score", unit: "nats",
    formula: "mean loss over the last fifth of a document's tokens − over the first fifth, mean over documents of at "
      + "least 20 tokens",
    source: "Olsson 2022, at 90 % and 10 % of the document")
  package static let score500 = Metric(
    "context.score500", "In-context learning score, tokens 500 and 50", unit: "nats",
    formula: "loss at token 500 − loss at token 50, five tokens around each, mean over documents that reach it",
    source: "Olsson 2022")
  package static let copyGain = Metric(
    "context.copyGain", "Loss of a second copy less the first's", unit: "nats",
    formula: "on x x of random tokens: mean loss over the second x − over the first, without the first token of each",
    source: "Olsson 2022")

  /// `LossBin` reads and writes its rows.
  static let loss = ArrayKey(
    "loss", [.free("bins"), .columns(["position", "loss", "low", "high", "n"])], .whole(columns: [0, 4]))

  static let form = AnalysisForm(analysis, metrics: [score, score500, copyGain], arrays: [loss.form])
}
