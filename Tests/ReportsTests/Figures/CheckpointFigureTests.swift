import Support
import Testing

@testable import Reports
@testable import Results

@Suite struct CheckpointFigureTests {
  /// A run over five checkpoints of a model of one head with these induction scores.
  private func results(_ scores: [Float]) -> RunResults {
    let subject = Subject(
      name: "example",
      model: Subject.Model(
        name: "example", family: "gpt2", task: "causal language model", layers: 2, heads: 1, width: 8, headWidth: 8,
        vocabulary: 10, parameters: 100, isCausal: true),
      corpus: Subject.Corpus(name: "text", documents: 1, tokens: 10, label: nil, truncated: 0), seed: 0)
    var analysis = AnalysisResult(id: TrainingMetrics.analysis)
    analysis.arrays["checkpoint.steps"] = NumericArray(shape: [5], values: [0, 100, 200, 300, 400])
    analysis.arrays["over.\(AttentionMetrics.inductionScore.id)"] = NumericArray(shape: [5, 1], values: scores)
    analysis.texts["over.\(AttentionMetrics.inductionScore.id)"] = ["L1.H0"]
    return RunResults(subject: subject, analyses: [analysis])
  }

  private func caption(_ scores: [Float]) throws -> String {
    let figures = CheckpointFigures.figures(of: results(scores)).compactMap(\.figure)
    return try #require(figures.first { $0.id == "training-scores-induction-score" }).caption.full
  }

  @Test("The phase in which an induction head forms is where its score gets from 10 to 90 % of its highest")
  func formation() throws {
    // A tenth of 0.6 is reached 60 % of the way from step 100 to 200, nine tenths 88 % of the way from there to 300.
    let forming = try caption([0, 0, 0.1, 0.6, 0.4])
    #expect(forming.contains("The strip, steps 160 to 288, is where the induction head L1.H0 forms"), "\(forming)")
    #expect(try !caption([0, 0, 0.1, 0.2, 0.25]).contains("forms"))
    #expect(try !caption([0.5, 0.5, 0.5, 0.5, 0.5]).contains("forms"))
  }

  @Test("Of an encoder–decoder the training is drawn once, and what stacks have for each of them")
  func stacks() {
    var run = results([0, 0, 0, 0, 0])
    run.subject.model.encoder = Subject.Model.Stack(layers: 2, heads: 1, width: 8, headWidth: 8)
    var analysis = AnalysisResult(id: TrainingMetrics.analysis)
    let steps = NumericArray(shape: [3], values: [0, 100, 200])
    analysis.texts["curves"] = ["loss"]
    analysis.texts["curve.roles"] = [CurveRole.trainingLoss.rawValue]
    analysis.arrays["curve.0"] = NumericArray(shape: [3, 2], values: [0, 5, 100, 4, 200, 3])
    analysis.arrays["checkpoint.steps"] = steps
    let scores = AttentionMetrics.inductionScore.id
    analysis.arrays["over.\(scores)"] = NumericArray(shape: [3, 2], values: [0, 0, 0.1, 0, 0.2, 0.1])
    analysis.texts["over.\(scores)"] = ["encoder/L1.H0", "decoder/L1.H0"]
    for stack in ["encoder", "decoder"] {
      analysis.arrays["\(stack)/checkpoint.steps"] = steps
      analysis.arrays["\(stack)/checkpoint.ckaToFirst"] = NumericArray(
        shape: [3, 2], values: [1, 1, 0.9, 0.8, 0.7, 0.5])
    }
    run.analyses = [analysis]
    #expect(
      FigureCatalog.figures(of: run).map(\.id).sorted() == [
        "training-cka-first-decoder", "training-cka-first-encoder", "training-loss", "training-scores-induction-score",
      ])
  }

  @Test("The median head of four is the mean of the two in the middle")
  func medianHead() throws {
    var run = results([0, 0, 0, 0, 0])
    let name = AttentionMetrics.inductionScore.id
    let scores: [Float] = [0.469, 0.468, 0.0006, 0.002]
    run.analyses[0].arrays["over.\(name)"] = NumericArray(
      shape: [5, 4], values: (0..<5).flatMap { _ in scores })
    run.analyses[0].texts["over.\(name)"] = ["L0.H0", "L0.H1", "L1.H0", "L1.H1"]
    let figure = try #require(CheckpointFigures.figures(of: run).first?.figure)
    #expect(figure.table.csv.contains("median head,100,0.235"), "\(figure.table.csv)")
  }

  @Test("What no checkpoint has a number of is not drawn")
  func nothing() {
    #expect(CheckpointFigures.figures(of: results([.nan, .nan, .nan, .nan, .nan])).isEmpty)
    #expect(CheckpointFigures.figures(of: results([.nan, .nan, 0.1, .nan, .nan])).count == 1)
  }

  @Test("Of own telemetry, numbers of single parameters are no small lines, and norms by layer are norms alone")
  func details() throws {
    var run = results([0, 0, 0, 0, 0])
    var analysis = AnalysisResult(id: TrainingMetrics.analysis)
    let names = [
      "loss", "tokens", "parameters/h.0.attn.weight/update_ratio", "flow/blocks.0.hook_resid_pre",
      "grad_norm/transformer.h.0.attn.weight", "grad_norm/transformer.h.1.attn.weight",
      "grad_to_weight/transformer.h.0.attn.weight", "events: grad_to_weight/transformer.h.1.attn.weight",
    ]
    analysis.texts["curves"] = names
    analysis.texts["curve.roles"] = [CurveRole.trainingLoss.rawValue] + names.dropFirst().map { _ in "" }
    for (index, _) in names.enumerated() {
      analysis.arrays["curve.\(index)"] = NumericArray(shape: [2, 2], values: [0, Float(index), 100, Float(index)])
    }
    run.analyses = [analysis]
    let figures = FigureCatalog.figures(of: run)
    #expect(figures.map(\.id).sorted() == ["training-gradient-layers", "training-loss", "training-others"])
    let others = try #require(figures.first { $0.id == "training-others" })
    #expect(others.caption.full.contains("1 other number"))
    #expect(others.caption.full.contains("6 numbers for single parameters"))
    let layers = try #require(figures.first { $0.id == "training-gradient-layers" })
    #expect(
      layers.altText.contains("4") && layers.altText.contains("5") && !layers.altText.contains("7"), "\(layers.altText)"
    )
  }
}
