/// How a subject of the report is introduced: words, and which of its figures stand in the text.
struct AnalysisGuide: Sendable {
  /// The section's anchor.
  var id: String
  var title: String
  /// The analyses that belong to it.
  var analyses: [String]
  /// One paragraph: what is measured and how to read it. Markdown.
  var introduction: String
  /// The figures that stand in the text, in this order: an id, or the beginning of several, which ends with a dash.
  /// Others go to a gallery.
  var mainFigures: [String]

  /// The place of a figure in the text; nil where it goes to the gallery.
  func rank(_ figure: ReportFigure) -> Int? {
    mainFigures.firstIndex { $0.hasSuffix("-") ? figure.id.hasPrefix($0) : figure.id == $0 }
  }

  init(id: String, title: String, analyses: [String], introduction: String, mainFigures: [String]) {
    self.id = id
    self.title = title
    self.analyses = analyses
    self.introduction = introduction
    self.mainFigures = mainFigures
  }

  /// For an analysis that no guide knows.
  init(unknown id: String) {
    self.init(
      id: id, title: id.prefix(1).uppercased() + id.dropFirst(), analyses: [id], introduction: "",
      mainFigures: ["\(id)-"])
  }

  static let all = [
    AnalysisGuide(
      id: "attention", title: "Attention", analyses: ["attention"],
      introduction: """
        Each head turns every position into a distribution over the positions it may see. The numbers below are means \
        over the rows of these distributions: how sharp they are, how far they reach, and whether they follow a pattern \
        that has a name. A head belongs to the first class of the list whose score exceeds its threshold.
        """,
      mainFigures: [
        "attention-class", "attention-sheet", "attention-normalised-entropy", "attention-head-", "attention-lines-",
        "attention-induction-score", "attention-effective-heads",
      ]),
    AnalysisGuide(
      id: "representations", title: "Representations", analyses: ["representations"],
      introduction: """
        The residual stream is looked at after the embeddings (R0) and after every block. Padding, special tokens and the \
        first position are left out: they carry massive activations in healthy models and would set every number alone.
        """,
      mainFigures: ["representations-rank", "representations-spectrum", "representations-"]),
    AnalysisGuide(
      id: "geometry", title: "Geometry", analyses: ["projection", "similarity"],
      introduction: """
        Two pictures of how token vectors lie and one of how layers resemble each other. Distances between far-apart \
        clusters of a t-SNE mean little; its trustworthiness says how far neighbourhoods can be believed.
        """,
      mainFigures: ["projection-", "pca-", "tsne-", "similarity-"]),
    AnalysisGuide(
      id: "gradients", title: "Gradients", analyses: ["gradients"],
      introduction: """
        The gradient of the corpus loss, at every residual point and for every parameter. Relative flow weighs a token's \
        gradient with its vector's norm, because the plain norm mirrors the growth of the stream.
        """,
      mainFigures: ["gradients-"]),
    AnalysisGuide(
      id: "weights", title: "Weights", analyses: ["weights"],
      introduction: """
        Singular values of every matrix that vectors are multiplied with, embeddings left out. Power-law exponents are a \
        hint only: a Gaussian matrix has about 4.8.
        """,
      mainFigures: ["weights-spectra", "weights-alpha-by-kind"]),
  ]
}
