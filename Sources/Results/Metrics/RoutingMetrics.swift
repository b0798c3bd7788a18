/// How a mixture's routers share tokens among experts: a row a layer. Array `load` `[L, E]` holds each expert's share of
/// the choices, `weight` `[L, E]` its mean probability.
package enum RoutingMetrics {
  package static let analysis = "routing"

  package static let entropy = Metric(
    "routing.entropy", "Routing entropy",
    formula: "−Σₑ p ln p ÷ ln E of the router's probabilities, mean over tokens", source: "Shazeer 2017", lowest: 0,
    highest: 1)
  package static let loadEntropy = Metric(
    "routing.loadEntropy", "Entropy of the load",
    formula: "−Σₑ f ln f ÷ ln E, f being an expert's share of the choices: 1 where all are chosen equally often",
    source: "ours", lowest: 0, highest: 1)
  package static let largestLoad = Metric(
    "routing.largestLoad", "Largest load", formula: "max over experts of the share of the choices",
    source: "Fedus 2022",
    lowest: 0, highest: 1)

  package static let load = ArrayKey("load", [.the("layers"), .the("experts")])
  package static let weight = ArrayKey("weight", [.the("layers"), .the("experts")])

  static let form = AnalysisForm(
    analysis, metrics: [entropy, loadEntropy, largestLoad], arrays: [load.form, weight.form])
}
