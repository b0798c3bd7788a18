/// What the gradient analysis measures of tensors, layers, residual points and the model.
///
/// `g` is a batch's gradient of the mean loss. A value is the mean over the batches of the corpus; its interval holds
/// the middle 95 % of the batches.
package enum GradientMetrics {
  package static let analysis = "gradients"

  /// Of tensors and of layers (all parameters of the block).
  package static let norm = Metric(
    "gradients.norm", "Gradient norm", formula: "‖g‖₂, mean over batches", source: "ours", lowest: 0, spread: .batches)
  package static let rms = Metric(
    "gradients.rms", "Gradient RMS", formula: "‖g‖₂/√n, mean over batches", source: "ours", lowest: 0, spread: .batches)
  package static let ratio = Metric(
    "gradients.ratio", "Gradient-to-weight ratio", formula: "‖g‖₂/‖w‖₂, mean over batches", source: "ours", lowest: 0,
    spread: .batches)
  /// Of residual points.
  package static let flow = Metric(
    "gradients.flow", "Gradient flow", formula: "‖∂L/∂x‖₂ over all real positions, mean over batches", source: "ours",
    lowest: 0, spread: .batches)
  package static let relativeFlow = Metric(
    "gradients.relativeFlow", "Relative gradient flow",
    formula: "E_t ‖g_t‖·‖x_t‖, g = ∂L/∂x at the residual point", source: "ours", lowest: 0, spread: .batches)
  /// Of layers.
  package static let attentionFlow = Metric(
    "gradients.attentionFlow", "Gradient at the attention's output", formula: "‖∂L/∂a‖₂ over all real positions",
    source: "ours", lowest: 0, spread: .batches)
  package static let mlpFlow = Metric(
    "gradients.mlpFlow", "Gradient at the MLP's output", formula: "‖∂L/∂m‖₂ over all real positions", source: "ours",
    lowest: 0, spread: .batches)
  /// Of the model.
  package static let depthSlope = Metric(
    "gradients.depthSlope", "Depth slope", unit: "ln per layer",
    formula: "least-squares slope of ln(relative flow) against the residual point, from R1; positive: falls towards "
      + "the input", source: "ours", spread: .batches)
  package static let endToEndRatio = Metric(
    "gradients.endToEndRatio", "End-to-end ratio", formula: "relative flow at R_L ÷ relative flow at R1",
    source: "ours", lowest: 0, spread: .batches)
  package static let loss = Metric(
    "gradients.loss", "Loss", unit: "nats", formula: "mean loss, mean over batches", source: "ours", spread: .batches)
  /// Of tensors: counts over all batches.
  package static let zeroCount = Metric(
    "gradients.zeroCount", "Exact zeros", unit: "elements", formula: "elements with g = 0, mean over batches",
    source: "ours", lowest: 0)
  package static let nanCount = Metric(
    "gradients.nanCount", "NaN", unit: "elements", formula: "elements that are NaN, over all batches", source: "ours",
    lowest: 0)
  package static let infiniteCount = Metric(
    "gradients.infiniteCount", "Infinite", unit: "elements", formula: "elements that are ±∞, over all batches",
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
