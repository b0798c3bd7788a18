import Results

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
    galleryTitle: String = "More figures"
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
      introduction: """
        What the tokenizer makes of the corpus. A character is dropped where no token stands for it, and unknown where \
        the unknown token does: the model cannot tell it from any other.
        """,
      places: []),
    AnalysisGuide(
      id: "training", title: "Training", analyses: ["training"],
      introduction: """
        What the training's log and its checkpoints say. A curve is what was logged, without smoothing; what is measured \
        of checkpoints is measured of each of them over the same corpus, so that a change between two of them is a \
        change of the model.
        """,
      places: [
        .column(["training-loss", "training-gradient-layers"]),
        .row(["training-gradient-norm", "training-learning-rate", "training-similarity"]),
        .row(["training-in-context", "training-scores-induction-score", "training-scores-previous-token-score"]),
        .row(["training-entropy", "training-rank", "training-cka-first"]),
      ],
      galleryTitle: "All other curves"),
    AnalysisGuide(
      id: "attention", title: "Attention", analyses: ["attention"],
      introduction: """
        Each head turns every position into a distribution over the positions it may see. The numbers below are means \
        over the rows of these distributions: how sharp they are, how far they reach, and whether they follow a pattern \
        that has a name. A head belongs to the first class of the list whose score exceeds its threshold.
        """,
      places: [
        .column(["attention-class", "attention-sheet"]),
        .row(["attention-normalised-entropy", "attention-first-share", "attention-distance"]),
        .row(["attention-induction-score", "attention-previous-token-score", "attention-duplicate-token-score"]),
        .column(["attention-head-", "attention-lines", "attention-alignment", "attention-model-view"]),
      ],
      galleryTitle: "All other head maps"),
    AnalysisGuide(
      id: "representations", title: "Representations", analyses: ["representations"],
      introduction: """
        The residual stream is looked at after the embeddings (R0) and after every block. Padding, special tokens and the \
        first position are left out: they carry massive activations in healthy models and would set every number alone.
        """,
      places: [
        .row(["representations-rank", "representations-anisotropy", "representations-distances"]),
        .column(["representations-spectrum"]),
      ]),
    AnalysisGuide(
      id: "geometry", title: "Geometry", analyses: ["projection", "similarity"],
      introduction: """
        Two pictures of how token vectors lie and one of how layers resemble each other. Distances between far-apart \
        clusters of a t-SNE mean little; its trustworthiness says how far neighbourhoods can be believed.
        """,
      places: [.column(["projection-"]), .column(["similarity-cka"])]),
    AnalysisGuide(
      id: "repetition", title: "Continuations", analyses: ["repetition"],
      introduction: """
        The model continues documents of the corpus, always with its likeliest token, and what it has said before is \
        counted. Texts repeat short n-grams too; what matters is how far the model lies above the corpus, and whether \
        it climbs along the text: then it has run into a loop. Representations that have collapsed end there, but many \
        healthy small models do as well.
        """,
      places: [.row(["repetition-by-length", "repetition-along-text"])]),
    AnalysisGuide(
      id: "context", title: "In-context learning", analyses: ["context"],
      introduction: """
        What a language model makes of the text before a token: its loss by the token's position, and how much less a \
        second copy of random tokens costs than the first, which nothing but the first foretells. Both fall at once \
        where induction heads form.
        """,
      places: [.column(["context-loss"])]),
    AnalysisGuide(
      id: "routing", title: "Mixture of experts", analyses: ["routing"],
      introduction: """
        In each layer a router gives every token to a few of several MLPs. Where it gives nearly all of them to the same \
        few, the others learn nothing and the model is smaller than it looks.
        """,
      places: [.column(["routing-load"])]),
    AnalysisGuide(
      id: "gradients", title: "Gradients", analyses: ["gradients"],
      introduction: """
        The gradient of the corpus loss, at every residual point and for every parameter. Relative flow weighs a token's \
        gradient with its vector's norm, because the plain norm mirrors the growth of the stream.
        """,
      places: [
        .column(["gradients-relative-flow"]),
        .row(["gradients-norm", "gradients-ratio", "gradients-rms-by-kind"]),
        .column(["gradients-histogram"]),
      ]),
    AnalysisGuide(
      id: "weights", title: "Weights", analyses: ["weights"],
      introduction: """
        Singular values of every matrix that vectors are multiplied with, embeddings left out. Power-law exponents are a \
        hint only: a Gaussian matrix has about 4.8.
        """,
      places: [
        .column(["weights-spectra"]),
        .row(["weights-stable-rank-by-kind", "weights-condition-number-by-kind", "weights-alpha-by-kind"]),
      ]),
    AnalysisGuide(
      id: "census", title: "NaN and infinite weights", analyses: [WeightMetrics.census],
      introduction: "Every weight of the model was looked at, used or not.", places: []),
  ]
}
