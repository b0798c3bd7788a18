import Drawing
import Foundation
import Plotting
import Reports
import TestSupport
import Testing

@testable import Results

/// The types of figure by themselves, on the sample data of the gallery.
@Suite("Figures of the field")
struct SampleFigureTests {
  /// The largest are more of the same, and thousands of lines; rasters depend on the last bits of the C library.
  static let goldens = SampleFigures.all.map(\.id).filter { id in
    !id.hasPrefix("model-view") && !id.hasSuffix("-512") && !id.hasSuffix("-120") && !id.hasPrefix("patch-map")
  }

  private static let ids = SampleFigures.all.map(\.id)
  private static let measurer = FixedAdvance(advance: 0.55)

  private static func figure(_ id: String) throws -> Figure {
    try #require(SampleFigures.all.first { $0.id == id })
  }

  @Test("Each figure is drawn as its text says", arguments: goldens)
  func golden(_ id: String) throws {
    let figure = try Self.figure(id)
    let list = figure.displayList(
      theme: .paper, width: FigureRendition.paperWidth(figure), measurer: FixedAdvance(advance: 0.55))
    let text =
      list.listing + "caption \(figure.caption.full)\nextent \(figure.extent)\n" + figure.table.csv.prefix(1000) + "\n"
    #expect(Golden.difference(of: text, from: "Figures/samples/\(id).txt") == nil)
  }

  @Test("No words overlap, are cut or cover data, in any theme and at any width", arguments: ids)
  func layout(_ id: String) throws {
    let figure = try Self.figure(id)
    for theme in Theme.all + [.paperSerif] {
      for width in [234.0, 252, 396, 486, 744] {
        let list = figure.displayList(theme: theme, width: width, measurer: Self.measurer)
        #expect(list.layoutFaults(Self.measurer) == [], "\(id) at \(width) in \(theme.name)")
        #expect(list.size.width == width)
      }
    }
  }

  @Test("None is taller than a page that is made for its width", arguments: ids)
  func height(_ id: String) throws {
    let figure = try Self.figure(id)
    let width = FigureRendition.paperWidth(figure)
    #expect(figure.displayList(theme: .paper, width: width, measurer: Self.measurer).size.height < 680)
  }

  @Test("Its words say that it is a sample, what is shown and what is seen", arguments: ids)
  func words(_ id: String) throws {
    let figure = try Self.figure(id)
    #expect(figure.title.hasSuffix("(sample data)") && figure.caption.full.hasPrefix("Sample data. "))
    #expect(figure.altText.hasPrefix("Sample data. ") && figure.altText.dropFirst(13).contains { $0.isNumber })
    for text in [figure.caption.full, figure.altText] {
      #expect(!text.contains("..") && !text.contains("  ") && !text.contains("{"), "\(text)")
      #expect(text.hasSuffix(".") && text.count < 1600, "\(text)")
    }
    #expect(figure.table.rowCount > 0)
  }

  @Test("Names are unique, of figures and of marks")
  func names() {
    let all = Self.ids + SamplePlots.all.map(\.name)
    #expect(Set(all).count == all.count)
  }
}

@Suite("What figures of the field compute")
struct FigureContentTests {
  private static func sample(_ rows: [[Float]]) -> SampleDocument {
    SampleDocument(
      id: "d", keyTokens: rows[0].map { "k\($0)" }, queryTokens: rows.map { _ in "q" },
      pattern: NumericArray(shape: [1, 1, rows.count, rows[0].count], values: rows.flatMap { $0 }), isCausal: false)
  }

  @Test("The alignment error rate is Och and Ney's")
  func alignmentErrorRate() {
    func grid(_ gold: AlignmentGrid.Gold) -> AlignmentGrid {
      AlignmentGrid(
        title: "", source: ["a", "b", "c"], target: ["x", "y"],
        weights: [0.8, 0.1, 0.1, 0.2, 0.1, 0.7].map { PlotValue($0) }, gold: gold, quantity: "")
    }
    // A = {(0,0), (1,2)}.
    let exact: Set<AlignmentGrid.Pair> = [.init(target: 0, source: 0), .init(target: 1, source: 2)]
    #expect(grid(.init(sure: exact)).errorRate == 0)
    // |A∩S| = 1, |A∩P| = 2, |A| = 2, |S| = 1.
    let one: Set<AlignmentGrid.Pair> = [.init(target: 0, source: 0)]
    #expect(grid(.init(sure: one, possible: [.init(target: 1, source: 2)])).errorRate == 0)
    // |A∩S| = 1, |A∩P| = 1, |A| = 2, |S| = 2.
    let other: Set<AlignmentGrid.Pair> = [.init(target: 0, source: 0), .init(target: 1, source: 1)]
    #expect(grid(.init(sure: other)).errorRate == 0.5)
  }

  @Test("A neuron view's weights are the softmax of the scaled products")
  func softmax() throws {
    let view = NeuronView(
      head: "L0.H0", document: "d", queryToken: "q", position: 2, query: [1, 2, 0, 1],
      keys: [[2, 0, 5, 2], [0, 1, 0, 0], [0, 0, 9, 0]], keyTokens: ["a", "b", "c"])
    let csv = view.table.csv.split(separator: "\n")
    // Scores 4/2, 2/2, 0: e², e, 1.
    let powers: [Double] = [2.0, 1.0, 0.0].map { exp($0) }
    let total = powers.reduce(0, +)
    for (row, power) in zip([1, 5, 9], powers) {
      let weight = try #require(csv[row].split(separator: ",").last.flatMap { Double($0) })
      #expect(abs(weight - power / total) < 1e-6)
    }
    #expect(view.altText.contains("“a” (position 0) (0.665)"))
  }

  @Test("Panels of a neuron view stand in two rows where there is no room for one, each with its tokens")
  func brokenRows() {
    let tokens = (0..<6).map { "token\($0)" }
    let view = NeuronView(
      head: "L0.H0", document: "d", queryToken: "token5", position: 5, query: [1, 2, 0, 1],
      keys: tokens.map { _ in [1, 0, 0, 1] }, keyTokens: tokens)
    func count(_ width: Double) -> Int {
      view.plot.displayList(id: "a", width: width, theme: .paper, measurer: FixedAdvance(), description: "").texts
        .count { $0.text == "token3" }
    }
    #expect(count(486) == 1)
    #expect(count(234) == 2)
  }

  @Test("A model view pools what it cannot show, and says how much it shows")
  func pooling() throws {
    // 64 tokens in blocks of two; each query looks at one key.
    let rows = (0..<64).map { query in (0..<64).map { Float($0 == query / 2 ? 1 : 0) } }
    let view = ModelView(Self.sample(rows))
    #expect(view.what.contains("Each end of a line stands for 2 neighbouring positions"))
    #expect(view.what.contains("at most 200 lines; those drawn carry 91 to 91 %"))
    let lines = view.table.csv.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
    #expect(lines.count == 29)
    #expect(lines.allSatisfy { $0[4] == "2" && $0[5] == "1" })
    for line in lines {
      let (query, key) = (try #require(Int(line[2])), try #require(Int(line[3])))
      #expect(key == query / 4 * 2)
    }
  }

  @Test("A head view draws a head's strongest weights until they carry the share that it says")
  func strongest() {
    let view = HeadView(Self.sample([[0.5, 0.3, 0.2], [0.02, 0.02, 0.96]]), heads: [.init(layer: 0, head: 0)])
    let lines = view.table.csv.split(separator: "\n").dropFirst()
    #expect(lines.map { $0.split(separator: ",").last ?? "" } == ["0.96", "0.5", "0.3"])
    #expect(view.what.contains("Shown: L0.H0: 88 % of its attention."))
  }

  @Test("Of cross-attention the head is drawn whose rows look at the most different tokens, beside its layer's mean")
  func alignmentLayer() throws {
    var results = SampleResults.make(layers: 3, heads: 2)
    let layers: [[Int]] = [[2, 2, 2], [0, 1, 2], [0, 2, 2]]
    var pattern: [Float] = []
    for targets in layers {
      for target in targets + targets { for key in 0..<3 { pattern.append(key == target ? 0.9 : 0.05) } }
    }
    results.subject.model.isCausal = false
    results.analyses[0].arrays = ["sample.d.pattern": NumericArray(shape: [3, 2, 3, 3], values: pattern)]
    results.analyses[0].texts = ["sample.d.tokens": ["▁a", "▁b", "</s>"], "sample.d.queries": ["x", "y", "z"]]
    let figure = try #require(FigureCatalog.figures(of: results).first { $0.id == "attention-alignment" })
    #expect(
      figure.caption.full.contains("on the left head L1.H0")
        && figure.caption.full.contains("on the right the mean of all heads of layer 1"))
    #expect(figure.caption.full.contains("the most different source tokens (3)"))
    // The head that aligns the corpus best, where it is aligned.
    results.analyses[0].tables.append(
      MetricTable(
        AttentionMetrics.alignmentErrorRate,
        (0..<6).map { .init(.head($0 / 2, $0 % 2), Quantity($0 == 5 ? 0.125 : 0.5, n: 9)) }))
    results.analyses[0].texts["sample.d.words"] = ["0", "0", ""]
    results.analyses[0].texts["sample.d.queryWords"] = ["0", "1", ""]
    results.analyses[0].texts["sample.d.gold"] = ["0-0", "0p1"]
    let best = try #require(FigureCatalog.figures(of: results).first { $0.id == "attention-alignment" })
    #expect(
      best.caption.full.contains("head L2.H1, the one with the lowest alignment error rate over the corpus (0.125)"))
    // Both words of the target go to the only word of the source: |A∩S| = 1, |A∩P| = 2, |A| = 2, |S| = 1.
    #expect(best.caption.full.contains("1 sure pair of words, and 1 possible as squares"))
    #expect(best.caption.full.contains("= on the left 0 and on the right 0,"))
    let lines = best.table.csv.split(separator: "\n")
    #expect(lines[0].hasSuffix("weight_L2.H1,largest_L2.H1,weight_mean_of_layer_2,largest_mean_of_layer_2,gold"))
    #expect(
      lines[1...].map { $0.split(separator: ",", omittingEmptySubsequences: false).last } == [
        "sure", "sure", "", "possible", "possible", "", "", "", "",
      ])
    // Without targets there is no translation.
    results.analyses[0].texts["sample.d.queries"] = nil
    #expect(!FigureCatalog.figures(of: results).contains { $0.id == "attention-alignment" })
  }

  @Test("Many points become means of stretches with their lowest and highest, said in the caption")
  func thinning() {
    let many = Curve("training", x: (0..<10_000).map(Double.init), y: (0..<10_000).map { PlotValue(Double($0 % 10)) })
    let figure = TrainingCurves(title: "", curves: [many], quantity: "loss", interval: "")
    #expect(figure.what.contains("Lines with more than 1,000 points"))
    #expect(figure.table.rowCount == 10_000)
    let list = figure.plot.displayList(
      id: "a", width: 234, theme: .paper, measurer: FixedAdvance(), description: "")
    #expect(list.listing.utf8.count < 100_000)
    let few = TrainingCurves(
      title: "", curves: [Curve("training", x: [0, 1], y: [.number(2), .number(1)])], quantity: "loss")
    #expect(!few.what.contains("points"))
  }

  @Test("Selectivity is accuracy less that of the control task, and a gap where either is one")
  func selectivity() {
    let task = ProbeCurves.Task(
      "t", accuracy: Curve("", x: [0, 1, 2], y: [.number(0.9), .number(0.8), .nan]),
      control: Curve("", x: [0, 1, 2], y: [.number(0.5), .notApplicable, .number(0.1)]))
    let lines = ProbeCurves(title: "", tasks: [task]).table.csv.split(separator: "\n").suffix(3)
    #expect(lines.map { $0.split(separator: ",")[2] } == ["0.4", "n/a", "NaN"])
  }

  @Test("A comparison names what changed most and shows a run without a number as a gap")
  func comparison() {
    let names = (0..<40).map { "L\($0)" }
    var after = (0..<40).map { PlotValue(Double($0) / 100) }
    after[7] = .nan
    for style in [RunComparison.Style.slopes, .dumbbells] {
      let figure = RunComparison(
        title: "", runs: ("a", "b"), names: names, before: names.map { _ in .number(0) }, after: after,
        quantity: "score", style: style)
      #expect(figure.altText.contains("The largest changes: L39 from 0 to 0.39, L38 from 0 to 0.38 and L37"))
      #expect(figure.what.contains("of 40 that changed most"))
      #expect(figure.table.csv.contains("L7,0,NaN,NaN\n"))
    }
  }
}
