/// Figures of how well the two-dimensional pictures of token vectors hold.
///
/// The pictures themselves are arrays: `pca` `[N, 3]`, `pca.explained` `[3]`, `tsne` `[N, 2]`, with texts `tokens`,
/// `labels` (empty where a token has none) and `documents`; those of whole documents' vectors, of models that pool, have
/// `sentences.` before their names, and their numbers belong to the model.
package enum ProjectionMetrics {
  package static let analysis = "projection"

  package static let klDivergence = Metric(
    "projection.klDivergence", "t-SNE divergence", unit: "nats", formula: "Σ P ln(P/Q) after the last step",
    source: "van der Maaten 2008", lowest: 0)
  package static let trustworthiness = Metric(
    "projection.trustworthiness", "t-SNE trustworthiness",
    formula: "1 − 2/(Nk(2N−3k−1))·Σᵢ Σ_{j ∈ Uᵢ}(r(i,j) − k), k = 12", source: "Venna 2001", lowest: 0, highest: 1)
  package static let trustworthinessPCA = Metric(
    "projection.trustworthinessPCA", "PCA trustworthiness",
    formula: "the same for the first two principal components, k = 12", source: "Venna 2001", lowest: 0, highest: 1)
  package static let explainedVariance = Metric(
    "projection.explainedVariance", "Variance in three components", formula: "(λ₁ + λ₂ + λ₃)/Σλ",
    source: "ours", lowest: 0, highest: 1)
  package static let silhouetteTSNE = Metric(
    "projection.silhouette", "Silhouette of labels in the t-SNE plane",
    formula: "mean of (b−a)/max(a,b) over labelled points", source: "Rousseeuw 1987", lowest: -1, highest: 1)
}
