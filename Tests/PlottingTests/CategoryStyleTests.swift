import Drawing
import Foundation
import Testing

@testable import Plotting

@Suite("Categories on grey paper")
struct CategoryStyleTests {
  /// The program's, and one whose colours are all alike in grey.
  static let themes: [Theme] =
    [Theme.screen, .paper, .paperSerif] + [
      {
        var theme = Theme.paper
        theme.name = "equally light"
        theme.categories = [0xC0504D, 0x4C7A34, 0x5B6FB5, 0x8064A2].map { Color(hex: $0) }
        return theme
      }()
    ]

  private static func grey(_ paint: Paint, _ theme: Theme) -> Lab { Vision.grey.lab(paint.color(in: theme)) }

  @Test("Any two categories differ in grey, or by dash, shape and hatching", arguments: themes.indices)
  func pairs(_ index: Int) {
    let theme = Self.themes[index]
    let count = theme.name == "equally light" ? 5 : 10
    let paints = (0..<count).map(Paint.category) + [.other]
    for (place, one) in paints.enumerated() {
      for other in paints[(place + 1)...] {
        let (a, b) = (theme.style(of: one), theme.style(of: other))
        if a.pattern != b.pattern {
          #expect(a.dash != b.dash && a.shape != b.shape)
          continue
        }
        let difference = Self.grey(one, theme).difference(from: Self.grey(other, theme))
        #expect(difference >= 9.9, "\(one) and \(other) in \(theme.name): \(difference)")
      }
    }
  }

  @Test("What belongs to no category has a grey of its own on paper, where areas are not hatched")
  func other() {
    for theme in [Theme.screen, .paper, .paperSerif] {
      for index in 0..<10 where theme.style(of: .category(index)).pattern == 0 {
        let difference = Self.grey(.category(index), theme).difference(from: Self.grey(.other, theme))
        #expect(difference >= 9.9, "\(index) in \(theme.name): \(difference)")
      }
      #expect(Self.grey(.other, theme).difference(from: Vision.grey.lab(theme.background)) > 8)
    }
  }

  @Test("As long as greys differ nothing is dashed; a few patterns do for ten colours")
  func few() {
    #expect((0..<10).allSatisfy { Theme.paper.style(of: .category($0)).pattern <= 3 })
    // A figure in dark mode is as its light twin.
    #expect((0..<20).allSatisfy { Theme.dark.style(of: .category($0)) == Theme.screen.style(of: .category($0)) })
    #expect((0..<3).allSatisfy { Theme.paper.style(of: .category($0)).pattern == 0 })
    #expect(Theme.paper.style(of: .category(3)).pattern != 0)
    #expect(Theme.paper.style(of: .accent).pattern == 0)
  }

  @Test("More categories than colours come around with other patterns")
  func many() {
    let theme = Theme.paper
    for index in 0..<10 { #expect(theme.style(of: .category(index)) != theme.style(of: .category(index + 10))) }
  }

  /// Marks that show a category by its paint.
  static let marks: [(name: String, make: @Sendable (Int) -> any Mark)] = [
    ("line", { LineMark(x: [0, 1], y: readings, paint: .category($0), name: "a") }),
    ("dot", { DotMark(x: readings, y: readings, paint: .category($0), name: "a") }),
    ("bar", { BarMark(categories: readings, paint: .category($0), name: "a") }),
    (
      "area",
      {
        BandMark(
          x: [0, 1], low: readings, high: readings.map { PlotValue(($0.number ?? 0) + 2) }, paint: .category($0),
          opacity: 1, name: "a")
      }
    ),
    ("histogram", { HistogramMark(readings, paint: .category($0), name: "a") }),
    ("histograms", { HistogramMark(readings, paint: .category($0), opacity: 0.4, name: "a") }),
    ("density", { DensityMark(readings, paint: .category($0), name: "a") }),
    ("edge", { EdgeMark([.init(0, 0, 1, 1)], paint: .category($0)) }),
    ("link", { LinkMark([.init(from: 0, to: 1, weight: 1)], paint: .category($0)) }),
  ]
  private static let readings: [PlotValue] = [.number(0.5), .number(1)]

  /// A listing in which all colours are one.
  private static func shape(_ list: DisplayList) -> String {
    list.listing.replacing(/#[0-9a-f]{6}(\/[0-9.]+)?/, with: "#")
  }

  @Test(
    "A mark of one category has another shape than that of one as grey, in panel and legend", arguments: marks.indices)
  func mark(_ index: Int) {
    let make = Self.marks[index].make
    // The third and the fourth colour are equally light.
    func list(_ category: Int) -> DisplayList {
      Plot("a", x: Axis(.linear, "x"), y: Axis(.linear, "y"), shape: .ratio(0.6), marks: [make(category)])
        .displayList(id: "a", width: 234, theme: .paper, measurer: FixedAdvance())
    }
    #expect(Self.shape(list(2)) != Self.shape(list(3)), "\(Self.marks[index].name)")
    #expect(Self.shape(list(0)) == Self.shape(list(2)))
  }

  @Test("Dots and cells of a categorical scale are told apart without colour, and so is the legend")
  func scale() {
    let scale = ColorScale.categorical("", (0..<2).map { .init("c\($0)", .category($0 + 2)) })
    func list(_ mark: any Mark, _ x: Axis, _ y: Axis, isDisc: Bool) -> String {
      var plot = Plot("a", x: x, y: y, color: scale, shape: .ratio(0.6), marks: [mark])
      plot.hasDiscLegend = isDisc
      return plot.displayList(id: "a", width: 234, theme: .paper, measurer: FixedAdvance()).listing
    }
    let categories: [PlotValue] = [.number(0), .number(1)]
    let dots = list(
      DotMark(x: Self.readings, y: Self.readings, color: categories), Axis(.linear, ""), Axis(.linear, ""), isDisc: true
    )
    // A disc each in panel and legend, and a triangle each.
    #expect(dots.components(separatedBy: "discs ").count == 3)
    #expect(dots.matches(of: /path M [^Z]* Z fill #cc79a7/).count == 2)
    let cells = list(
      CellMark(rows: 1, columns: 2, values: categories), .indices(2, ""), .indices(1, ""), isDisc: false)
    #expect(cells.matches(of: /stroke #[0-9a-f]{6}\/0.4/).count == 2)
  }

  @Test("Hatching ends at the outline")
  func hatch() {
    let triangle = [Point(0, 0), Point(40, 0), Point(0, 40)]
    for pattern in 1...4 {
      for case .path(let elements, nil, _?) in Hatch.items(pattern, in: triangle, on: .white, theme: .paper) {
        #expect(!elements.isEmpty)
        for element in elements {
          switch element {
          case .move(let point), .line(let point):
            #expect(point.x >= -1e-9 && point.y >= -1e-9 && point.x + point.y <= 40 + 1e-9)
          default: Issue.record("no line")
          }
        }
      }
    }
    #expect(Hatch.items(0, in: triangle, on: .white, theme: .paper).isEmpty)
  }

  @Test("Dots that are drawn as pixels have the same shapes", arguments: DotShape.allCases)
  func raster(_ shape: DotShape) throws {
    // Compared with the outline's own area.
    var layer = RasterLayer(Rect(0, 0, 40, 40), dpi: 300)
    layer.fill([Point(20, 20)], radius: 8, .black, shape)
    guard case .image(let image, _) = layer.item else { return }
    let scale = 300.0 / 72
    let area =
      stride(from: 3, to: image.pixels.count, by: 4).reduce(0.0) { $0 + Double(image.pixels[$1]) / 255 }
      / scale / scale
    let wanted: Double =
      switch shape {
      case .disc: .pi * 64
      case .square: 4 * 0.88 * 0.88 * 64
      case .triangle: 1.15 * 2.05 * 64
      case .diamond: 2 * 1.3 * 1.3 * 64
      case .cross: 64 * (2 * 2 * 2.0.squareRoot() * 0.55 - 0.55 * 0.55)
      case .ring: 2 * .pi * 0.85 * 0.45 * 64
      }
    #expect(abs(area / wanted - 1) < 0.06, "\(area) of \(wanted)")
  }
}
