import Support

/// What the gradient analysis measures of tensors, layers, residual points and the model.
///
/// `g` is a batch's gradient of the mean loss. A value is the mean over the batches of the corpus; its interval holds
/// the middle 95 % of the batches.
package enum GradientMetrics {
  package static let analysis = "gradients"

  /// Of tensors and of layers (all parameters of the block).
  package static let norm = Metric(
    "gradients.norm", source: "ours", lowest: 0, spread: .batches)
  package static let rms = Metric(
    "gradients.rms", source: "ours", lowest: 0, spread: .batches)
  package static let ratio = Metric(
    "gradients.ratio", source: "ours", lowest: 0,
    spread: .batches)
  /// Of residual points.
  package static let flow = Metric(
    "gradients.flow", source: "ours",
    lowest: 0, spread: .batches)
  package static let relativeFlow = Metric(
    "gradients.relativeFlow", source: "ours", lowest: 0, spread: .batches)
  /// Of layers.
  package static let attentionFlow = Metric(
    "gradients.attentionFlow",
    source: "ours", lowest: 0, spread: .batches)
  package static let mlpFlow = Metric(
    "gradients.mlpFlow", source: "ours",
    lowest: 0, spread: .batches)
  /// Of the model.
  package static let depthSlope = Metric(
    "gradients.depthSlope", unit: "ln per layer", source: "ours", spread: .batches)
  package static let endToEndRatio = Metric(
    "gradients.endToEndRatio",
    source: "ours", lowest: 0, spread: .batches)
  package static let loss = Metric(
    "gradients.loss", unit: "nats", source: "ours", spread: .batches)
  /// Of tensors: counts over all batches.
  package static let zeroCount = Metric(
    "gradients.zeroCount", unit: "elements",
    source: "ours", lowest: 0)
  package static let nanCount = Metric(
    "gradients.nanCount", unit: "elements", source: "ours",
    lowest: 0)
  package static let infiniteCount = Metric(
    "gradients.infiniteCount", unit: "elements",
    source: "ours", lowest: 0)

  /// `GradientCounts` reads and writes them together.
  static let counts = ArrayKey("histogram.counts", [.the("tensors"), .the("bins")], .whole())
  static let edges = ArrayKey("histogram.edges", [.the("bins", plus: 1)], .rising)
  static let special = ArrayKey("histogram.special", [.the("tensors"), .the("kinds")], .whole())
  static let tensors = TextKey("histogram.tensors", [.the("tensors")])
  static let kinds = TextKey("histogram.special", [.the("kinds")])

  static let form = AnalysisForm(
    analysis,
    metrics: [
      norm, rms, ratio, flow, relativeFlow, attentionFlow, mlpFlow, depthSlope, endToEndRatio, loss, zeroCount,
      nanCount,
      infiniteCount,
    ],
    arrays: [counts.form, edges.form, special.form], texts: [tensors.form, kinds.form])
}
