/// How a mixture's routers share tokens among experts: a row a layer. Array `load` `[L, E]` holds each expert's share of
/// the choices, `weight` `[L, E]` its mean probability.
package enum RoutingMetrics {
  package static let analysis = "routing"

  package static let entropy = Metric(
    "routing.entropy", source: "Shazeer 2017", lowest: 0,
    highest: 1)
  package static let loadEntropy = Metric(
    "routing.loadEntropy",
    source: "ours", lowest: 0, highest: 1)
  package static let largestLoad = Metric(
    "routing.largestLoad",
    source: "Fedus 2022",
    lowest: 0, highest: 1)

  package static let load = ArrayKey("load", [.the("layers"), .the("experts")])
  package static let weight = ArrayKey("weight", [.the("layers"), .the("experts")])

  static let form = AnalysisForm(
    analysis, metrics: [entropy, loadEntropy, largestLoad], arrays: [load.form, weight.form])
}
