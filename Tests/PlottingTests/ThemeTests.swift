import Drawing
import Foundation
import Plotting
import Support
import Testing

@Suite("Themes of users")
struct ThemeTests {
  private func theme(_ json: String) throws -> Theme { try Theme(json: JSON(Array(json.utf8), place: "theme.json")) }

  @Test("What is left out is that of the base")
  func base() throws {
    #expect(try theme("{}") == .screen)
    #expect(try theme(#"{"base": "paper-serif"}"#) == .paperSerif)
    var expected = Theme.dark
    expected.name = "mine"
    expected.tickSize = 7
    expected.ink = Color(hex: 0xABCDEF)
    expected.showsTitle = false
    expected.categories = [.black, .white]
    expected.sequential = .cividis
    let read = try theme(
      ##"{"base": "dark", "name": "mine", "tickSize": 7, "ink": "#abcdef", "showsTitle": false, "categories": ["#000000", "#FFFFFF"], "sequential": "cividis"}"##
    )
    #expect(read == expected)
  }

  @Test(
    "What no theme has is refused, with its key",
    arguments: [
      (#"{"tickSice": 7}"#, "tickSice"), (#"{"tickSize": "7"}"#, "tickSize"), (#"{"tickSize": 700}"#, "tickSize"),
      (#"{"ink": "red"}"#, "ink"), (##"{"ink": "#12345"}"##, "ink"), (##"{"ink": "#12345g"}"##, "ink"),
      (#"{"family": "comic"}"#, "family"), (#"{"base": "paperr"}"#, "base"), (#"{"categories": []}"#, "categories"),
      (#"{"sequential": "blue-red"}"#, "sequential"), (#"{"showsTitle": 1}"#, "showsTitle"), ("[]", nil),
      (#"{"ink": null}"#, "ink"), (#"{"ink": {}}"#, "ink"),
    ] as [(String, String?)])
  func refused(_ json: String, _ key: String?) {
    let fault = #expect(throws: Theme.Fault.self) { try theme(json) }
    #expect(fault?.key == key)
    #expect(fault?.isUnknownKey == (key == "tickSice"))
  }

  @Test("Every key can be set, and is documented", arguments: Theme.keys.map(\.name))
  func keys(_ key: String) throws {
    let values: [String: String] = [
      "name": "\"a\"", "base": "\"dark\"", "family": "\"serif\"", "showsTitle": "false", "categories": "[\"#123456\"]",
      "sequential": "\"magma\"", "diverging": "\"blue-red\"", "rasterDPI": "144",
    ]
    let isNumber = key.hasSuffix("Size") || key.hasSuffix("Width")
    let value = values[key] ?? (isNumber ? "4.5" : "\"#123456\"")
    #expect(try theme("{\"\(key)\": \(value)}") != .screen)
    #expect(Theme.keys.first { $0.name == key }?.meaning.isEmpty == false)
  }

  @Test("A theme's map takes the place of the usual one in cells and bar")
  func maps() {
    var theme = Theme.paper
    theme.sequential = .magma
    let plot = Plot(
      "a", x: .indices(2, ""), y: .indices(1, ""), color: .sequential("share", 0...1),
      shape: .rows(1, columns: 2, tallest: 9),
      marks: [CellMark(rows: 1, columns: 2, values: [0, 1].map(PlotValue.init))])
    let usual = plot.displayList(id: "a", width: 200, theme: .paper, measurer: FixedAdvance()).listing
    let changed = plot.displayList(id: "a", width: 200, theme: theme, measurer: FixedAdvance()).listing
    #expect(usual.contains("#fde725") && !changed.contains("#fde725") && changed.contains("#fcfdbf"))
  }
}
