import Drawing
import Foundation
import Testing

@testable import Plotting

@Suite("Places of legends and panels")
struct LegendTests {
  private static func plot(_ count: Int, name: String = "layer") -> Plot {
    Plot(
      "a", x: Axis(.linear, "x"), y: Axis(.linear, "y"), shape: .ratio(0.6),
      marks: (0..<count).map { series in
        LineMark(
          x: [0, 1], y: [.number(Double(series)), .number(2)], paint: .category(series), name: "\(name) \(series)")
      })
  }

  /// The rectangles of the panels, and the legend's words.
  private static func parts(_ list: DisplayList, _ name: String = "layer") -> (panel: Rect, words: [TextRun]) {
    let clips = list.items.compactMap { item -> Rect? in
      if case .group(_, let clip?, _) = item { clip.inset(3) } else { nil }
    }
    return (clips.first ?? Rect(0, 0, 0, 0), list.texts.filter { $0.text.hasPrefix(name) })
  }

  @Test("A long legend stands beside the panel of a wide figure, level with its upper edge")
  func beside() {
    let list = Self.plot(20).displayList(id: "a", width: 486, theme: .paper, measurer: FixedAdvance())
    let (panel, words) = Self.parts(list)
    #expect(words.count == 20)
    #expect(
      words.allSatisfy { $0.position.x > panel.maxX && $0.position.y >= panel.minY && $0.position.y <= panel.maxY })
    #expect(Set(words.map(\.position.x)).count == 1)
    #expect(list.layoutFaults(FixedAdvance()) == [])
  }

  @Test(
    "A short legend, one of a narrow figure and one taller than the panel stand above",
    arguments: [(4, 486.0), (14, 234), (60, 486)])
  func above(_ count: Int, _ width: Double) {
    let list = Self.plot(count).displayList(id: "a", width: width, theme: .paper, measurer: FixedAdvance())
    let (panel, words) = Self.parts(list)
    #expect(words.count == count)
    #expect(words.allSatisfy { $0.position.y < panel.minY })
    #expect(list.layoutFaults(FixedAdvance()) == [])
  }

  @Test("Long names beside a panel are cut rather than taking the page")
  func longNames() {
    let list = Self.plot(12, name: "layer with a name that goes on and on and on and on and on")
      .displayList(id: "a", width: 486, theme: .paper, measurer: FixedAdvance())
    #expect(Self.parts(list).panel.width > 250)
    #expect(list.layoutFaults(FixedAdvance()) == [])
  }

  @Test("A legend within the panel lies on no data", arguments: [200.0, 234, 340, 486])
  func inner(_ width: Double) throws {
    var plot = Self.plot(3)
    plot.hasInnerLegend = true
    let list = plot.displayList(id: "a", width: width, theme: .paper, measurer: FixedAdvance())
    let (panel, words) = Self.parts(list)
    let items = list.items.compactMap { if case .group(let items, _?, _) = $0 { items } else { nil } }.joined()
    guard words.allSatisfy({ panel.contains($0.position) }) else {
      return #expect(words.allSatisfy { $0.position.y < panel.minY })
    }
    let boxes = words.map { $0.bounds(FixedAdvance()) }
    for item in items {
      guard case .path(let path, nil, _) = item, path.count == 2, case .move(let a) = path[0],
        case .line(let b) = path[1],
        abs(b.x - a.x) > panel.width / 2
      else { continue }
      #expect(!boxes.contains { $0.meets(a, b) })
    }
  }

  private static func sheet(_ titles: [[String]], shape: Plot.Shape = .ratio(0.7)) -> [Rect] {
    let rows = titles.map { row in
      row.map { label -> Sheet.Cell in
        var plot = Self.plot(2)
        // Labels of different lengths need different margins.
        plot.y = .categories([label, label + "2"], "")
        plot.shape = shape
        return Sheet.Cell(plot)
      }
    }
    let list = Sheet("s", rows: rows).displayList(id: "s", width: 486, theme: .paper, measurer: FixedAdvance())
    #expect(list.layoutFaults(FixedAdvance()) == [])
    let letters = list.texts.filter { $0.font.weight == .bold }.map(\.text)
    #expect(letters == (0..<titles.joined().count).map { String(Character(Unicode.Scalar(UInt8(97 + $0)))) })
    return list.items.compactMap { if case .group(_, let clip?, _) = $0 { clip.inset(3) } else { nil } }
  }

  @Test("Panels below one another begin and end alike, those beside one another have equal heights")
  func grid() throws {
    let panels = Self.sheet([["a", "long label"], ["longer label", "b"]])
    try #require(panels.count == 4)
    func same(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-9 }
    #expect(same(panels[0].minX, panels[2].minX) && same(panels[0].maxX, panels[2].maxX))
    #expect(same(panels[1].minX, panels[3].minX) && same(panels[1].maxX, panels[3].maxX))
    for row in [0, 2] {
      #expect(same(panels[row].minY, panels[row + 1].minY) && same(panels[row].maxY, panels[row + 1].maxY))
    }
  }

  @Test("Rows of other parts keep margins of their own")
  func uneven() throws {
    let panels = Self.sheet([["a"], ["b", "a very long label"]])
    try #require(panels.count == 3)
    #expect(abs(panels[1].minY - panels[2].minY) < 1e-9 && abs(panels[1].maxY - panels[2].maxY) < 1e-9)
    #expect(panels[0].minX < panels[2].minX)
  }
}
