import CairoRenderer
import Drawing
import Engine
import Foundation
import Plotting
import Reports
import Support
import Synchronization
import TestSupport
import Testing

@testable import Commands

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Every figure of the reports of a decoder, an encoder–decoder and a model of images, judged by its files and by other
/// programs.
@Suite("Figures of reports", .serialized)
struct ReportFigureTests {
  private static let renderer = Result { try Renderer(fonts: Fixtures.root.appending(path: "fonts")) }

  @Test("The numbers are as docs/results.schema.json says", arguments: SmallReport.Example.allCases)
  func schema(example: SmallReport.Example) throws {
    #expect(try JSONSchemaValidator.faults(ofRunsIn: SmallReport.of(example).folder) == [])
  }

  @Test(
    "No words of a figure overlap, leave the page or cover data, in any theme and at any width with a name",
    arguments: SmallReport.Example.allCases)
  func layout(_ example: SmallReport.Example) throws {
    let report = try SmallReport.of(example)
    let renderer = try Self.renderer.get()
    #expect(report.figures.count > 15)
    let widths = FigureWidth.named.filter { $0.name != "iclr" }
    #expect(Set(widths.map(\.points)) == Set(FigureWidth.named.map(\.points)))
    let found = Mutex<[String]>([])
    forEachPiece(report.figures.count) { index in
      let figure = report.figures[index]
      // In dark mode a figure has the sizes of its light twin.
      for (name, theme) in Theme.named where name != "dark" {
        for (column, width) in widths {
          let list = figure.displayList(theme: theme, width: width, measurer: renderer)
          let faults = list.layoutFaults(renderer) + (list.size.width == width ? [] : ["has another width"])
          if !faults.isEmpty { found.withLock { $0.append("\(figure.id), \(name), \(column): \(faults)") } }
        }
      }
    }
    #expect(found.withLock { $0.sorted() } == [])
    for figure in report.figures {
      let (light, dark) = (Theme.screen, Theme.dark)
      let lists = [light, dark].map { figure.displayList(theme: $0, width: 340, measurer: renderer) }
      #expect(lists[0].texts.map { $0.bounds(renderer) } == lists[1].texts.map { $0.bounds(renderer) }, "\(figure.id)")
    }
  }

  @Test(
    "SVGs are XML that shares no id, with a title, a description and nothing that needs a font",
    arguments: SmallReport.Example.allCases)
  func svg(_ example: SmallReport.Example) throws {
    let report = try SmallReport.of(example)
    var ids: Set<String> = []
    for (figure, name) in zip(report.figures, report.files(".svg")) {
      let reader = Reader()
      let parser = XMLParser(data: try report.file(name))
      parser.delegate = reader
      #expect(parser.parse(), "\(name): \(String(describing: parser.parserError))")
      #expect(reader.ids.count == Set(reader.ids).count && ids.isDisjoint(with: reader.ids), "\(name)")
      ids.formUnion(reader.ids)
      #expect(reader.references.isSubset(of: Set(reader.ids)), "\(name)")
      #expect(reader.elements.isDisjoint(with: ["text", "style", "script", "foreignObject"]))
      #expect(
        reader.words["title"]?.isEmpty == false && reader.words["desc"]?.hasPrefix(figure.altText) == true, "\(name)")
    }
  }

  @Test(
    "rsvg opens every SVG, light and dark", .enabled(if: Tool.path("rsvg-convert") != nil, "rsvg-convert is missing"),
    arguments: SmallReport.Example.allCases)
  func rsvg(_ example: SmallReport.Example) throws {
    let report = try SmallReport.of(example)
    let figures = report.folder.appending(path: "figures")
    let outcome = try Tool.run(
      "rsvg-convert", ["-f", "pdf"] + report.files(".svg") + report.files("-dark.svg"), in: figures)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(outcome.output.count > 10_000)
  }

  @Test(
    "Chromium shows every SVG in one page", .enabled(if: Tool.path("chromium") != nil, "chromium is missing"),
    arguments: SmallReport.Example.allCases)
  func chromium(_ example: SmallReport.Example) throws {
    let report = try SmallReport.of(example)
    let svgs = try report.files(".svg").map { String(decoding: try report.file($0), as: UTF8.self) }
    let scratch = try Scratch()
    #expect(try Tool.faultsInChromium(svgs, in: scratch.folder) == [])
  }

  @Test(
    "PDFs have one page of the exact size, no Type 3 font, and words that are found",
    .enabled(if: Tool.path("pdfunite") != nil, "poppler-utils is missing"),
    arguments: SmallReport.Example.allCases)
  func pdf(_ example: SmallReport.Example) throws {
    let report = try SmallReport.of(example)
    let renderer = try Self.renderer.get()
    let scratch = try Scratch()
    let files = report.files(".pdf").map { report.folder.appending(path: "figures/\($0)").path(percentEncoded: false) }
    #expect(try Tool.run("pdfunite", files + ["all.pdf"], in: scratch.folder).status == 0)
    let fonts = try Tool.run("pdffonts", ["all.pdf"], in: scratch.folder).text.split(separator: "\n").dropFirst(2)
    #expect(!fonts.isEmpty)
    for line in fonts {
      #expect(!line.contains("Type 3") && line.contains("yes yes yes"), "\(line)")
      #expect(line.contains("TrueType") || line.contains("Type 1C") || line.contains("Type 0C"), "\(line)")
    }
    let info = try Tool.run("pdfinfo", ["-f", "1", "-l", "9999", "all.pdf"], in: scratch.folder).text
    let sizes = info.matches(of: /size: +([0-9.]+) x ([0-9.]+) pts/).map { (Double($0.1) ?? 0, Double($0.2) ?? 0) }
    let pages = try Tool.run("pdftotext", ["-raw", "all.pdf", "-"], in: scratch.folder).text.split(
      separator: "\u{c}", omittingEmptySubsequences: false)
    try #require(sizes.count == files.count && pages.count >= files.count)
    for (index, figure) in report.figures.enumerated() {
      let list = figure.displayList(theme: .paper, width: FigureRendition.paperWidth(figure), measurer: renderer)
      // Told in hundredths of a point.
      #expect(
        abs(sizes[index].0 - list.size.width) < 0.01 && abs(sizes[index].1 - list.size.height) < 0.01, "\(figure.id)")
      let found = pages[index].filter { !$0.isWhitespace }
      let missing = Set(
        list.texts.map(\.text).filter { text in
          text.count > 1 && text.allSatisfy { $0.isASCII } && !found.contains(text.filter { !$0.isWhitespace })
        })
      #expect(missing.isEmpty, "\(figure.id): \(missing.sorted())")
    }
  }

  @Test(
    "PNGs have the exact size, resolution, the figure's id and its caption", arguments: SmallReport.Example.allCases)
  func png(_ example: SmallReport.Example) throws {
    let report = try SmallReport.of(example)
    let renderer = try Self.renderer.get()
    for figure in report.figures {
      let bytes = [UInt8](try report.file(figure.id + ".png"))
      func number(_ place: Int) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
      let width = Double(number(16)) * 72 / 150
      let list = figure.displayList(theme: .screen, width: width.rounded(), measurer: renderer)
      #expect(number(16) == Int((list.size.width * 150 / 72).rounded()), "\(figure.id)")
      #expect(number(20) == Int((list.size.height * 150 / 72).rounded()), "\(figure.id)")
      let data = Data(bytes)
      #expect(data.range(of: Data("pHYs".utf8 + [0, 0, 0x17, 0x12, 0, 0, 0x17, 0x12, 1])) != nil)
      #expect(data.range(of: Data("iTXtFigure\0\0\0\0\0\(figure.id)".utf8)) != nil)
      #expect(data.range(of: Data("iTXtCaption\0\0\0\0\0\(figure.caption.full)".utf8)) != nil)
    }
  }

  @Test(
    "Beside each figure lie its numbers and its lines for LaTeX, in signs that every engine knows",
    arguments: SmallReport.Example.allCases)
  func besides(_ example: SmallReport.Example) throws {
    let report = try SmallReport.of(example)
    for figure in report.figures {
      let csv = String(decoding: try report.file(figure.id + ".csv"), as: UTF8.self)
      #expect(csv.split(separator: "\n").count > 1, "\(figure.id)")
      let tex = String(decoding: try report.file(figure.id + ".tex"), as: UTF8.self)
      #expect(tex.contains("\\includegraphics{figures/\(figure.id).pdf}") && tex.contains("\\label{fig:\(figure.id)}"))
      #expect(tex.contains("\\caption{") && !tex.contains("\\includegraphics["))
      let odd = Set(tex.filter { !$0.isASCII })
      #expect(odd.isEmpty, "\(figure.id): \(odd)")
      var (depth, before, dollars) = (0, Character(" "), 0)
      for character in tex {
        if before != "\\" { depth += character == "{" ? 1 : character == "}" ? -1 : 0 }
        #expect(depth >= 0)
        #expect(!"#&%".contains(character) || before == "\\", "\(figure.id): \(character)")
        if character == "$", before != "\\" { dollars += 1 }
        before = before == "\\" && character == "\\" ? " " : character
      }
      #expect(depth == 0 && dollars.isMultiple(of: 2), "\(figure.id)")
    }
  }

  @Test(
    "An alternative text says ranges and extremes, and a caption stands alone", arguments: SmallReport.Example.allCases)
  func words(_ example: SmallReport.Example) throws {
    for figure in try SmallReport.of(example).figures {
      #expect(figure.altText.contains { $0.isNumber } && figure.altText.count > 60, "\(figure.id): \(figure.altText)")
      #expect(figure.caption.full.contains("Model: ") && figure.caption.full.contains("Seed "), "\(figure.id)")
    }
  }
}

/// Ids, references and words of an SVG.
private final class Reader: NSObject, XMLParserDelegate {
  var ids: [String] = []
  var references: Set<String> = []
  var elements: Set<String> = []
  var words: [String: String] = [:]
  private var open = ""

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String] = [:]
  ) {
    elements.insert(name)
    open = name
    if let id = attributes["id"] { ids.append(id) }
    for (key, value) in attributes {
      if key == "href", value.hasPrefix("#") { references.insert(String(value.dropFirst())) }
      if value.hasPrefix("url(#") { references.insert(String(value.dropFirst(5).dropLast())) }
    }
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) { words[open, default: ""] += text }

  func parser(_ parser: XMLParser, didEndElement: String, namespaceURI: String?, qualifiedName: String?) { open = "" }
}
