import CairoRenderer
import Drawing
import Foundation
import Plotting
import Reports
import TestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("Files of every mark and composition")
struct SampleFileTests {
  private static let names = SamplePlots.all.map(\.name).filter { !$0.hasSuffix("-raster") }

  @Test("The SVG of each sample is the same from another renderer, with ids of its own", arguments: names)
  func svg(_ name: String) throws {
    let renderer = try Figures.renderer.get()
    let other = try Renderer(fonts: Fixtures.root.appending(path: "fonts"))
    let sample = try #require(SamplePlots.all.first { $0.name == name })
    let list = sample.displayList(width: 234, theme: .dark, measurer: renderer)
    let bytes = try renderer.render(list, as: .svg)
    #expect(try other.render(sample.displayList(width: 234, theme: .dark, measurer: other), as: .svg) == bytes)
    let parts = String(decoding: bytes, as: UTF8.self).components(separatedBy: " id=\"").dropFirst()
    let ids = parts.map { $0.prefix { $0 != "\"" } }
    #expect(Set(ids).count == ids.count)
    #expect(ids.allSatisfy { $0.hasPrefix(name) })
  }

  @Test("Each sample is drawn in pixels and as a page without a fault", arguments: names)
  func pages(_ name: String) throws {
    let renderer = try Figures.renderer.get()
    let sample = try #require(SamplePlots.all.first { $0.name == name })
    let list = sample.displayList(width: 234, theme: .paperSerif, measurer: renderer)
    #expect(try renderer.render(list, as: .png(dpi: 100)).count > 500)
    #expect(try renderer.render(list, as: .pdf) == renderer.render(list, as: .pdf))
    #expect(list.layoutFaults(renderer) == [] || sample.isWide)
  }
}

@Suite("Files of every figure of the field")
struct SampleFigureFileTests {
  @Test(
    "The SVG of a figure is a document of moderate size with ids of its own", arguments: SampleFigures.all.map(\.id))
  func svg(_ id: String) throws {
    let renderer = try Figures.renderer.get()
    let figure = try #require(SampleFigures.all.first { $0.id == id })
    let list = figure.displayList(theme: .paper, width: FigureRendition.paperWidth(figure), measurer: renderer)
    #expect(list.layoutFaults(renderer) == [])
    let bytes = try renderer.render(list, as: .svg)
    #expect(bytes.count < 1_200_000)
    let parts = String(decoding: bytes, as: UTF8.self).components(separatedBy: " id=\"").dropFirst()
    let ids = parts.map { $0.prefix { $0 != "\"" } }
    #expect(Set(ids).count == ids.count && ids.allSatisfy { $0.hasPrefix(id) })
    #expect(XMLParser(data: Data(bytes)).parse())
  }
}
