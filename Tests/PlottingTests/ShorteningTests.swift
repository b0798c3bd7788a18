import Drawing
import Testing

@testable import Plotting

@Suite("Shortened labels")
struct ShorteningTests {
  private func cut(_ texts: [String], _ length: Int) -> [String] { shortened(texts) { $0.count <= length } }

  @Test("What fits stays, and what tells nothing apart is cut at its end")
  func ends() {
    #expect(cut(["one", "another one"], 20) == ["one", "another one"])
    #expect(cut(["first of the long names", "second of the long names"], 10) == ["first of …", "second of…"])
    #expect(cut(["the same long name", "the same long name"], 10) == ["the same …", "the same …"])
  }

  @Test("Of names that begin alike the part that tells them apart stays")
  func middles() {
    let names = ["0 (9)", "1 (9)", "10 (9)"].map { "class with a very long name, number " + $0 }
    #expect(cut(names, 24) == ["class wit…, number 0 (9)", "class wit…, number 1 (9)", "class wit… number 10 (9)"])
    let inside = ["encoder.layers.0.attention.query.weight.of.all", "encoder.layers.1.attention.query.weight.of.all"]
    let shown = cut(inside, 16)
    #expect(shown[0].contains("0") && shown[1].contains("1") && shown.allSatisfy { $0.count <= 16 })
  }

  @Test("Names that differ in several places are told apart in each", arguments: [12, 16, 20, 30])
  func several(_ length: Int) {
    let names = (0..<12).flatMap { layer in
      ["query", "key"].map { "transformer.h.\(layer).attention.\($0).projection.weight" }
    }
    let shown = cut(names, length)
    #expect(Set(shown).count == names.count && shown.allSatisfy { $0.count <= length })
  }

  @Test("Legends and axes of long names tell them apart", arguments: [234.0, 396, 744])
  func drawn(_ width: Double) {
    let names = (0..<8).map { "class with a very long name that goes on and on and on and on and on, number \($0)" }
    let color = ColorScale.categorical("label", names.enumerated().map { .init($1, .category($0)) })
    let legend = Plot(
      "a", x: Axis(.linear, "x"), y: Axis(.linear, "y"), color: color, shape: .ratio(0.6),
      marks: [DotMark(x: [.number(0), .number(1)], y: [.number(0), .number(1)], color: [.number(0), .number(1)])])
    let axis = Plot(
      "b", x: Axis(.linear, "x"), y: .categories(names, ""), shape: .lines(8, height: 13),
      marks: [BarMark(categories: names.map { _ in .number(1) }, isLevel: true)])
    for plot in [legend, axis] {
      let list = plot.displayList(id: "a", width: width, theme: .paper, measurer: FixedAdvance())
      let labels = list.texts.map(\.text).filter { $0.hasPrefix("class") }
      #expect(labels.count == 8 && Set(labels).count == 8, "\(labels)")
      #expect(list.layoutFaults(FixedAdvance()) == [])
    }
  }
}
