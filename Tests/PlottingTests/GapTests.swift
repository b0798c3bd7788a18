import Drawing
import Foundation
import Testing

@testable import Plotting

/// Readings that are no numbers, in every mark.
@Suite("What has no number")
struct GapTests {
  struct Case: Sendable {
    var name: String
    /// Whether states are counted together rather than named.
    var isCounted = false
    /// Marks that take numbers alone know no "n/a".
    var isOfNumbers = false
    var plot: @Sendable (PlotValue) -> Plot
  }

  private static let numbers: [PlotValue] = [.number(1), .number(2), .number(3), .number(4)]
  private static let color = ColorScale.sequential("c", 0...4)
  private static func plot(_ mark: any Mark, x: Axis = Axis(.linear, "x"), y: Axis = Axis(.linear, "y")) -> Plot {
    Plot("a", x: x, y: y, color: color, shape: .ratio(0.6), marks: [mark])
  }
  private static func cells(_ mark: any Mark) -> Plot {
    plot(mark, x: .indices(5, "column"), y: .indices(1, "row"))
  }
  private static func number(_ reading: PlotValue) -> Double {
    switch reading {
    case .number(let number): number
    case .infinite: .infinity
    case .negativeInfinite: -.infinity
    default: .nan
    }
  }
  private static let tokens = TokenText.texts(["a", "b", "c", "d", "e"])

  static let cases: [Case] = [
    Case(name: "cell") { cells(CellMark(rows: 1, columns: 5, values: numbers + [$0])) },
    Case(name: "line") { plot(LineMark(x: [0, 1, 2, 3, 4], y: numbers + [$0])) },
    Case(name: "line's colour") { plot(LineMark(x: [0, 1, 2, 3], y: numbers, color: $0)) },
    Case(name: "band") { plot(BandMark(x: [0, 1, 2, 3, 4], low: numbers + [$0], high: numbers + [$0])) },
    Case(name: "area") {
      plot(BandMark(x: [0, 1, 2, 3, 4], low: numbers + [.number(0)], high: numbers + [$0], opacity: 1))
    },
    Case(name: "stacked area") { plot(BandMark.stacked(x: [0, 1, 2, 3, 4], [("a", numbers + [$0])])[0]) },
    Case(name: "dot") { plot(DotMark(x: numbers + [.number(5)], y: numbers + [$0])) },
    Case(name: "dot, across") { plot(DotMark(x: numbers + [$0], y: numbers + [.number(5)])) },
    Case(name: "dot's colour") { plot(DotMark(x: numbers, y: numbers, color: numbers.dropLast() + [$0])) },
    Case(name: "bar") { plot(BarMark(categories: numbers + [$0])) },
    Case(name: "level bar") { plot(BarMark(categories: numbers + [$0], isLevel: true)) },
    Case(name: "interval") {
      plot(IntervalMark(x: [0, 1, 2, 3, 4], low: numbers + [.number(1)], high: numbers + [$0]))
    },
    Case(name: "level interval") {
      plot(IntervalMark(x: [0, 1, 2, 3, 4], low: numbers + [.number(1)], high: numbers + [$0], isLevel: true))
    },
    Case(name: "rule", isOfNumbers: true) { plot(RuleMark(.atY, number($0), name: "limit")) },
    Case(name: "box") { plot(BoxMark([numbers + [$0]])) },
    Case(name: "box without a number") { plot(BoxMark([[$0]])) },
    Case(name: "violin") { plot(ViolinMark([numbers + [$0]])) },
    Case(name: "violin without a number") { plot(ViolinMark([[$0]])) },
    Case(name: "ridge", isCounted: true) { plot(RidgeMark(samples: [numbers + [$0]]), y: .categories(["a"], "")) },
    Case(name: "ridge's colour") { plot(RidgeMark(samples: [numbers], color: [$0]), y: .categories(["a"], "")) },
    Case(name: "histogram") { plot(HistogramMark(numbers + [$0])) },
    Case(name: "density") { plot(DensityMark(numbers + [$0])) },
    Case(name: "density without a number") { plot(DensityMark([$0])) },
    Case(name: "contour") {
      plot(ContourMark(rows: 2, columns: 3, values: numbers + [.number(0), $0], x: 0...1, y: 0...1))
    },
    Case(name: "Hinton") { cells(HintonMark(rows: 1, columns: 5, values: numbers + [$0])) },
    Case(name: "Hinton without a number") { cells(HintonMark(rows: 1, columns: 1, values: [$0])) },
    Case(name: "token strip") { plot(TokenStripMark(tokens, values: numbers + [$0]), x: hidden, y: hidden) },
    Case(name: "vector") {
      plot(VectorMark([.init(x: 0, y: 0, dx: .number(1), dy: .number(1)), .init(x: 1, y: 1, dx: .number(1), dy: $0)]))
    },
    Case(name: "vector's colour") {
      plot(VectorMark([.init(x: 0, y: 0, dx: .number(1), dy: .number(1))], color: [$0]))
    },
    Case(name: "edge") { plot(EdgeMark([.init(0, 0, 1, 1, weight: $0)])) },
    Case(name: "link", isOfNumbers: true) {
      plot(LinkMark([.init(from: 0, to: 1, weight: number($0))]), x: hidden, y: .categories(["a", "b"], ""))
    },
    Case(name: "graph's edge") { reading in
      plot(
        GraphMark(
          nodes: [.init("a", layer: 0), .init("b", layer: 1)], edges: [.init(from: 0, to: 1, weight: reading)]),
        x: hidden, y: hidden)
    },
    Case(name: "graph's node") { reading in
      plot(GraphMark(nodes: [.init("a", layer: 0, color: reading)], edges: []), x: hidden, y: hidden)
    },
    Case(name: "3-D scatter", isCounted: true) {
      plot(
        Scatter3DMark([numbers.dropLast(), [.number(1), .number(1), $0]], titles: ["a", "b", "c"]), x: hidden, y: hidden
      )
    },
    Case(name: "3-D scatter's colour") {
      plot(Scatter3DMark([numbers.dropLast()], color: [$0], titles: ["a", "b", "c"]), x: hidden, y: hidden)
    },
    Case(name: "dendrogram", isOfNumbers: true) {
      plot(
        DendrogramMark(leafCount: 3, merges: [.init(0, 1, height: 1), .init(3, 2, height: number($0))]),
        x: .categories(["a", "b", "c"], ""))
    },
    Case(name: "text", isCounted: true, isOfNumbers: true) {
      plot(TextMark(x: [1, 2], y: [1, number($0)], texts: ["a", "b"]))
    },
    Case(name: "label", isCounted: true, isOfNumbers: true) {
      plot(LabelMark([.init("a", x: 1, y: 1), .init("b", x: 2, y: number($0))]))
    },
    Case(name: "inset") { reading in
      plot(
        InsetMark(
          x: Axis(.linear, domain: 0...5), y: Axis(.linear, domain: 0...5),
          marks: [LineMark(x: [0, 1, 2, 3, 4], y: numbers + [reading])], place: Rect(0.1, 0.1, 0.8, 0.8)))
    },
  ]
  private static let hidden: Axis = {
    var axis = Axis(.linear, domain: 0...1)
    axis.isHidden = true
    return axis
  }()

  private static func list(_ plot: Plot) -> DisplayList {
    plot.displayList(id: "a", width: 240, theme: .paper, measurer: FixedAdvance())
  }

  /// What stands in the panel, without the legend.
  private static func panel(_ list: DisplayList) -> [DrawingItem] {
    list.items.flatMap { if case .group(let items, _?, _) = $0 { items } else { [DrawingItem]() } }
  }

  @Test("NaN, Inf, −Inf, n/a and missing are seen in the panel and named in the legend", arguments: cases.indices)
  func visible(_ index: Int) {
    let item = Self.cases[index]
    let blank = Self.panel(Self.list(item.plot(.blank)))
    var seen: [[DrawingItem]] = []
    for reading in PlotValue.gaps {
      if item.isOfNumbers, reading == .notApplicable || reading == .missing { continue }
      let list = Self.list(item.plot(reading))
      let words = list.texts.map(\.text)
      let name = reading.gap ?? ""
      let isNamed = words.contains { item.isCounted ? $0.contains("without") : $0.contains(name) }
      #expect(isNamed, "\(item.name), \(name): \(words)")
      #expect(!list.listing.contains("nan") && !list.listing.contains("inf"), "\(item.name), \(name)")
      let drawn = Self.panel(list)
      // Words without a place can only be counted.
      if item.name != "text", item.name != "label", item.name != "rule" || reading != .nan {
        #expect(item.isOfNumbers || drawn != blank, "\(item.name), \(name)")
      }
      #expect(list.layoutFaults(FixedAdvance()) == [], "\(item.name), \(name)")
      seen.append(drawn)
    }
    #expect(!seen.isEmpty)
  }

  @Test("A line has a sign of its own for each reason, Inf at the upper edge and all others at the foot")
  func signs() {
    var shapes: Set<String> = []
    for reading in PlotValue.gaps {
      let items = GapSign.items(reading, at: Point(0, 0), radius: 2, color: .black)
      shapes.insert("\(items)")
    }
    #expect(shapes.count == PlotValue.gaps.count)
    let frame = Frame(
      area: Rect(0, 0, 100, 50), x: PositionScale(.linear, domain: 0...4, from: 0, to: 100),
      y: PositionScale(.linear, domain: 0...4, from: 50, to: 0), color: nil, theme: .paper, measurer: FixedAdvance())
    func height(_ reading: PlotValue) -> Double? {
      guard case .path(let path, _, _)? = GapSign.items([(2, reading)], color: .black, in: frame).first,
        case .move(let point)? = path.first
      else { return nil }
      return point.y
    }
    #expect((height(.infinite) ?? 50) < 10)
    #expect((height(.negativeInfinite) ?? 0) > 40 && (height(.nan) ?? 0) > 40)
  }

  @Test("Numbers without a logarithm lie infinitely far below, and the legend says so")
  func logarithm() {
    func list(_ y: [Double]) -> DisplayList {
      Self.list(
        Plot(
          "a", x: Axis(.linear, "x"), y: Axis(.log, "y"), shape: .ratio(0.6),
          marks: [
            LineMark(x: [0, 1, 2], y: y.map(PlotValue.init)),
            BandMark(x: [0, 1, 2], low: [0, 1, 1].map(PlotValue.init), high: [9, 9, 9].map(PlotValue.init)),
          ]))
    }
    #expect(list([1, 0, 10]).texts.contains { $0.text == "0 or less" })
    #expect(!list([1, 2, 10]).texts.contains { $0.text == "0 or less" })
    // A band whose lower end is 0 reaches the panel's foot rather than ending.
    let band = Self.panel(list([1, 2, 10])).compactMap { item -> Int? in
      if case .path(let path, _?, nil) = item { path.count } else { nil }
    }
    #expect(band == [7])
  }

  @Test("No scale has a place for what is not finite", arguments: [Double.nan, .infinity, -.infinity])
  func scales(_ number: Double) {
    let kinds: [PositionScale.Kind] = [
      .linear, .log, .symlog(linearTo: 1), .power(0.5), .power(2), .band(count: 3), .point(count: 3),
    ]
    for kind in kinds {
      let scale = PositionScale(kind, domain: 1...10, from: 0, to: 100)
      #expect(scale.position(number) == nil && scale.clampedPosition(number) == nil)
    }
  }
}
