import CairoRenderer
import Drawing
import Foundation
import TestSupport
import Testing

@Suite("Memory", .serialized, .enabled(if: ProcessInfo.processInfo.environment["TOMOGRAPH_SPEED"] != nil))
struct MemoryTests {
  /// Resident memory of this process, in megabytes.
  private func resident() throws -> Double {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    return (text.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) * 4096 / 1e6
  }

  @Test("memory does not grow with the number of figures drawn")
  func growth() throws {
    let renderer = try Figures.renderer.get()
    func draw(_ count: Int) throws {
      for _ in 0..<count {
        for format in [Renderer.Format.svg, .png(dpi: 150), .pdf] {
          _ = try renderer.render(Figures.everything(), as: format)
        }
      }
    }
    try draw(20)
    let before = try resident()
    try draw(100)
    let after = try resident()
    print("memory: \(before) MB, then \(after) MB,")
    #expect(after - before < 10)
  }

  @Test("memory does not grow with the number of renderers made")
  func renderers() throws {
    func make(_ count: Int) throws {
      for _ in 0..<count {
        let renderer = try Renderer(fonts: Fixtures.root.appending(path: "fonts"))
        _ = try renderer.render(Figures.everything(), as: .pdf)
      }
    }
    try make(5)
    let before = try resident()
    try make(20)
    let after = try resident()
    print("renderers: \(before) MB, then \(after) MB,")
    #expect(after - before < 40)
  }
}
