import Results
import Support

/// How a subject of the report is introduced: words, and which of its figures stand in the text.
struct AnalysisGuide: Sendable {
  /// The section's anchor.
  var id: String
  var title: String { words("title") ?? id.prefix(1).uppercased() + id.dropFirst() }
  /// The analyses that belong to it.
  var analyses: [String]
  /// One paragraph: what is measured and how to read it. Markdown.
  var introduction: String { words("introduction") ?? "" }
  /// What lies in the section, in a few words; "" where its title says it.
  var contents: String { words("contents") ?? "" }
  /// The figures that stand in the text, in this order; others go to a gallery that is folded up.
  var places: [Place]
  /// The title of that gallery.
  var galleryTitle: String { words("gallery") ?? phrase("guide.gallery") }

  private func words(_ part: String) -> String? {
    let key = "guide.\(id).\(part)"
    return Catalogue.current.holds(key) ? phrase(key) : nil
  }

  /// Where figures stand. A name is an id, or the beginning of several, which ends with a dash.
  enum Place: Sendable {
    /// One after another.
    case column([String])
    /// Side by side, small.
    case row([String])

    private var names: [String] {
      switch self {
      case .column(let names), .row(let names): names
      }
    }

    func holds(_ figure: Figure) -> Bool {
      names.contains { $0.hasSuffix("-") ? figure.kind.hasPrefix($0) : figure.kind == $0 }
    }

    /// Those that belong here: in a row in the order of its names, in a column as they come.
    func blocks(of figures: [Figure]) -> [Article.Block] {
      switch self {
      case .column: return figures.filter(holds).map { .figure($0) }
      case .row(let names):
        let members = names.flatMap { name in figures.filter { Place.row([name]).holds($0) } }
        return members.isEmpty ? [] : [.gallery(Article.Gallery(figures: members))]
      }
    }
  }

  init(_ id: String, _ analyses: [String], places: [Place]) {
    self.id = id
    self.analyses = analyses
    self.places = places
  }

  /// For an analysis that no guide knows.
  init(unknown id: String) { self.init(id, [id], places: [.column(["\(id)-"])]) }

  static let all = [
    AnalysisGuide(
      "corpus", ["corpus"],
      places: []),
    AnalysisGuide(
      "quality", [QualityMetrics.analysis],
      places: [.column(["quality-confusion", "quality-hardest", "quality-text-"])]),
    AnalysisGuide(
      "training", ["training"],
      places: [
        .column(["training-loss", "training-gradient-layers"]),
        .row(["training-gradient-norm", "training-learning-rate", "training-similarity"]),
        .row(["training-in-context", "training-scores-induction-score", "training-scores-previous-token-score"]),
        .row(["training-entropy", "training-rank", "training-cka-first"]),
      ]),
    AnalysisGuide(
      "attention", ["attention"],
      places: [
        .column(["attention-class", "attention-sheet"]),
        .row(["attention-normalised-entropy", "attention-first-share", "attention-distance"]),
        .row(["attention-induction-score", "attention-previous-token-score", "attention-duplicate-token-score"]),
        .column([
          "attention-image", "attention-head-", "attention-lines", "attention-alignment", "attention-model-view",
        ]),
      ]),
    AnalysisGuide(
      "representations", ["representations"],
      places: [
        .row(["representations-rank", "representations-anisotropy", "representations-distances"]),
        .column(["representations-spectrum"]),
      ]),
    AnalysisGuide(
      "geometry", ["projection", "similarity"],
      places: [.column(["projection-"]), .column(["similarity-cka"])]),
    AnalysisGuide(
      "probes", ["probes"],
      places: [.column(["probes-accuracy", "probes-confusion"])]),
    AnalysisGuide(
      "repetition", ["repetition"],
      places: [.row(["repetition-by-length", "repetition-along-text"])]),
    AnalysisGuide(
      "context", ["context"],
      places: [.column(["context-loss"])]),
    AnalysisGuide(
      "routing", ["routing"],
      places: [.column(["routing-load"])]),
    AnalysisGuide(
      "causal", ["causal"],
      places: [
        .column(["causal-patch-resid-point-"]),
        .row(["causal-patch-attn-out-", "causal-patch-mlp-out-", "causal-patch-head-z-"]),
      ]),
    AnalysisGuide(
      "gradients", ["gradients"],
      places: [
        .column(["gradients-relative-flow"]),
        .row(["gradients-norm", "gradients-ratio", "gradients-rms-by-kind"]),
        .column(["gradients-histogram"]),
      ]),
    AnalysisGuide(
      "weights", ["weights"],
      places: [
        .column(["weights-spectra"]),
        .row(["weights-stable-rank-by-kind", "weights-condition-number-by-kind", "weights-alpha-by-kind"]),
      ]),
    AnalysisGuide(
      "census", [WeightMetrics.census],
      places: []),
  ]
}
