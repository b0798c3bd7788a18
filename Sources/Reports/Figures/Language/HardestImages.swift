import Drawing
import Plotting
import Results
import Support

/// The images that cost a classifier most, with their class and the one it names.
struct HardestImages: FigureContent {
  struct Item {
    var id: String
    var picture: PixelImage
    var label: String
    var named: String
  }

  let items: [Item]

  var title: String { phrase("hardestImages.title") }
  var what: String { phrase("hardestImages.what", ["count": items.count]) }
  var altText: String {
    items.map { phrase("hardestImages.one", ["id": $0.id, "label": $0.label, "named": $0.named]) }.joined(
      separator: " ")
  }
  var extent: Figure.Extent { .text }

  var plot: any Plottable {
    let (rows, columns) = (items[0].picture.height, items[0].picture.width)
    var plot = Plot(
      title, x: .hidden, y: .hidden, color: nil, shape: .square(rows: rows, columns: columns, largestSide: 120),
      columns: 4,
      panels: items.map { item in
        Plot.Panel(
          phrase("hardestImages.panel", ["label": item.label, "named": item.named]), [RasterMark(item.picture)])
      })
    plot.hasFrame = true
    return plot
  }

  var table: DataTable {
    DataTable([
      ("document", .texts(items.map(\.id))), ("class", .texts(items.map(\.label))),
      ("named", .texts(items.map(\.named))),
    ])
  }
}
