import Diagnosis
import Results

/// The figures that a report opens with: those of its gravest findings, then those that a reader of this kind of model
/// asks for first.
struct KeyFigures {
  /// In the order in which they are shown.
  let chosen: [Figure]
  private let figures: [Figure]

  private static let most = 8
  private static let mostOfFindings = 3

  init(_ results: RunResults, _ assessment: Assessment, _ figures: [Figure]) {
    self.figures = figures
    var chosen: [Figure] = []
    func add(_ figure: Figure) {
      if chosen.count < Self.most, !chosen.contains(where: { $0.id == figure.id }) { chosen.append(figure) }
    }
    for finding in assessment.findings where finding.severity > .note && chosen.count < Self.mostOfFindings {
      if let figure = Self.figure(of: finding, figures) { add(figure) }
    }
    for wish in Self.wishes {
      for figure in figures.filter({ AnalysisGuide.Place.column([wish.kind]).holds($0) }).prefix(wish.count) {
        add(figure)
      }
    }
    self.chosen = chosen
  }

  /// The figure that shows what a finding rests on; nil where none does.
  func figure(of finding: Finding) -> Figure? { Self.figure(of: finding, figures) }

  private static func figure(of finding: Finding, _ figures: [Figure]) -> Figure? {
    let metrics = finding.evidence.map { slug($0.metric) }
    let kinds = metrics + (ofRules[finding.rule] ?? [])
    let own = figures.filter { $0.stack == finding.component.stack }
    return kinds.lazy.compactMap { kind in
      (own + figures).first { AnalysisGuide.Place.column([kind]).holds($0) }
    }.first
  }

  /// Where the figure of a rule's numbers has another name than the metric.
  private static let ofRules = [
    "attention-collapse-constant": ["attention-sheet"],
    "attention-collapse-one-hot": ["attention-normalised-entropy"],
    "attention-collapse-uniform": ["attention-normalised-entropy"],
    "exploding-gradient": ["gradients-relative-flow"],
    "vanishing-gradient": ["gradients-relative-flow"],
    "gradient-spikes": ["training-gradient-norm"],
    "identical-checkpoints": ["training-similarity", "training-cka-first"],
    "later-positions": ["attention-sheet"],
    "overfitting": ["training-loss"],
    "representation-collapse": ["representations-rank"],
    "unstable-training-phase": ["training-loss"],
  ]

  /// A kind of figure, or the beginning of several, which ends with a dash; and how many of them at most.
  private struct Wish {
    let kind: String
    let count: Int

    init(_ kind: String, _ count: Int = 1) {
      self.kind = kind
      self.count = count
    }
  }

  /// What is asked for first, whatever the model; a model has but some of them.
  private static let wishes = [
    Wish("quality-confusion"), Wish("quality-hardest"), Wish("quality-text-"), Wish("attention-alignment"),
    Wish("attention-image"),
    Wish("training-loss"),
    Wish("attention-head-", 2), Wish("attention-class"), Wish("gradients-relative-flow"), Wish("representations-rank"),
    Wish("projection-tsne"), Wish("context-loss"), Wish("training-scores-induction-score"), Wish("weights-spectra"),
  ]
}
