import Drawing
import TestSupport
import Testing

@testable import CairoRenderer

@Suite("Pixels") struct PixelTests {
  let renderer: Renderer

  init() throws { renderer = try Figures.renderer.get() }

  private func raster(
    _ items: [DrawingItem], width: Double = 20, height: Double = 20, dpi: Double = 72, background: Color? = .white
  ) throws -> Raster {
    try renderer.pixels(
      of:
        DisplayList(id: "p", size: Size(width, height), background: background, items: items), dpi: dpi)
  }

  @Test("crisp cells of any size have no seams and no mixed colours", arguments: [72.0, 96, 150, 301])
  func crisp(dpi: Double) throws {
    var items: [DrawingItem] = []
    let colors: [UInt32] = [0x102030, 0x405060]
    for row in 0..<7 {
      for column in 0..<7 {
        items.append(
          .rect(
            Rect(Double(column) * 20 / 7, Double(row) * 20 / 7, 20.0 / 7, 20.0 / 7),
            fill: Color(hex: colors[(row + column) % 2]), stroke: nil, crisp: true))
      }
    }
    #expect(Set(try raster(items, dpi: dpi).pixels) == [0xFF10_2030, 0xFF40_5060])
  }

  @Test("images keep their cells' colours and sizes at any scale", arguments: [72.0, 100, 150, 301])
  func image(dpi: Double) throws {
    var cells: [UInt8] = []
    for cell in 0..<12 { cells += [UInt8(cell * 20), 7, 9, 255] }
    let page = try raster(
      [.image(PixelImage(width: 4, height: 3, pixels: cells), in: Rect(0.3, 0.2, 19.1, 19.4))], dpi: dpi)
    var counts: [UInt32: Int] = [:]
    for pixel in page.pixels { counts[pixel, default: 0] += 1 }
    counts[0xFFFF_FFFF] = nil
    #expect(counts.count == 12)
    let expected = 19.1 * 19.4 * (dpi / 72) * (dpi / 72) / 12
    #expect(counts.values.allSatisfy { abs(Double($0) / expected - 1) < 0.35 })
  }

  @Test("an odd crisp outline covers whole pixels only")
  func outline() throws {
    let page = try raster([
      .rect(Rect(4.3, 4.3, 10, 10), fill: nil, stroke: Stroke(.black, width: 1), crisp: true)
    ])
    #expect(Set(page.pixels) == [0xFF00_0000, 0xFFFF_FFFF])
    #expect(page.pixels.count { $0 == 0xFF00_0000 } == 40)
  }

  @Test("a group is clipped and faded as one")
  func group() throws {
    let square = Rect(0, 0, 20, 20)
    let page = try raster([
      .group(
        [
          .rect(square, fill: Color(hex: 0xFF0000), stroke: nil, crisp: true),
          .discs([Point(10, 10)], radius: 30, fill: .black, stroke: nil),
          .discs([Point(10, 10)], radius: 12, fill: .black, stroke: nil),
        ], clip: Rect(5, 5, 10, 10), opacity: 0.5)
    ])
    #expect(Set(page.pixels) == [0xFF80_8080, 0xFFFF_FFFF] || Set(page.pixels) == [0xFF7F_7F7F, 0xFFFF_FFFF])
    #expect(page.pixels.count { $0 == 0xFFFF_FFFF } == 300)
  }

  @Test("stamped discs have the area and centre of round ones", arguments: [1.0, 2.5, 7], [0.0, 0.3, 0.5])
  func discs(radius: Double, shift: Double) throws {
    for (fill, stroke, outer, inner) in [
      (Color.black as Color?, nil as Stroke?, radius, 0.0),
      (nil, Stroke(.black, width: 0.8), radius + 0.4, radius - 0.4),
    ] {
      let page = try raster(
        [.discs([Point(10 + shift, 10 - shift)], radius: radius, fill: fill, stroke: stroke)], dpi: 144)
      var (area, x, y) = (0.0, 0.0, 0.0)
      for (place, pixel) in page.pixels.enumerated() {
        let covered = 1 - Double(pixel & 255) / 255
        area += covered / 4
        x += covered / 4 * (Double(place % page.width) + 0.5) / 2
        y += covered / 4 * (Double(place / page.width) + 0.5) / 2
      }
      #expect(abs(area / (.pi * (outer * outer - inner * inner)) - 1) < 0.04)
      #expect(abs(x / area - 10 - shift) < 0.07 && abs(y / area - 10 + shift) < 0.07)
    }
  }

  @Test("translucent discs darken where they overlap, on clear pages too")
  func overlap() throws {
    let half = Color(red: 0, green: 0, blue: 0, opacity: 0.5)
    let page = try raster(
      [.discs([Point(10, 10), Point(10, 10)], radius: 6, fill: half, stroke: nil)], background: nil)
    #expect(page.pixels[10 * 20 + 10] >> 24 == 191 || page.pixels[10 * 20 + 10] >> 24 == 192)
    #expect(page.pixels[0] == 0)
  }
}
