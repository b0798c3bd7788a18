import CairoRenderer
import Drawing
import Foundation
import Plotting
import Synchronization
import TestSupport
import Testing

@testable import Commands
@testable import Reports

/// A plot that counts how often it is laid out.
private struct CountedPlot: Plottable {
  final class Count: Sendable { let layouts = Atomic(0) }

  var title = "counted"
  let count = Count()

  func displayList(
    id: String, width: Double, theme: Theme, measurer: any TextMeasurer, description: String
  ) -> DisplayList {
    count.layouts.add(1, ordering: .relaxed)
    return DisplayList(
      id: id, size: Size(width, 20), background: theme.background, items: [], title: title, description: description)
  }
}

@Suite("The forms of a figure")
struct FigureFormTests {
  @Test("A figure is laid out once for each theme and width, whatever the formats", arguments: [nil, "paper"])
  func laidOutOnce(theme: String?) throws {
    let assets = try Assets.find(option: Fixtures.root.path(percentEncoded: false))
    let renderer = try Renderer(assets: assets)
    let plot = CountedPlot()
    let figure = Figure(
      id: "counted", analysis: "none", title: "counted",
      caption: FigureCaption(full: "Counted.", what: "Counted.", subject: "none"), altText: "Nothing.", plot: plot,
      table: DataTable([]))
    let forms = FigureRendition.all(figure, isSmall: false, formats: FigureRendition.Format.allCases)
    let appearance = try Appearance(theme: theme, assets: assets)
    let files = try renderer.draw(figure, forms.map(\.rendition), appearance)
    #expect(forms.map(\.ending) == [".svg", "-dark.svg", "-narrow.svg", "-narrow-dark.svg", ".png", ".pdf"])
    // Screen and dark in two widths each, and paper; the one theme in three widths where it is chosen for all.
    #expect(plot.count.layouts.load(ordering: .relaxed) == (theme == nil ? 5 : 3))
    for (form, bytes) in zip(forms, files) {
      let rendition = form.rendition
      let alone = try renderer.draw(
        figure, as: rendition.format, theme: appearance.theme(of: rendition.theme), width: rendition.width, dpi: 150)
      #expect(bytes == alone, "\(form.ending)")
    }
  }
}
