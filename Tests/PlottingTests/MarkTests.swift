import Drawing
import Plotting
import TestSupport
import Testing

@Suite("Cells without edges")
struct SmoothCellTests {
  @Test("Colours run from middle to middle, and a cell without a number stays one")
  func smooth() throws {
    var cells = CellMark(rows: 1, columns: 3, values: [.number(0), .number(1), .nan])
    cells.isSmooth = true
    let plot = Plot(
      "", x: .hidden, y: .hidden, color: .sequential("", 0...1), shape: .ratio(0.3), marks: [cells])
    let list = plot.displayList(id: "a", width: 200, theme: .paper, measurer: FixedAdvance())
    let images = list.items.flatMap { item -> [PixelImage] in
      guard case .group(let items, _, _) = item else { return [] }
      return items.compactMap { if case .image(let image, _) = $0 { image } else { nil } }
    }
    let image = try #require(images.first)
    #expect(image.width == 48 && image.height == 16 && image.isSmooth)
    // Viridis grows lighter: green rises from the first middle to the second, and is level before and behind.
    let greens = (0..<32).map { Int(image.pixels[$0 * 4 + 1]) }
    #expect(zip(greens[8..<23], greens[9..<24]).allSatisfy { $0 <= $1 } && greens[8] < greens[23])
    #expect(Set(greens[0..<8]).count == 1 && Set(greens[24..<32]).count == 1)
    #expect((32..<48).allSatisfy { image.pixels[$0 * 4 + 3] == 0 })
    #expect(list.listing.contains("NaN"))
  }
}

/// A small plot of every mark, each compared with its text.
@Suite("Marks")
struct MarkTests {
  static let gappy: [PlotValue] = [.number(1), .number(2), .nan, .number(4), .number(3), .notApplicable]
  static let x: [Double] = [0, 1, 2, 3, 4, 5]

  static func plot(_ marks: [any Mark], y: Axis = Axis(.linear, "y"), color: ColorScale? = nil) -> Plot {
    Plot("A mark", x: Axis(.linear, "x (tokens)"), y: y, color: color, shape: .ratio(0.5), marks: marks)
  }

  static let plots: [(name: String, plot: Plot)] = [
    ("line", plot([LineMark(x: x, y: gappy, paint: .category(0), name: "a", hasDots: true)])),
    ("line-log", plot([LineMark(x: x, y: [1e-6, 1e-3, 0, 2, 30, 1].map(PlotValue.init))], y: Axis(.log, "norm"))),
    (
      "line-symlog",
      plot([LineMark(x: x, y: [-1e4, -3, 0, 2, 30, 1e3].map(PlotValue.init))], y: Axis(.symlog(linearTo: 1), "norm"))
    ),
    (
      "band",
      plot([
        BandMark(
          x: x, low: gappy, high: gappy.map { $0.number.map { PlotValue($0 + 1) } ?? $0 }, name: "95 % interval"),
        BandMark.area(x: x, y: gappy),
      ])
    ),
    (
      "dot",
      plot(
        [DotMark(x: x.map(PlotValue.init), y: gappy, color: [0, 1, 0, 2, 1, 2].map(PlotValue.init))],
        color: .categorical("kind", [.init("one", .category(0)), .init("two", .category(1)), .init("other", .other)]))
    ),
    ("interval", plot([IntervalMark(x: x, low: gappy, high: gappy.map { $0.number.map { PlotValue($0 * 2) } ?? $0 })])),
    ("rule", plot([RuleMark(.atY, 0.3, name: "threshold"), RuleMark(.atX, 2)])),
    ("bar", plot([BarMark(categories: gappy, name: "bars")])),
    ("histogram", plot([BarMark(edges: [0, 1, 2, 4], counts: [3, 5, 1])])),
    ("text", plot([TextMark(x: [1, 1, 4], y: [1, 1, 2], texts: ["kept", "left out", "kept too"])])),
    (
      "link",
      Plot(
        "A mark", x: Axis(.linear, domain: 0...1), y: .tokens([" a", "b", "\n"], ""), shape: .lines(3, height: 12),
        marks: [
          LinkMark([
            .init(from: 0, to: 2, weight: 0.7), .init(from: 1, to: 1, weight: 1), .init(from: 2, to: 0, weight: 0.001),
          ])
        ])
    ),
    (
      "cell",
      Plot(
        "A mark", x: .indices(3, "head"), y: .indices(2, "layer"), color: .sequential("share", 0...1),
        shape: .rows(2, columns: 3, tallest: 20),
        marks: [
          CellMark(
            rows: 2, columns: 3, values: [.number(0), .number(0.5), .number(1), .nan, .notApplicable, .blank],
            printed: ["0.00", "0.50", "1.00", "", "", ""])
        ])
    ),
    (
      "cell-image",
      Plot(
        "A mark", x: .indices(50, "key"), y: .indices(40, "query"),
        color: .diverging("difference", -1...0.5), shape: .square(rows: 40, columns: 50, largestSide: 300),
        marks: [
          CellMark(
            rows: 40, columns: 50, values: (0..<2000).map { $0 == 7 ? .infinite : PlotValue(Double($0) / 2000 - 0.5) })
        ])
    ),
  ]

  @Test("Each mark is drawn as its text says", arguments: plots.indices)
  func golden(_ index: Int) {
    let (name, plot) = Self.plots[index]
    let list = plot.displayList(id: name, width: 240, theme: .screen, measurer: FixedAdvance())
    #expect(Golden.difference(of: list.listing, from: "Plotting/\(name).txt") == nil)
  }

  @Test("No words of any mark's plot overlap, are cut or cover data, at any width", arguments: plots.indices)
  func layout(_ index: Int) {
    for theme in Theme.all {
      for width in [120.0, 234, 400, 800] {
        let list = Self.plots[index].plot.displayList(id: "a", width: width, theme: theme, measurer: FixedAdvance())
        #expect(list.layoutFaults(FixedAdvance()) == [], "\(Self.plots[index].name) at \(width) in \(theme.name)")
        #expect(list.size.width == width)
      }
    }
  }

  @Test("A gap is neither drawn as zero nor left out of the legend")
  func gaps() {
    let list = Self.plots[0].plot.displayList(id: "a", width: 240, theme: .screen, measurer: FixedAdvance())
    #expect(Set(["NaN", "n/a"]).isSubset(of: Set(list.texts.map(\.text))))
    let cells = Self.plots.first { $0.name == "cell" }?.plot
      .displayList(id: "a", width: 240, theme: .screen, measurer: FixedAdvance())
    #expect(Set(["NaN", "n/a"]).isSubset(of: Set(cells?.texts.map(\.text) ?? [])))
  }

  @Test("A fault is found where there is one")
  func faults() {
    func list(_ x: Double) -> DisplayList {
      let font = Font(size: 10)
      return DisplayList(
        id: "a", size: Size(100, 50), background: nil,
        items: [
          .text(TextRun("first", font: font, color: .black, at: Point(5, 20))),
          .text(TextRun("second", font: font, color: .black, at: Point(x, 20))),
          .group([], clip: Rect(0, 27, 100, 23), opacity: 1),
        ])
    }
    #expect(list(45).layoutFaults(FixedAdvance()).isEmpty)
    #expect(list(30).layoutFaults(FixedAdvance()).count == 1)
    #expect(list(80).layoutFaults(FixedAdvance()).count == 1)
  }

  @Test("Values printed into cells can be read on every colour of the map")
  func contrastOfPrintedValues() {
    for map in [ColorMap.viridis, .blueOrange] {
      for step in 0...50 {
        let ground = map.color(at: Double(step) / 50)
        let best = max(contrast(.white, ground), contrast(Color(hex: 0x111111), ground))
        #expect(best >= 4.3, "\(step): \(best)")
      }
    }
  }
}
