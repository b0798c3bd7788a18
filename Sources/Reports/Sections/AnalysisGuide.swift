import Results
import Support

/// How a subject of the report is introduced: words, and which of its figures stand in the text.
struct AnalysisGuide: Sendable {
  /// The section's anchor.
  var id: String
  var title: String
  /// The analyses that belong to it.
  var analyses: [String]
  /// One paragraph: what is measured and how to read it. Markdown.
  var introduction: String
  /// The figures that stand in the text, in this order; others go to a gallery that is folded up.
  var places: [Place]
  /// The title of that gallery.
  var galleryTitle: String

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

  init(
    id: String, title: String, analyses: [String], introduction: String, places: [Place],
    galleryTitle: String = phrase("analysisGuide.moreFigures")
  ) {
    self.id = id
    self.title = title
    self.analyses = analyses
    self.introduction = introduction
    self.places = places
    self.galleryTitle = galleryTitle
  }

  /// For an analysis that no guide knows.
  init(unknown id: String) {
    self.init(
      id: id, title: id.prefix(1).uppercased() + id.dropFirst(), analyses: [id], introduction: "",
      places: [.column(["\(id)-"])])
  }

  static let all = [
    AnalysisGuide(
      id: "corpus", title: "Corpus", analyses: ["corpus"],
      introduction: phrase("analysisGuide.whatTokenizerMakes"),
      places: []),
    AnalysisGuide(
      id: "training", title: "Training", analyses: ["training"],
      introduction: phrase("analysisGuide.whatTrainingsLog"),
      places: [
        .column(["training-loss", "training-gradient-layers"]),
        .row(["training-gradient-norm", "training-learning-rate", "training-similarity"]),
        .row(["training-in-context", "training-scores-induction-score", "training-scores-previous-token-score"]),
        .row(["training-entropy", "training-rank", "training-cka-first"]),
      ],
      galleryTitle: phrase("analysisGuide.allOtherCurves")),
    AnalysisGuide(
      id: "attention", title: "Attention", analyses: ["attention"],
      introduction: phrase("analysisGuide.eachHeadTurns"),
      places: [
        .column(["attention-class", "attention-sheet"]),
        .row(["attention-normalised-entropy", "attention-first-share", "attention-distance"]),
        .row(["attention-induction-score", "attention-previous-token-score", "attention-duplicate-token-score"]),
        .column(["attention-head-", "attention-lines", "attention-alignment", "attention-model-view"]),
      ],
      galleryTitle: phrase("analysisGuide.allOtherHead")),
    AnalysisGuide(
      id: "representations", title: "Representations", analyses: ["representations"],
      introduction: phrase("analysisGuide.residualStreamLooked"),
      places: [
        .row(["representations-rank", "representations-anisotropy", "representations-distances"]),
        .column(["representations-spectrum"]),
      ]),
    AnalysisGuide(
      id: "geometry", title: "Geometry", analyses: ["projection", "similarity"],
      introduction: phrase("analysisGuide.twoPicturesHow"),
      places: [.column(["projection-"]), .column(["similarity-cka"])]),
    AnalysisGuide(
      id: "repetition", title: "Continuations", analyses: ["repetition"],
      introduction: phrase("analysisGuide.modelContinuesDocuments"),
      places: [.row(["repetition-by-length", "repetition-along-text"])]),
    AnalysisGuide(
      id: "context", title: phrase("analysisGuide.inContextLearning"), analyses: ["context"],
      introduction: phrase("analysisGuide.whatLanguageModel"),
      places: [.column(["context-loss"])]),
    AnalysisGuide(
      id: "routing", title: phrase("analysisGuide.mixtureOfExperts"), analyses: ["routing"],
      introduction: phrase("analysisGuide.eachLayerRouter"),
      places: [.column(["routing-load"])]),
    AnalysisGuide(
      id: "gradients", title: "Gradients", analyses: ["gradients"],
      introduction: phrase("analysisGuide.gradientCorpusLoss"),
      places: [
        .column(["gradients-relative-flow"]),
        .row(["gradients-norm", "gradients-ratio", "gradients-rms-by-kind"]),
        .column(["gradients-histogram"]),
      ]),
    AnalysisGuide(
      id: "weights", title: "Weights", analyses: ["weights"],
      introduction: phrase("analysisGuide.singularValuesEvery"),
      places: [
        .column(["weights-spectra"]),
        .row(["weights-stable-rank-by-kind", "weights-condition-number-by-kind", "weights-alpha-by-kind"]),
      ]),
    AnalysisGuide(
      id: "census", title: phrase("analysisGuide.nanInfiniteWeights"), analyses: [WeightMetrics.census],
      introduction: phrase("analysisGuide.everyWeightModel"), places: []),
  ]
}
