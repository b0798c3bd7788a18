import Drawing
import Foundation
import TestSupport
import Testing

@testable import CairoRenderer

@Suite("Strokes as masks") struct StrokeTests {
  let renderer: Renderer

  init() throws { renderer = try Figures.renderer.get() }

  /// How dark each pixel of a page of 40 × 40 pixels is, 0…1.
  private func darkness(_ items: [DrawingItem]) throws -> [Double] {
    try renderer.pixels(
      of: DisplayList(id: "s", size: Size(40, 40), background: .white, items: items), dpi: 72
    ).pixels.map { 1 - Double($0 & 255) / 255 }
  }

  private static let paths: [(name: String, elements: [PathElement])] = [
    ("a level line", [.move(Point(5, 12)), .line(Point(33, 12))]),
    ("a level line between pixels", [.move(Point(5.3, 12.5)), .line(Point(33.1, 12.5))]),
    ("an upright line", [.move(Point(20.25, 3)), .line(Point(20.25, 37))]),
    ("a slant", [.move(Point(4, 7)), .line(Point(35, 29))]),
    (
      "a zigzag",
      [.move(Point(4, 30)), .line(Point(12, 6)), .line(Point(20, 34)), .line(Point(28, 8)), .line(Point(36, 20))]
    ),
    ("a crossing", [.move(Point(4, 4)), .line(Point(36, 36)), .line(Point(36, 4)), .line(Point(4, 36))]),
    ("two stretches", [.move(Point(4, 4)), .line(Point(20, 9)), .move(Point(8, 30)), .line(Point(34, 22))]),
    ("a triangle", [.move(Point(6, 30)), .line(Point(20, 8)), .line(Point(34, 30)), .close]),
    ("a curve", [.move(Point(4, 34)), .curve(Point(4, 0), Point(36, 40), to: Point(36, 6))]),
    ("beyond the page", [.move(Point(-60, 20)), .line(Point(100, 25)), .line(Point(20, 300))]),
  ]

  /// Drawn by Cairo sixteen times as large, since a dash longer than any path leaves it to Cairo, and averaged.
  private func reference(_ elements: [PathElement], width: Double, cap: Stroke.Cap) throws -> [Double] {
    let page = try renderer.pixels(
      of: DisplayList(
        id: "s", size: Size(40, 40), background: .white,
        items: [.path(elements, fill: nil, stroke: Stroke(.black, width: width, dash: [10_000], cap: cap))]),
      dpi: 72 * 16)
    var darkness = [Double](repeating: 0, count: 1600)
    for (place, pixel) in page.pixels.enumerated() {
      darkness[place / 640 / 16 * 40 + place % 640 / 16] += (1 - Double(pixel & 255) / 255) / 256
    }
    return darkness
  }

  @Test(
    "A pixel is as dark as the part of it that the stroke covers", arguments: paths.indices, [0.4, 1, 2.3, 6])
  func coverage(path: Int, width: Double) throws {
    let elements = Self.paths[path].elements
    for cap in [Stroke.Cap.butt, .round, .square] {
      let own = try darkness([.path(elements, fill: nil, stroke: Stroke(.black, width: width, cap: cap))])
      let exact = try reference(elements, width: width, cap: cap)
      let (mass, expected) = (own.reduce(0, +), exact.reduce(0, +))
      #expect(abs(mass - expected) < 0.05 * expected + 0.5, "\(Self.paths[path].name), \(cap): \(mass) for \(expected)")
      let differences = zip(own, exact).map { abs($0 - $1) }
      #expect(differences.max() ?? 1 < 0.3, "\(Self.paths[path].name), \(cap)")
      #expect(differences.reduce(0, +) < 0.1 * expected + 0.8, "\(Self.paths[path].name), \(cap)")
    }
  }

  @Test("A translucent stroke is no darker where it crosses itself or its pieces join")
  func translucency() throws {
    let half = Color(red: 0, green: 0, blue: 0, opacity: 0.5)
    for (name, elements) in Self.paths {
      let found = try darkness([.path(elements, fill: nil, stroke: Stroke(half, width: 3))]).max() ?? 0
      #expect(abs(found - 0.5) < 0.01, "\(name)")
    }
  }

  @Test("Strokes are clipped, faded with their group, and leave nothing for the next")
  func groups() throws {
    let line = DrawingItem.path(
      [.move(Point(0, 20)), .line(Point(40, 20))], fill: nil, stroke: Stroke(.black, width: 4))
    let clipped = try darkness([.group([line], clip: Rect(10, 0, 10, 40), opacity: 0.5)])
    #expect(clipped.enumerated().allSatisfy { $0.element == 0 || (10..<20).contains($0.offset % 40) })
    #expect(abs(clipped.reduce(0, +) - 20) < 0.5)
    #expect(try darkness([]).allSatisfy { $0 == 0 })
    #expect(try darkness([line]) == darkness([line]))
  }
}
