import Support

/// Figures of how well the two-dimensional pictures of token vectors hold.
///
/// The pictures themselves are arrays: `pca` `[N, 3]`, `pca.explained` `[3]`, `tsne` `[N, 2]`, with texts `tokens`,
/// `labels` (empty where a token has none) and `documents`; those of whole documents' vectors, of models that pool, have
/// `sentences.` before their names, and their numbers belong to the model.
package enum ProjectionMetrics {
  package static let analysis = "projection"

  package static let klDivergence = Metric(
    "projection.klDivergence", unit: "nats",
    source: "vanDerMaaten", lowest: 0)
  package static let trustworthiness = Metric(
    "projection.trustworthiness", source: "Venna 2001", lowest: 0, highest: 1)
  package static let trustworthinessPCA = Metric(
    "projection.trustworthinessPCA", source: "Venna 2001", lowest: 0, highest: 1)
  package static let explainedVariance = Metric(
    "projection.explainedVariance",
    source: "ours", lowest: 0, highest: 1)
  package static let silhouetteTSNE = Metric(
    "projection.silhouette", source: "Rousseeuw 1987", lowest: -1, highest: 1)

  /// The pictures of some vectors and what belongs to their dots.
  package struct Keys: Sendable {
    /// `[N, 3]`.
    package let pca: ArrayKey
    /// The share of the variance that each of the three components has.
    package let explained: ArrayKey
    /// `[N, 2]`.
    package let tsne: ArrayKey
    /// Empty where a dot has none.
    package let labels: TextKey
    package let documents: TextKey

    fileprivate init(prefix: String, _ dots: String, _ components: String) {
      pca = ArrayKey(prefix + "pca", [.the(dots), .the(components)], .finite)
      explained = ArrayKey(prefix + "pca.explained", [.the(components)], .finite)
      tsne = ArrayKey(prefix + "tsne", [.the(dots), .columns(["x", "y"])])
      labels = TextKey(prefix + "labels", [.the(dots)])
      documents = TextKey(prefix + "documents", [.the(dots)])
    }

    fileprivate var arrays: [Form] { [pca.form, explained.form, tsne.form] }
    fileprivate var texts: [Form] { [labels.form, documents.form] }
  }

  package static let tokens = Keys(prefix: "", "tokens", "components")
  package static let sentences = Keys(prefix: "sentences.", "sentences", "directions")
  /// What the tokens are, and how the vocabulary spells them.
  package static let names = TextKey("tokens", [.the("tokens")])
  package static let entries = TextKey("entries", [.the("tokens")])

  static let form = AnalysisForm(
    analysis, metrics: [klDivergence, trustworthiness, trustworthinessPCA, explainedVariance, silhouetteTSNE],
    arrays: tokens.arrays + sentences.arrays,
    texts: [names.form, entries.form] + tokens.texts + sentences.texts)
}
