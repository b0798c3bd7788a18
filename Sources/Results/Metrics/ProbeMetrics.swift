/// What probes read from every residual point: accuracy and macro-F1 on the documents held back for the test, beside a
/// control task and the most frequent class.
///
/// Array `confusion.<point>` `[K, K]` counts the test examples by their class (rows) and the one that the linear probe
/// predicts (columns), at the point that is best on validation; text `classes` names the classes.
package enum ProbeMetrics {
  package static let analysis = "probes"

  /// The numbers of one kind of probe.
  package struct Kind: Sendable {
    package let accuracy: Metric
    package let macroF1: Metric
    package let control: Metric
    package let selectivity: Metric

    fileprivate var all: [Metric] { [accuracy, macroF1, control, selectivity] }
  }

  package static let linear = Kind(
    accuracy: Metric("probes.accuracy", source: "Alain 2016", lowest: 0, highest: 1),
    macroF1: Metric("probes.macroF1", source: "Alain 2016", lowest: 0, highest: 1),
    control: Metric("probes.controlAccuracy", source: "Hewitt & Liang 2019", lowest: 0, highest: 1),
    selectivity: Metric("probes.selectivity", source: "Hewitt & Liang 2019", lowest: -1, highest: 1))
  package static let multilayer = Kind(
    accuracy: Metric("probes.mlpAccuracy", source: "Hewitt & Liang 2019", lowest: 0, highest: 1),
    macroF1: Metric("probes.mlpMacroF1", source: "Hewitt & Liang 2019", lowest: 0, highest: 1),
    control: Metric("probes.mlpControlAccuracy", source: "Hewitt & Liang 2019", lowest: 0, highest: 1),
    selectivity: Metric("probes.mlpSelectivity", source: "Hewitt & Liang 2019", lowest: -1, highest: 1))
  /// Of the test examples, without a model.
  package static let majority = Metric("probes.majority", source: "ours", lowest: 0, highest: 1)
  /// Of the linear probe.
  package static let regularisation = Metric("probes.regularisation", source: "ours", lowest: 0)

  package static let confusion = ArrayKeys(
    "confusion.*", [.the("classes"), .the("classes")], .whole(), of: .point)
  package static let classes = TextKey("classes", [.the("classes")])

  static let form = AnalysisForm(
    analysis, metrics: linear.all + multilayer.all + [majority, regularisation], arrays: [confusion.form],
    texts: [classes.form])
}
