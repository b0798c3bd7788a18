/// The form that an analysis gives an array, or a column of texts: its name, how long each axis is, and what stands in it.
///
/// A `*` in the name stands for whatever is there: `sample.*.pattern`. Forms are looked at in their order; what no form
/// names is kept as it is, and nothing that is drawn may be without one.
struct Form {
  enum Axis {
    case free
    case exactly(Int)
    /// As long as everything else that has this axis; `layers`, `heads`, `points` and `cells` (layers × heads) are the
    /// model's.
    case the(String, plus: Int = 0)
    /// The same among the names in which the `*` stands for the same.
    case each(String, plus: Int = 0)
  }

  enum Content {
    /// Any number, NaN and infinities among them; any text.
    case anything
    /// Finite numbers.
    case finite
    /// From 0 to 1, with what rounding adds; NaN where nothing was measured.
    case shares
    /// Finite numbers, none smaller than the one before.
    case rising
    /// Whole numbers from 0 on, in some columns of the last axis or in all.
    case whole(columns: [Int]? = nil)
    case classes
    case components
  }

  let name: String
  let axes: [Axis]
  let content: Content

  init(_ name: String, _ axes: [Axis], _ content: Content = .anything) {
    self.name = name
    self.axes = axes
    self.content = content
  }

  /// What the `*` stands for; empty for a name without one, nil for another name.
  func match(_ text: String) -> String? {
    let parts = name.split(separator: "*", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return text == name ? "" : nil }
    guard text.utf8.count > name.utf8.count - 1, text.hasPrefix(parts[0]), text.hasSuffix(parts[1]) else { return nil }
    return String(text.dropFirst(parts[0].count).dropLast(parts[1].count))
  }

  /// The largest number that counts and steps can be: 2⁵³.
  static let largest = 1 << 53
}

extension Form {
  /// By analysis.
  static let arrays: [String: [Form]] = [
    AttentionMetrics.analysis: [
      Form("sample.*.pattern", [.the("layers"), .the("heads"), .each("queries"), .each("keys")]),
      Form("sample.*.pooledMean", [.the("layers"), .the("heads"), .each("blocks"), .each("blocks")]),
      Form("sample.*.pooledMax", [.the("layers"), .the("heads"), .each("blocks"), .each("blocks")]),
    ],
    InContextMetrics.analysis: [Form("loss", [.free, .exactly(5)], .whole(columns: [0, 4]))],
    GradientMetrics.analysis: [
      Form("histogram.counts", [.the("tensors"), .the("bins")], .whole()),
      Form("histogram.edges", [.the("bins", plus: 1)], .rising),
      Form("histogram.special", [.the("tensors"), .the("kinds")], .whole()),
    ],
    RepresentationMetrics.analysis: [Form("spectrum.R*", [.free])],
    SimilarityMetrics.analysis: [
      Form("cka", [.the("points"), .the("points")]), Form("ckaDebiased", [.the("points"), .the("points")]),
    ],
    ProjectionMetrics.analysis: [
      Form("pca", [.the("tokens"), .the("components")], .finite), Form("pca.explained", [.the("components")], .finite),
      Form("tsne", [.the("tokens"), .exactly(2)]),
      Form("sentences.pca", [.the("sentences"), .the("directions")], .finite),
      Form("sentences.pca.explained", [.the("directions")], .finite),
      Form("sentences.tsne", [.the("sentences"), .exactly(2)]),
    ],
    RepetitionMetrics.analysis: [
      Form("byLength", [.exactly(2), .free, .exactly(3)], .shares),
      Form("alongText", [.exactly(2), .free, .exactly(3)], .shares),
    ],
    RoutingMetrics.analysis: [
      Form("load", [.the("layers"), .the("experts")]), Form("weight", [.the("layers"), .the("experts")]),
    ],
    WeightMetrics.analysis: [Form("singular.*", [.free]), Form("lowRankError.*", [.free])],
    TrainingMetrics.analysis: [
      Form("curve.*", [.free, .exactly(2)], .whole(columns: [0])),
      Form("histogram.*.edges", [.each("bins", plus: 1)], .rising),
      Form("histogram.*.steps", [.each("rows")], .whole()),
      Form("histogram.*", [.each("rows"), .each("bins")], .finite),
      Form("checkpoint.steps", [.the("checkpoints")], .whole()),
      Form("checkpoint.ckaToFirst", [.the("checkpoints"), .the("points")]),
      Form("checkpoint.ckaToLast", [.the("checkpoints"), .the("points")]),
      Form("checkpoint.similarity", [.the("checkpoints", plus: -1)]),
      Form("over.*", [.the("checkpoints"), .each("components")]),
    ],
  ]

  /// By analysis.
  static let texts: [String: [Form]] = [
    AttentionMetrics.analysis: [
      Form("class", [.the("cells")], .classes), Form("sample.*.tokens", [.each("keys")]),
      Form("sample.*.queries", [.each("queries")]), Form("pooled", [.exactly(3)]),
    ],
    GradientMetrics.analysis: [
      Form("histogram.tensors", [.the("tensors")]), Form("histogram.special", [.the("kinds")]),
    ],
    ProjectionMetrics.analysis: [
      Form("tokens", [.the("tokens")]), Form("labels", [.the("tokens")]), Form("documents", [.the("tokens")]),
      Form("sentences.labels", [.the("sentences")]), Form("sentences.documents", [.the("sentences")]),
    ],
    TrainingMetrics.analysis: [
      Form("curves", [.the("curves")]), Form("curve.roles", [.the("curves")]),
      Form("checkpoints", [.the("checkpoints")]), Form("over.*", [.each("components")], .components),
    ],
  ]
}
