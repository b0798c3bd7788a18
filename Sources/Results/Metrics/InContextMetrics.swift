import Support

/// How a language model uses the text before a token. Array `loss` `[bins, 5]` holds the first position of a bin, the mean
/// loss of the tokens at its positions, the ends of its interval, and n; position 1 is that of the token that is predicted
/// from the first.
package enum InContextMetrics {
  package static let analysis = "context"

  package static let score = Metric(
    "context.score", unit: "nats",
    source: "olssonPositions")
  package static let score500 = Metric(
    "context.score500", unit: "nats",
    source: "Olsson 2022")
  package static let copyGain = Metric(
    "context.copyGain", unit: "nats",
    source: "Olsson 2022")

  /// `LossBin` reads and writes its rows.
  static let loss = ArrayKey(
    "loss", [.free("bins"), .columns(["position", "loss", "low", "high", "n"])], .whole(columns: [0, 4]))

  static let form = AnalysisForm(analysis, metrics: [score, score500, copyGain], arrays: [loss.form])
}
