import Drawing
import Plotting
import TestSupport
import Testing

/// Every mark and composition of the gallery.
@Suite("Samples of every mark and composition")
struct SampleTests {
  /// Dots drawn as pixels depend on the last bits of the C library: their image is judged by its properties below. The
  /// view of 1,024 heads is only more of that of 144.
  static let goldens = SamplePlots.all.map(\.name).filter { !["dots-raster", "model-view-32"].contains($0) }

  private static func list(_ name: String, _ theme: Theme, _ width: Double) throws -> DisplayList {
    let sample = try #require(SamplePlots.all.first { $0.name == name })
    return sample.displayList(width: width, theme: theme, measurer: FixedAdvance(advance: 0.55))
  }

  @Test("Each sample is drawn as its text says", arguments: goldens)
  func golden(_ name: String) throws {
    let sample = try #require(SamplePlots.all.first { $0.name == name })
    let list = try Self.list(name, .screen, sample.isWide ? 486 : 234)
    #expect(Golden.difference(of: list.listing, from: "Plotting/samples/\(name).txt") == nil)
  }

  @Test(
    "No words overlap, are cut or cover data, in any theme and at any width", arguments: SamplePlots.all.map(\.name))
  func layout(_ name: String) throws {
    let sample = try #require(SamplePlots.all.first { $0.name == name })
    for theme in Theme.all + [.paperSerif] {
      if name.hasSuffix("-raster"), theme != .paper { continue }
      for width in sample.isWide ? [486.0, 700] : name.hasSuffix("-raster") ? [234] : [200, 234, 340, 528] {
        let list = try Self.list(name, theme, width)
        #expect(list.layoutFaults(FixedAdvance(advance: 0.55)) == [], "\(name) at \(width) in \(theme.name)")
        #expect(list.size.width == width)
      }
    }
  }

  @Test("Names are unique, and so are figures of one name drawn twice alike")
  func names() throws {
    #expect(Set(SamplePlots.all.map(\.name)).count == SamplePlots.all.count)
    #expect(try Self.list("labels", .dark, 300) == Self.list("labels", .dark, 300))
  }

  @Test("Many dots are one image in vector axes, said in the description")
  func largeData() throws {
    let list = try Self.list("dots-raster", .paper, 234)
    #expect(list.description == "Sample data. 30,000 dots are drawn as one image at 300 dpi.")
    let groups = list.items.compactMap { if case .group(let items, _, _) = $0 { items } else { nil } }
    let (image, rect) = try #require(
      groups.joined().compactMap { if case .image(let image, let rect) = $0 { (image, rect) } else { nil } }.first)
    #expect(abs(Double(image.width) / rect.width - 300 / 72) < 1e-9)
    #expect(image.isSmooth)
    let covered = stride(from: 3, to: image.pixels.count, by: 4).count { image.pixels[$0] > 0 }
    #expect(covered > 10_000 && covered < image.width * image.height / 2)
    #expect(!groups.joined().contains { if case .discs = $0 { true } else { false } })
  }

  @Test("Dots are counted over all marks and panels")
  func manySmallMarks() {
    func list(_ count: Int) -> DisplayList {
      let numbers = (0..<count).map { PlotValue(Double($0)) }
      return Plot(
        "a", x: Axis(.linear, "x"), y: Axis(.linear, "y"), shape: .ratio(1), columns: 2,
        panels: (0..<4).map { Plot.Panel("\($0)", [DotMark(x: numbers, y: numbers)]) }
      ).displayList(id: "a", width: 234, theme: .paper, measurer: FixedAdvance())
    }
    #expect(list(6000).description == "24,000 dots are drawn as images at 300 dpi.")
    #expect(!list(6000).listing.contains("discs") && list(6000).listing.contains("image "))
    #expect(list(5000).description == "" && list(5000).listing.contains("discs"))
  }

  @Test("Fewer cells than a page has pixels keep a pixel each, more are averaged")
  func reduction() throws {
    let list = try Self.list("cells-raster", .paper, 234)
    #expect(list.description.hasSuffix("160,000 cells are drawn as one image of at most 300 dpi."))
    #expect(list.listing.contains("image 400x400"))
    var coarse = Theme.paper
    coarse.rasterDPI = 72
    let reduced = try Self.list("cells-raster", coarse, 234)
    #expect(!reduced.listing.contains("image 400x400"))
  }
}
