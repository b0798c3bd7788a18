import Drawing
import Plotting
import Reports
import Support
import TestSupport
import Testing

@testable import Results

@Suite("Figures of results")
struct FigureTests {
  static let small = SampleResults.make(layers: 4, heads: 3)
  static let figures = FigureCatalog.figures(of: small)

  @Test("Every kind of figure comes of results that hold everything")
  func complete() {
    #expect(
      Set(Self.figures.map(\.id)).isSuperset(of: [
        "attention-class", "attention-normalised-entropy", "attention-distance", "attention-sheet",
        "attention-head-l3-h0",
        "attention-induction-score", "gradients-norm", "gradients-relative-flow", "gradients-histogram",
        "gradients-rms-by-kind", "representations-rank", "representations-anisotropy", "representations-spectrum",
        "similarity-cka", "projection-pca", "projection-tsne", "weights-spectra", "weights-alpha-by-kind",
        "repetition-by-length", "repetition-along-text",
      ]), "\(Self.figures.map(\.id))")
    #expect(Set(Self.figures.map(\.id)).count == Self.figures.count)
    // The samples' induction scores are those of heads that are none.
    #expect(!Self.figures.contains { $0.id == "attention-induction-score-ranking" })
  }

  @Test("An encoder–decoder has the figures of each stack, and those of the model as a whole once")
  func stacks() throws {
    var results = Self.small
    results.subject.model.encoder = Subject.Model.Stack(layers: 4, heads: 3, width: 12, headWidth: 4)
    let attention = try #require(results[analysis: "attention"])
    results.analyses = [
      AnalysisResult(id: "attention", of: [(.encoder, attention), (.decoder, attention), (.cross, attention)]),
      try #require(results[analysis: "repetition"]),
    ]
    let figures = FigureCatalog.figures(of: results)
    let ids = Set(figures.map(\.id))
    #expect(ids.count == figures.count)
    for name in ["attention-class", "attention-sheet", "attention-normalised-entropy"] {
      #expect(ids.isSuperset(of: ["\(name)-encoder", "\(name)-decoder", "\(name)-cross"]) && !ids.contains(name))
    }
    #expect(ids.isSuperset(of: ["repetition-by-length", "repetition-along-text"]))
    let cross = try #require(figures.first { $0.id == "attention-normalised-entropy-cross" })
    #expect(cross.title.hasSuffix("(cross-attention)") && cross.caption.full.hasPrefix("Cross-attention. "))
  }

  @Test("A figure is drawn as its text says", arguments: figures.map(\.id))
  func golden(_ id: String) throws {
    let figure = try #require(Self.figures.first { $0.id == id })
    let list = figure.displayList(theme: .screen, width: 400, measurer: FixedAdvance())
    let text =
      list.listing + "caption \(figure.caption.full)\nextent \(figure.extent)\n" + figure.table.csv.prefix(2000)
    #expect(Golden.difference(of: text, from: "Figures/\(id).txt") == nil)
  }

  @Test(
    "No words overlap, are cut or cover data, whatever the model, the theme and the width",
    arguments: [
      (6, 12, 22, false), (12, 12, 40, true), (32, 32, 8, true), (2, 2, 1, false), (3, 2, 64, true), (1, 1, 6, false),
      (1, 2, 512, true),
    ])
  func layout(_ layers: Int, _ heads: Int, _ length: Int, _ isCausal: Bool) {
    let results = SampleResults.make(layers: layers, heads: heads, length: length, isCausal: isCausal)
    for figure in FigureCatalog.figures(of: results) {
      for theme in Theme.all {
        for width in [234.0, 396, 510] {
          let list = figure.displayList(theme: theme, width: width, measurer: FixedAdvance(advance: 0.55))
          #expect(
            list.layoutFaults(FixedAdvance(advance: 0.55)) == [], "\(figure.id) at \(width) in \(theme.name)")
        }
      }
    }
  }

  @Test("A caption stands alone, an alternative text says what is seen", arguments: figures.map(\.id))
  func words(_ id: String) throws {
    let figure = try #require(Self.figures.first { $0.id == id })
    #expect(figure.caption.full.contains("sample-model (bert, 4 layers × 3 heads, 1,234,567 parameters)"))
    #expect(figure.caption.full.contains("Seed 11."))
    if figure.analysis != "weights" {
      #expect(figure.caption.full.contains("40 documents of sample corpus (812 tokens)"))
    }
    #expect(!figure.caption.full.contains("..") && !figure.caption.full.contains("  "), "\(figure.caption.full)")
    #expect(figure.altText.contains { $0.isNumber }, "\(figure.altText)")
    #expect(figure.table.rowCount > 0)
    let lines = figure.table.csv.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count >= figure.table.rowCount + 2)
  }

  @Test("Absent or empty data give a reason and no panel")
  func absent() {
    var results = Self.small
    for index in results.analyses.indices {
      results.analyses[index].tables = []
      results.analyses[index].arrays = [:]
      results.analyses[index].texts = [:]
    }
    let outcomes = FigureCatalog.outcomes(of: results)
    #expect(outcomes.allSatisfy { $0.figure == nil })
    #expect(outcomes.count > 5)
    results.analyses = []
    #expect(FigureCatalog.outcomes(of: results).isEmpty)
  }

  @Test("An analysis that does not apply gives its reason once")
  func notApplicable() {
    var results = Self.small
    results.analyses[1].notApplicable = "the model has no loss"
    let reasons = FigureCatalog.outcomes(of: results).compactMap { outcome -> String? in
      if case .omitted("gradients", let reason) = outcome { reason } else { nil }
    }
    #expect(reasons == ["the model has no loss"])
    #expect(!FigureCatalog.figures(of: results).contains { $0.analysis == "gradients" })
  }

  @Test("A metric that applies to no head has no map")
  func noMap() {
    #expect(!Self.figures.contains { $0.id == "attention-next-share" })
  }

  @Test("Arrays of the wrong shape are left out, not trusted")
  func wrongShapes() {
    var results = Self.small
    results.analyses[0].texts["sample.doc-3.tokens"] = ["one"]
    results.analyses[0].texts["class"] = ["sink"]
    results.analyses[1].texts["histogram.tensors"] = []
    results.analyses[3].arrays["cka"] = NumericArray(shape: [2, 3], values: [1, 2, 3, 4, 5, 6])
    results.analyses[4].arrays["tsne"] = NumericArray(shape: [4], values: [1, 2, 3, 4])
    let ids = Set(FigureCatalog.figures(of: results).map(\.id))
    for id in ["attention-sheet", "attention-class", "gradients-histogram", "similarity-cka", "projection-tsne"] {
      #expect(!ids.contains(id))
    }
  }

  @Test("The same results give the same figures")
  func deterministic() {
    for (a, b) in zip(Self.figures, FigureCatalog.figures(of: SampleResults.make(layers: 4, heads: 3))) {
      #expect(a.caption == b.caption && a.altText == b.altText && a.table.csv == b.table.csv)
      let lists = [a, b].map { $0.displayList(theme: .paper, width: 234, measurer: FixedAdvance()) }
      #expect(lists[0] == lists[1])
    }
  }

  @Test("A table's fields are escaped")
  func csv() {
    let table = DataTable([
      ("a,b", .texts(["plain", "quo\"te", "line\nend"])), ("value", .readings([.number(-0.25), .nan, .notApplicable])),
    ])
    #expect(table.csv == "\"a,b\",value\nplain,-0.25\n\"quo\"\"te\",NaN\n\"line\nend\",n/a\n")
  }
}
