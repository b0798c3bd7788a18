package import Drawing
package import Foundation
internal import Synchronization

/// Draws display lists, and says how large text will be. May be used by several threads at once.
package final class Renderer: TextMeasurer, Sendable {
  package enum Format: Hashable, Sendable {
    case svg
    /// Pixels: a page of `size` points is `size · dpi / 72` pixels, rounded.
    case png(dpi: Double)
    case pdf
  }

  let typefaces: Typefaces
  // Pango opens its fonts through Cairo by pattern, which is safe for one thread at a time only (see `Typefaces`).
  private static let pango = Mutex(())
  private let shaper: Shaper
  // One for every thread that draws at the same time, kept for the next.
  private let tools = Mutex<[PixelTools]>([])
  private let shaped = Mutex<[TextKey: ShapedText]>([:])
  let outlines: GlyphOutlines

  /// The renderer of the fonts in a folder. Throws `RenderError.fonts`.
  package init(fonts: URL) throws {
    typefaces = try Self.pango.withLock { _ in try Typefaces(folder: fonts) }
    shaper = Self.pango.withLock { [typefaces] _ in Shaper(typefaces) }
    outlines = GlyphOutlines(typefaces)
  }

  /// The bytes of the figure's file; the same for the same list, whatever was drawn before or beside it.
  ///
  /// Throws `RenderError` for pages of absurd size, for coordinates that are no numbers, and where Cairo or libpng fail.
  package func render(_ list: DisplayList, as format: Format) throws -> [UInt8] {
    try list.check()
    switch format {
    case .svg: return try SVGWriter(list, renderer: self).bytes()
    case .png(let dpi): return try renderPNG(list, dpi: dpi)
    case .pdf: return try renderPDF(list)
    }
  }

  package func extent(of text: String, in font: Font) -> TextExtent {
    let metrics = typefaces.lineMetrics(for: font.family)
    return TextExtent(
      width: shape(text, in: font).width * font.size, ascent: metrics.ascent * font.size,
      descent: metrics.descent * font.size)
  }

  /// Lends tools to a thread while it draws a page.
  func withTools<Failure: Error, Result>(_ body: (PixelTools) throws(Failure) -> Result) throws(Failure) -> Result {
    let mine = tools.withLock { $0.popLast() } ?? PixelTools(typefaces)
    defer { tools.withLock { $0.append(mine) } }
    return try body(mine)
  }

  /// The glyphs of a text, from the cache where it was set before.
  func shape(_ text: String, in font: Font) -> ShapedText {
    let key = TextKey(text, font)
    if let known = shaped.withLock({ $0[key] }) { return known }
    let segments = TextSegments(text, chain: typefaces.chain(for: font), covers: typefaces.covers)
    let result = Self.pango.withLock { _ in shaper.shape(segments) }
    shaped.withLock {
      if $0.count >= 1 << 16 { $0.removeAll() }
      $0[key] = result
    }
    return result
  }

  /// Where the start of a text's baseline lies, from the position it is anchored to and before it is turned.
  func origin(of run: TextRun, _ text: ShapedText) -> Point {
    let metrics = typefaces.lineMetrics(for: run.font.family)
    let x: Double =
      switch run.horizontal {
      case .start: 0
      case .middle: -text.width / 2
      case .end: -text.width
      }
    let y: Double =
      switch run.vertical {
      case .top: metrics.ascent
      case .middle: (metrics.ascent - metrics.descent) / 2
      case .baseline: 0
      case .bottom: -metrics.descent
      }
    return Point(x * run.font.size, y * run.font.size)
  }
}
