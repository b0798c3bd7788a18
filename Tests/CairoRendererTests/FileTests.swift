import CairoRenderer
import Drawing
import Foundation
import TestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("Files of figures") struct FileTests {
  let renderer: Renderer

  init() throws { renderer = try Figures.renderer.get() }

  static let formats: [Renderer.Format] = [.svg, .png(dpi: 150), .pdf]

  @Test("the same list gives the same bytes, whatever was drawn before, by whichever renderer", arguments: formats)
  func determinism(format: Renderer.Format) throws {
    let first = try renderer.render(Figures.everything(), as: format)
    _ = try renderer.render(SpeedTests.sheet(), as: format)
    _ = renderer.extent(of: "e\u{301} é ﬁ", in: Font(.serif, size: 31))
    #expect(try renderer.render(Figures.everything(), as: format) == first)
    let other = try Renderer(fonts: Fixtures.root.appending(path: "fonts"))
    #expect(try other.render(Figures.everything(), as: format) == first)
  }

  @Test("figures drawn at the same time are those drawn one by one", arguments: formats)
  func threads(format: Renderer.Format) async throws {
    let lists = (0..<12).map { place in
      var list = Figures.everything(id: "figure\(place)")
      list.items.append(
        .text(
          TextRun("figure \(place) 注意 \(place)", font: Font(size: 7 + Double(place)), color: .black, at: Point(20, 480))
        ))
      return list
    }
    let alone = try lists.map { try Renderer(fonts: Fixtures.root.appending(path: "fonts")).render($0, as: format) }
    let fresh = try Renderer(fonts: Fixtures.root.appending(path: "fonts"))
    let together = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
      for (place, list) in lists.enumerated() {
        group.addTask { (place, try fresh.render(list, as: format)) }
      }
      return try await group.reduce(into: [Int: [UInt8]]()) { $0[$1.0] = $1.1 }
    }
    for place in lists.indices { #expect(together[place] == alone[place], "figure \(place)") }
  }

  @Test("canonically equivalent texts keep their own glyphs in either order")
  func equivalence() throws {
    func bytes(_ texts: [String]) throws -> [[UInt8]] {
      let fresh = try Renderer(fonts: Fixtures.root.appending(path: "fonts"))
      return try texts.map { text in
        let run = TextRun(text, font: Font(size: 9), color: .black, at: Point(5, 20))
        return try fresh.render(
          DisplayList(id: "a", size: Size(50, 30), background: nil, items: [.text(run)]), as: .pdf)
      }
    }
    let texts = ["\u{212B}", "\u{C5}"]
    #expect(texts[0] == texts[1])
    #expect(try bytes(texts) == bytes(texts.reversed()).reversed())
  }

  @Test(
    "SVG is XML whose ids are the figure's own and whose references all resolve", arguments: ["plain", "3 weird/id ü"])
  func ids(id: String) throws {
    let svg = try renderer.render(Figures.everything(id: id), as: .svg)
    let reader = SVGReader()
    let parser = XMLParser(data: Data(svg))
    parser.delegate = reader
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    #expect(Set(reader.ids).count == reader.ids.count)
    let prefix = try #require(reader.ids.first)
    #expect(reader.ids.count > 100)
    #expect(reader.ids.allSatisfy { $0 == prefix || $0.hasPrefix(prefix + "-") })
    #expect(reader.ids.allSatisfy { $0.first?.isLetter == true || $0.hasPrefix("_") })
    #expect(reader.ids.allSatisfy { !$0.contains { " /#\"".contains($0) } })
    #expect(reader.references.subtracting(reader.ids).isEmpty)
    #expect(reader.root["role"] == "img" && reader.root["viewBox"] == "0 0 640 500" && reader.root["width"] == "640pt")
    #expect(reader.texts["title"] == "Everything & <more> 注意")
    #expect(reader.texts["desc"] == "All items,\u{2401} all anchors.")
    #expect(!reader.elements.contains("text"))
  }

  @Test("two figures in one page share no id")
  func pageOfTwo() throws {
    func ids(_ id: String) throws -> Set<String> {
      let reader = SVGReader()
      let parser = XMLParser(data: Data(try renderer.render(Figures.everything(id: id), as: .svg)))
      parser.delegate = reader
      #expect(parser.parse())
      return Set(reader.ids)
    }
    #expect(try ids("a").isDisjoint(with: ids("b")))
  }

  @Test("PNGs have the exact size, dots per inch and captions, and no time", arguments: [72.0, 150, 300])
  func chunks(dpi: Double) throws {
    var list = Figures.everything()
    list.caption = "A caption: 注意."
    let png = try renderer.render(list, as: .png(dpi: dpi))
    let chunks = try #require(PNGChunks(png))
    #expect(chunks.number("IHDR", at: 0) == UInt32((640 * dpi / 72).rounded()))
    #expect(chunks.number("IHDR", at: 4) == UInt32((500 * dpi / 72).rounded()))
    #expect(chunks.number("pHYs", at: 0) == UInt32((dpi / 0.0254).rounded()))
    #expect(chunks.number("pHYs", at: 4) == UInt32((dpi / 0.0254).rounded()))
    #expect(chunks.data["pHYs"]?.last == 1)
    let texts = String(decoding: chunks.data["iTXt"] ?? [], as: UTF8.self)
    #expect(texts.hasPrefix("Figure\0\0\0\0\0tortureCaption\0\0\0\0\0A caption: 注意."))
    #expect(texts.hasSuffix("Everything & <more> 注意"))
    #expect(chunks.hasSoundChecksums)
    #expect(String(decoding: chunks.data["tEXt"] ?? [], as: UTF8.self) == "Description\0All items,  all anchors.")
    #expect(Set(chunks.names) == ["IHDR", "pHYs", "iTXt", "tEXt", "IDAT", "IEND"])
  }

  @Test("few colours become a palette, transparency is kept")
  func palette() throws {
    let red = DrawingItem.rect(Rect(10, 10, 20, 20), fill: Color(hex: 0xFF0000), stroke: nil, crisp: true)
    for (background, colors, translucent) in [(Color.white as Color?, 2, 0), (nil, 2, 1)] {
      let list = DisplayList(id: "p", size: Size(72, 72), background: background, items: [red])
      let chunks = try #require(PNGChunks(renderer.render(list, as: .png(dpi: 72))))
      #expect(chunks.data["IHDR"].map { Array($0[8...9]) } == [1, 3])
      #expect(chunks.data["PLTE"]?.count == 3 * colors)
      #expect((chunks.data["tRNS"]?.count ?? 0) == translucent)
    }
  }

  @Test(
    "absurd pages are refused",
    arguments: [
      (Size(0, 10), 72.0), (Size(-1, 10), 72), (Size(.nan, 10), 72), (Size(.infinity, 10), 72), (Size(20_000, 10), 72),
      (Size(1e300, 1e300), 72), (Size(14_000, 14_000), 300), (Size(100, 100), 0), (Size(100, 100), .nan),
      (Size(100, 100), .infinity), (Size(100, 100), -72), (Size(10_000, 10), 300),
    ])
  func size(size: Size, dpi: Double) {
    let list = DisplayList(id: "big", size: size, background: .white, items: [])
    #expect { try renderer.render(list, as: .png(dpi: dpi)) } throws: {
      if case .pageSize("big", _, _)? = $0 as? RenderError { true } else { false }
    }
  }

  static let stroke = Stroke(.black, width: 1)
  static let impossible: [DrawingItem] = [
    .path([.move(Point(.nan, 0)), .line(Point(1, 1))], fill: nil, stroke: stroke),
    .path([.curve(Point(0, 0), Point(0, .infinity), to: Point(1, 1))], fill: nil, stroke: stroke),
    .path([.line(Point(1e12, 0))], fill: nil, stroke: stroke),
    .rect(Rect(0, 0, .nan, 1), fill: .black, stroke: nil, crisp: true),
    .discs([Point(0, 0), Point(0, .nan)], radius: 1, fill: .black, stroke: nil),
    .discs([Point(0, 0)], radius: -1, fill: .black, stroke: nil),
    .text(TextRun("a", font: Font(size: .nan), color: .black, at: Point(0, 0))),
    .text(TextRun("a", font: Font(size: -1), color: .black, at: Point(0, 0))),
    .text(TextRun("a", font: Font(size: 1), color: .black, at: Point(0, 0), rotation: .infinity)),
    .image(PixelImage(width: 1, height: 1, pixels: [0, 0, 0, 0]), in: Rect(.nan, 0, 1, 1)),
    .group([], clip: Rect(0, 0, .infinity, 1), opacity: 1), .group([], clip: nil, opacity: .nan),
    .group([.group([.discs([], radius: .nan, fill: nil, stroke: nil)], clip: nil, opacity: 1)], clip: nil, opacity: 1),
    .path([], fill: nil, stroke: Stroke(.black, width: -1)),
    .path([], fill: nil, stroke: Stroke(.black, width: 1, dash: [-1])),
    .path([], fill: nil, stroke: Stroke(Color(red: .nan, green: 0, blue: 0), width: 1)),
  ]

  @Test("what is no place, size or colour is refused in every format", arguments: impossible.indices, formats)
  func item(place: Int, format: Renderer.Format) {
    let list = DisplayList(id: "bad", size: Size(50, 50), background: nil, items: [Self.impossible[place]])
    #expect { try renderer.render(list, as: format) } throws: {
      if case .item("bad", _)? = $0 as? RenderError { true } else { false }
    }
  }

  static let empty: [DrawingItem] = [
    .path([], fill: .black, stroke: stroke), .path([.close], fill: .black, stroke: stroke),
    .path([.line(Point(1, 1)), .close, .line(Point(4, 4))], fill: .black, stroke: stroke),
    .path([.move(Point(0, 0)), .line(Point(9, 9))], fill: nil, stroke: Stroke(.black, width: 0, dash: [0, 0])),
    .path([.move(Point(0, 0)), .line(Point(9, 9))], fill: nil, stroke: Stroke(.black, width: 1, dash: [0, 0])),
    .rect(Rect(5, 5, 0, 0), fill: .black, stroke: stroke, crisp: true),
    .rect(Rect(5, 5, -4, -4), fill: .black, stroke: stroke, crisp: true),
    .discs([], radius: 1, fill: .black, stroke: nil), .discs([Point(1, 1)], radius: 0, fill: .black, stroke: stroke),
    .discs([Point(1, 1)], radius: 0, fill: .black, stroke: nil),
    .discs([Point(9e5, -9e5)], radius: 1, fill: .black, stroke: nil),
    .discs([Point(25, 25)], radius: 9e5, fill: .black, stroke: stroke),
    .image(PixelImage(width: 0, height: 0, pixels: []), in: Rect(0, 0, 9, 9)),
    .image(PixelImage(width: 1, height: 1, pixels: [9, 9, 9, 9]), in: Rect(0, 0, 0, 9)),
    .image(PixelImage(width: 1, height: 1, pixels: [9, 9, 9, 9]), in: Rect(-9e5, -9e5, 9.5e5, 9.5e5)),
    .text(TextRun("", font: Font(size: 9), color: .black, at: Point(0, 0))),
    .text(TextRun("a", font: Font(size: 0), color: .black, at: Point(0, 0))),
    .text(TextRun("a", font: Font(size: 9000), color: .black, at: Point(0, 0))),
    .text(TextRun("a", font: Font(size: 9), color: .black, at: Point(-9e5, 9e5))),
    .group([.discs([Point(9, 9)], radius: 3, fill: .black, stroke: nil)], clip: Rect(500, 500, 9, 9), opacity: 0.5),
    .group([.discs([Point(9, 9)], radius: 3, fill: .black, stroke: nil)], clip: Rect(0, 0, 0, 0), opacity: 0.5),
    .group([], clip: nil, opacity: 0), .group([], clip: nil, opacity: 7),
  ]

  @Test("what is empty, enormous or outside the page is drawn without complaint", arguments: empty.indices, formats)
  func harmless(place: Int, format: Renderer.Format) throws {
    let list = DisplayList(id: "ok", size: Size(50, 50), background: nil, items: [Self.empty[place]])
    #expect(try !renderer.render(list, as: format).isEmpty)
  }

  @Test("a folder without the fonts is refused", arguments: ["fonts-that-are-not-here", "Sources", "Package.swift"])
  func fonts(path: String) {
    #expect { try Renderer(fonts: Fixtures.root.appending(path: path)) } throws: {
      if case .fonts? = $0 as? RenderError { true } else { false }
    }
  }
}

/// Ids, references and captions of an SVG.
private final class SVGReader: NSObject, XMLParserDelegate {
  var ids: [String] = []
  var references: Set<String> = []
  var elements: Set<String> = []
  var root: [String: String] = [:]
  var texts: [String: String] = [:]
  private var open = ""

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String] = [:]
  ) {
    if elements.isEmpty { root = attributes }
    elements.insert(name)
    open = name
    if let id = attributes["id"] { ids.append(id) }
    for value in attributes.values {
      if value.hasPrefix("#"), attributes["href"] == value { references.insert(String(value.dropFirst())) }
      if value.hasPrefix("url(#") { references.insert(String(value.dropFirst(5).dropLast())) }
    }
    for id in attributes["aria-labelledby"]?.split(separator: " ") ?? [] { references.insert(String(id)) }
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) { texts[open, default: ""] += text }

  func parser(_ parser: XMLParser, didEndElement: String, namespaceURI: String?, qualifiedName: String?) { open = "" }
}

/// The chunks of a PNG; those of one name joined.
private struct PNGChunks {
  var names: [String] = []
  var data: [String: [UInt8]] = [:]
  var hasSoundChecksums = true

  init?(_ png: [UInt8]) {
    guard png.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else { return nil }
    var place = 8
    while place + 12 <= png.count {
      let length = png[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      let name = String(decoding: png[place + 4..<place + 8], as: UTF8.self)
      guard place + 12 + length <= png.count else { return nil }
      names.append(name)
      var sum = ~0 as UInt32
      for byte in png[place + 4..<place + 8 + length] { sum = Self.table[Int((sum ^ UInt32(byte)) & 255)] ^ (sum >> 8) }
      let written = png[place + 8 + length..<place + 12 + length].reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
      if ~sum != written { hasSoundChecksums = false }
      data[name, default: []] += png[place + 8..<place + 8 + length]
      place += 12 + length
    }
    guard place == png.count, names.last == "IEND" else { return nil }
  }

  /// CRC-32 by the table of PNG's specification.
  private static let table: [UInt32] = (0..<256).map { start in
    var sum = UInt32(start)
    for _ in 0..<8 { sum = sum & 1 == 1 ? 0xEDB8_8320 ^ (sum >> 1) : sum >> 1 }
    return sum
  }

  func number(_ name: String, at place: Int) -> UInt32? {
    guard let bytes = data[name], place + 4 <= bytes.count else { return nil }
    return bytes[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }
}
