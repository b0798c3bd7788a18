import CairoRenderer
import Drawing
import Foundation
import Plotting
import Reports
import Results
import TestSupport

/// One thing to be looked at: a mark, or a figure with its words and numbers.
struct Exhibit {
  var id: String
  var title: String
  var caption: String?
  var altText: String
  var table: DataTable?
  /// In points, as in print.
  var width: Double
  var draw: (Theme, any TextMeasurer) -> DisplayList

  init(_ sample: SamplePlots.Sample) {
    id = sample.name
    title = sample.name
    let width = sample.isWide ? 486.0 : 234
    self.width = width
    draw = { theme, measurer in sample.displayList(width: width, theme: theme, measurer: measurer) }
    altText = "Sample data."
  }

  init(_ figure: Figure) {
    id = figure.id
    title = figure.title
    caption = figure.caption.full
    altText = figure.altText
    table = figure.table
    let width = FigureRendition.paperWidth(figure)
    self.width = width
    draw = { theme, measurer in figure.displayList(theme: theme, width: width, measurer: measurer) }
  }
}

/// Files of all exhibits in a folder, and the page `index.html` that shows them.
struct Gallery {
  let folder: URL
  let renderer: Renderer
  /// Empty for all.
  let only: [String]

  static let themes: [Theme] = [.paper, .screen, .dark]

  private var rooms: [(title: String, words: String, exhibits: [Exhibit])] {
    var run = SampleResults.make(layers: 12, heads: 12, length: 16, isCausal: true)
    run.analyses += SampleResults.more(layers: 12)
    let results = FigureCatalog.figures(of: run)
    let rooms: [(title: String, words: String, exhibits: [Exhibit])] = [
      (
        "Figures of the field", "The types of figure by themselves, at the sizes that models and texts have.",
        SampleFigures.all.map(Exhibit.init)
      ),
      (
        "Figures of a run", "What a report draws, of a made-up run.",
        results.map { figure in
          var exhibit = Exhibit(figure)
          exhibit.id = "run-\(figure.id)"
          exhibit.caption = "Sample data. \(figure.caption.full)"
          return exhibit
        }
      ),
      ("Marks, scales and compositions", "What figures are made of.", SamplePlots.all.map(Exhibit.init)),
    ]
    return rooms.map { room in
      (room.title, room.words, room.exhibits.filter { only.isEmpty || only.contains($0.id) })
    }
  }

  func write() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let rooms = rooms
    for exhibit in rooms.flatMap(\.exhibits) { try write(exhibit) }
    try put(Array(page(rooms).utf8), "index.html")
  }

  private func write(_ exhibit: Exhibit) throws {
    for theme in Self.themes {
      let list = exhibit.draw(theme, renderer)
      try put(try renderer.render(list, as: .svg), "\(exhibit.id)-\(theme.name).svg")
      guard theme == .paper else { continue }
      try put(try renderer.render(list, as: .pdf), "\(exhibit.id).pdf")
      try put(try renderer.render(list, as: .png(dpi: 200)), "\(exhibit.id).png")
    }
    if let table = exhibit.table { try put(Array(table.csv.utf8), "\(exhibit.id).csv") }
  }

  private func put(_ bytes: [UInt8], _ name: String) throws { try Data(bytes).write(to: folder.appending(path: name)) }

  // MARK: Page

  private func page(_ rooms: [(title: String, words: String, exhibits: [Exhibit])]) -> String {
    var html = """
      <!doctype html>
      <html lang="en">
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>Tomograph: marks and figures</title>
      <style>
      :root { color-scheme: light dark; --ground: #fff; --ink: #1f2328; --muted: #59636e; --edge: #d1d9e0 }
      @media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --ink: #e6edf3; --muted: #9198a1; --edge: #3d444d } }
      body { background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem }
      h2 { margin-top: 3rem; border-bottom: 1px solid var(--edge) }
      h3 { margin: 2.5rem 0 .5rem }
      .themes { display: flex; flex-wrap: wrap; gap: 1rem; align-items: start }
      .themes figure { margin: 0; max-width: 100% }
      .themes figcaption, .words { color: var(--muted); font-size: 13px }
      img { display: block; max-width: 100%; height: auto; border: 1px solid var(--edge) }
      .words { max-width: 60rem; margin: .5rem 0 } .words b { font-weight: 600; color: var(--ink) }
      a { color: inherit } nav a { margin-right: .8em; font-size: 13px; display: inline-block }
      </style>
      <h1>Marks and figures</h1>
      <p>All numbers are seeded sample data and show no finding.</p>

      """
    for room in rooms where !room.exhibits.isEmpty {
      html += "<h2>\(room.title)</h2>\n<p>\(room.words)</p>\n<nav>"
      html += room.exhibits.map { "<a href=\"#\($0.id)\">\($0.id)</a>" }.joined(separator: "\n") + "</nav>\n"
      for exhibit in room.exhibits { html += section(exhibit) }
    }
    return html + "</html>\n"
  }

  private func section(_ exhibit: Exhibit) -> String {
    let id = exhibit.id
    let alt = Escaping.html(exhibit.altText)
    var html = "<section id=\"\(id)\">\n<h3>\(Escaping.html(exhibit.title))</h3>\n<div class=\"themes\">\n"
    for theme in Self.themes.map(\.name) {
      html +=
        "<figure><img src=\"\(id)-\(theme).svg\" width=\"\(Int(exhibit.width * 4 / 3))\" alt=\"\(alt)\" loading=\"lazy\">"
      html += "<figcaption>\(theme), <a href=\"\(id)-\(theme).svg\">SVG</a></figcaption></figure>\n"
    }
    html += "</div>\n"
    if let caption = exhibit.caption {
      html += "<p class=\"words\"><b>Caption.</b> \(Escaping.html(caption))</p>\n"
      html += "<p class=\"words\"><b>Alternative text.</b> \(alt)</p>\n"
    }
    html += "<p class=\"words\"><a href=\"\(id).pdf\">PDF</a> <a href=\"\(id).png\">PNG</a>"
    return html + (exhibit.table == nil ? "" : " <a href=\"\(id).csv\">CSV</a>") + "</p>\n</section>\n"
  }
}
