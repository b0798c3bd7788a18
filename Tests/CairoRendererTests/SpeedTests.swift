import CairoRenderer
import Drawing
import Foundation
import TestSupport
import Testing

/// Figures of the size that reports have, drawn by the clock; run where `TOMOGRAPH_SPEED` is set.
@Suite("Speed", .serialized, .enabled(if: ProcessInfo.processInfo.environment["TOMOGRAPH_SPEED"] != nil))
struct SpeedTests {
  static func scatter(opacity: Double) -> DisplayList {
    var random = SystemRandomNumberGenerator()
    let points = (0..<5000).map { _ in
      Point(.random(in: 20...380, using: &random), .random(in: 20...280, using: &random))
    }
    return DisplayList(
      id: "scatter", size: Size(400, 300), background: .white,
      items: [.discs(points, radius: 2, fill: Color(hex: 0x1F77B4, opacity: opacity), stroke: nil)])
  }

  static func sheet() -> DisplayList {
    var items: [DrawingItem] = []
    for map in 0..<12 {
      let left = 40 + Double(map % 4) * 180
      let top = 40 + Double(map / 4) * 180
      var pixels: [UInt8] = []
      for cell in 0..<64 * 64 {
        let value = UInt8((cell % 64) * (cell / 64) * 255 / (63 * 63))
        pixels += [value, UInt8(map * 20), 255 - value, 255]
      }
      items.append(.image(PixelImage(width: 64, height: 64, pixels: pixels), in: Rect(left, top, 140, 140)))
      for token in 0..<64 {
        let word = ["the", "attention", "of", "Ġmodels", "token\(token)"][token % 5]
        let at = (Double(token) + 0.5) * 140 / 64
        items.append(
          .text(
            TextRun(
              word, font: Font(size: 4), color: .black, at: Point(left + at, top + 142), horizontal: .end,
              vertical: .middle, rotation: -90)))
        items.append(
          .text(
            TextRun(
              word, font: Font(size: 4), color: .black, at: Point(left - 2, top + at), horizontal: .end,
              vertical: .middle)))
      }
    }
    return DisplayList(id: "sheet", size: Size(780, 600), background: .white, items: items)
  }

  /// Of this thread, in milliseconds: what others do on the machine does not count.
  static func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }

  enum Figure: String, CaseIterable {
    case scatter, translucentScatter, sheet

    var list: DisplayList {
      switch self {
      case .scatter: SpeedTests.scatter(opacity: 1)
      case .translucentScatter: SpeedTests.scatter(opacity: 0.5)
      case .sheet: SpeedTests.sheet()
      }
    }
  }

  @Test("a renderer is ready in well under 300 ms")
  func start() throws {
    let start = Self.processorTime()
    let renderer = try Renderer(fonts: Fixtures.root.appending(path: "fonts"))
    let ready = Self.processorTime() - start
    _ = renderer.extent(of: "a注س", in: Font(size: 9))
    let measured = Self.processorTime() - start
    print("start: fonts \(ready) ms, first measure \(measured) ms,")
    #expect(measured < 300)
  }

  @Test("a figure takes well under 100 ms of processor time", arguments: Figure.allCases)
  func speed(figure: Figure) throws {
    let renderer = try Figures.renderer.get()
    let list = figure.list
    for (format, kind) in [("png", Renderer.Format.png(dpi: 150)), ("svg", .svg), ("pdf", .pdf)] {
      var times: [Double] = []
      var count = 0
      for _ in 0..<8 {
        let start = Self.processorTime()
        count = try renderer.render(list, as: kind).count
        times.append(Self.processorTime() - start)
      }
      let best = times.dropFirst().min() ?? 0
      print("\(figure) \(format): first \(times[0]) ms, then \(best) ms, \(count) bytes")
      #expect(best < 100)
    }
  }
}
