internal import Drawing
internal import Foundation

/// A display list as SVG: no font is needed to show it, every id begins with that of the figure and is numbered in
/// order of appearance.
struct SVGWriter {
  private struct GlyphKey: Hashable {
    var face: Int
    var glyph: UInt32
  }

  private let list: DisplayList
  private let renderer: Renderer
  private let prefix: String
  private var definitions = SVGText()
  private var body = SVGText()
  private var glyphs: [GlyphKey: String?] = [:]
  private var lines: [TextKey: String?] = [:]
  private var clips: [Rect: String] = [:]
  private var counts = (glyphs: 0, lines: 0, clips: 0)

  init(_ list: DisplayList, renderer: Renderer) {
    self.list = list
    self.renderer = renderer
    prefix = list.id.asXMLName
  }

  consuming func bytes() throws(RenderError) -> [UInt8] {
    if let background = list.background {
      write(Rect(0, 0, list.size.width, list.size.height), background, nil, crisp: false)
    }
    try write(list.items)

    var file = SVGText()
    file.append("<svg xmlns=\"http://www.w3.org/2000/svg\"")
    file.attribute("id", plain: prefix)
    for (name, value) in [("width" as StaticString, list.size.width), ("height", list.size.height)] {
      file.append(" ")
      file.append(name)
      file.append("=\"")
      file.append(value, decimals: 3)
      file.append("pt\"")
    }
    file.append(" viewBox=\"0 0 ")
    file.append(list.size.width, decimals: 3)
    file.append(" ")
    file.append(list.size.height, decimals: 3)
    file.append("\" role=\"img\"")
    let named = [("title", list.title), ("desc", list.description)].filter { !$0.1.isEmpty }
    if !named.isEmpty {
      file.attribute("aria-labelledby", plain: named.map { "\(prefix)-\($0.0)" }.joined(separator: " "))
    }
    file.append(">\n")
    for (element, text) in named {
      file.append(plain: "<\(element) id=\"\(prefix)-\(element)\">")
      file.append(escaping: text)
      file.append(plain: "</\(element)>\n")
    }
    if !definitions.bytes.isEmpty {
      file.append("<defs>\n")
      file.append(definitions)
      file.append("</defs>\n")
    }
    file.append(body)
    file.append("</svg>\n")
    return file.bytes
  }

  private mutating func write(_ items: [DrawingItem]) throws(RenderError) {
    for item in items {
      switch item {
      case .path(let elements, let fill, let stroke): write(elements, fill, stroke)
      case .rect(let rect, let fill, let stroke, let crisp): write(rect.standardized, fill, stroke, crisp: crisp)
      case .discs(let centres, let radius, let fill, let stroke): write(centres, radius: radius, fill, stroke)
      case .text(let run): write(run)
      case .image(let image, let rect): try write(image, in: rect.standardized)
      case .group(let inner, let clip, let opacity):
        body.append("<g")
        if let clip { body.attribute("clip-path", plain: "url(#\(self.clip(clip.standardized)))") }
        if opacity < 1 { body.attribute("opacity", max(0, opacity), decimals: 3) }
        body.append(">\n")
        try write(inner)
        body.append("</g>\n")
      }
    }
  }

  // MARK: Shapes

  private mutating func write(_ elements: [PathElement], _ fill: Color?, _ stroke: Stroke?) {
    guard !elements.isEmpty else { return }
    body.append("<path d=\"")
    for element in elements {
      switch element {
      case .move(let point): append("M", point)
      case .line(let point): append("L", point)
      case .curve(let one, let two, let end):
        append("C", one)
        append(" ", two)
        append(" ", end)
      case .close: body.append("Z")
      }
    }
    body.append("\"")
    paint(fill, stroke)
    body.append("/>\n")
  }

  private mutating func append(_ letter: StaticString, _ point: Point) {
    body.append(letter)
    body.append(point.x)
    body.append(" ")
    body.append(point.y)
  }

  private mutating func write(_ rect: Rect, _ fill: Color?, _ stroke: Stroke?, crisp: Bool) {
    body.append("<rect")
    if rect.x != 0 { body.attribute("x", rect.x, decimals: 3) }
    if rect.y != 0 { body.attribute("y", rect.y, decimals: 3) }
    // Neighbours meet exactly: widths are the distance of rounded edges.
    body.attribute("width", rounded(rect.maxX) - rounded(rect.x), decimals: 3)
    body.attribute("height", rounded(rect.maxY) - rounded(rect.y), decimals: 3)
    paint(fill, stroke)
    if crisp { body.append(" shape-rendering=\"crispEdges\"") }
    body.append("/>\n")
  }

  private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

  /// Discs without an outline are dots of a round pen: the shortest form that SVG has.
  private mutating func write(_ centres: [Point], radius: Double, _ fill: Color?, _ stroke: Stroke?) {
    guard !centres.isEmpty, fill != nil || stroke != nil else { return }
    if let fill, stroke == nil {
      let pen = Stroke(fill, width: radius * 2, cap: .round)
      if fill.opacity >= 1 {
        body.append("<path d=\"")
        for centre in centres {
          append("M", centre)
          body.append("h0")
        }
        body.append("\"")
        paint(nil, pen)
        body.append("/>\n")
      } else {
        body.append("<g")
        paint(nil, pen)
        body.append(">\n")
        for centre in centres {
          body.append("<path d=\"")
          append("M", centre)
          body.append("h0\"/>\n")
        }
        body.append("</g>\n")
      }
      return
    }
    body.append("<g")
    paint(fill, stroke)
    body.append(">\n")
    for centre in centres {
      body.append("<circle")
      body.attribute("cx", centre.x)
      body.attribute("cy", centre.y)
      body.attribute("r", radius, decimals: 3)
      body.append("/>\n")
    }
    body.append("</g>\n")
  }

  private mutating func paint(_ fill: Color?, _ stroke: Stroke?) {
    if let fill {
      paint("fill", "fill-opacity", fill)
    } else {
      body.append(" fill=\"none\"")
    }
    guard let stroke else { return }
    paint("stroke", "stroke-opacity", stroke.color)
    body.attribute("stroke-width", stroke.width, decimals: 3)
    if stroke.cap != .butt { body.attribute("stroke-linecap", plain: stroke.cap.rawValue) }
    body.append(" stroke-linejoin=\"round\"")
    if stroke.dash.contains(where: { $0 > 0 }) {
      body.append(" stroke-dasharray=\"")
      for (place, length) in stroke.dash.enumerated() {
        if place > 0 { body.append(" ") }
        body.append(length, decimals: 3)
      }
      body.append("\"")
    }
  }

  private mutating func paint(_ name: StaticString, _ opacityName: StaticString, _ color: Color) {
    body.attribute(name, plain: color.hex)
    if color.opacity < 1 { body.attribute(opacityName, max(0, color.opacity), decimals: 3) }
  }

  private mutating func clip(_ rect: Rect) -> String {
    if let id = clips[rect] { return id }
    let id = "\(prefix)-c\(counts.clips)"
    counts.clips += 1
    clips[rect] = id
    definitions.append(plain: "<clipPath id=\"\(id)\"><rect")
    definitions.attribute("x", rect.x, decimals: 3)
    definitions.attribute("y", rect.y, decimals: 3)
    definitions.attribute("width", rect.width, decimals: 3)
    definitions.attribute("height", rect.height, decimals: 3)
    definitions.append("/></clipPath>\n")
    return id
  }

  private mutating func write(_ image: PixelImage, in rect: Rect) throws(RenderError) {
    guard image.width > 0, image.height > 0, rect.width > 0, rect.height > 0 else { return }
    let file = try renderer.withTools { tools throws(RenderError) in
      try PNGFile.bytes(
        of: image, enlargement: image.isSmooth ? 1 : image.enlargement, figure: list.id, tools)
    }
    body.append("<image")
    body.attribute("x", rect.x, decimals: 3)
    body.attribute("y", rect.y, decimals: 3)
    body.attribute("width", rect.width, decimals: 3)
    body.attribute("height", rect.height, decimals: 3)
    body.append(" preserveAspectRatio=\"none\"")
    if !image.isSmooth { body.append(" image-rendering=\"optimizeSpeed\" style=\"image-rendering:pixelated\"") }
    body.append(" href=\"data:image/png;base64,")
    body.append(plain: Data(file).base64EncodedString())
    body.append("\"/>\n")
  }

  // MARK: Text

  private mutating func write(_ run: TextRun) {
    let text = renderer.shape(run.text, in: run.font)
    guard run.font.size > 0, let id = line(TextKey(run.text, run.font), text) else { return }
    let offset = renderer.origin(of: run, text)
    let (cosine, sine) = run.direction
    let scale = run.font.size / 1000
    body.append("<use")
    body.attribute("href", plain: "#\(id)")
    body.append(" transform=\"matrix(")
    for value in [cosine * scale, sine * scale, -sine * scale, cosine * scale] {
      body.append(value, decimals: 6)
      body.append(" ")
    }
    body.append(run.position.x + offset.x * cosine - offset.y * sine, decimals: 3)
    body.append(" ")
    body.append(run.position.y + offset.x * sine + offset.y * cosine, decimals: 3)
    body.append(")\"")
    if run.color.hex != "#000" || run.color.opacity < 1 { paint("fill", "fill-opacity", run.color) }
    body.append("/>\n")
  }

  /// The id of a line of text in thousandths of an em; nil where nothing of it is seen.
  private mutating func line(_ key: TextKey, _ text: ShapedText) -> String? {
    if let known = lines[key] { return known }
    var uses = SVGText()
    for run in text.runs {
      for placed in run.glyphs {
        guard let glyph = glyph(run.face, placed.id) else { continue }
        uses.append("<use")
        uses.attribute("href", plain: "#\(glyph)")
        if run.scale == 1 {
          if placed.x != 0 { uses.attribute("x", placed.x * 1000, decimals: 0) }
          if placed.y != 0 { uses.attribute("y", placed.y * 1000, decimals: 0) }
        } else {
          uses.append(" transform=\"translate(")
          uses.append(placed.x * 1000, decimals: 0)
          uses.append(" ")
          uses.append(placed.y * 1000, decimals: 0)
          uses.append(")scale(")
          uses.append(run.scale, decimals: 3)
          uses.append(")\"")
        }
        uses.append("/>")
      }
    }
    var id: String?
    if !uses.bytes.isEmpty {
      let name = "\(prefix)-t\(counts.lines)"
      counts.lines += 1
      definitions.append(plain: "<g id=\"\(name)\">")
      definitions.append(uses)
      definitions.append("</g>\n")
      id = name
    }
    lines[key] = .some(id)
    return id
  }

  private mutating func glyph(_ face: Int, _ glyph: UInt32) -> String? {
    let key = GlyphKey(face: face, glyph: glyph)
    if let known = glyphs[key] { return known }
    let data = renderer.outlines.pathData(face: face, glyph: glyph)
    var id: String?
    if !data.isEmpty {
      let name = "\(prefix)-g\(counts.glyphs)"
      counts.glyphs += 1
      definitions.append(plain: "<path id=\"\(name)\" d=\"")
      definitions.append(bytes: data)
      definitions.append("\"/>\n")
      id = name
    }
    glyphs[key] = .some(id)
    return id
  }
}

extension Color {
  /// `#rrggbb`, or `#rgb` where that is the same.
  var hex: String {
    let parts = [red, green, blue].map { String(UInt8((min(max($0, 0), 1) * 255).rounded()), radix: 16) }
      .map { $0.utf8.count == 1 ? "0\($0)" : $0 }
    guard parts.allSatisfy({ $0.first == $0.last }) else { return "#\(parts.joined())" }
    return "#\(parts.map { String($0.prefix(1)) }.joined())"
  }
}
