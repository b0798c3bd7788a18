package import Drawing

/// Several plots on one page, in rows, each with a letter to be named by: a, b, c.
package struct Sheet: Sendable {
  package struct Cell: Sendable {
    package var plot: Plot
    /// Of the row's width, beside the shares of the others.
    package var share: Double

    package init(_ plot: Plot, share: Double = 1) {
      self.plot = plot
      self.share = share
    }
  }

  package var title: String
  package var rows: [[Cell]]
  package var hasLetters: Bool
  static let gap = 8.0

  package init(_ title: String, rows: [[Cell]], hasLetters: Bool = true) {
    self.title = title
    self.rows = rows
    self.hasLetters = hasLetters
  }

  /// Draws all on a page of a width. Plots of a row stand with the upper edges of their panels level; the titles of the
  /// plots stand beside their letters where the theme shows titles.
  package func displayList(
    id: String, width: Double, theme: Theme, measurer: any TextMeasurer, description: String = ""
  ) -> DisplayList {
    var inner = theme
    inner.showsTitle = false
    let letterFont = Font(theme.family, size: theme.labelSize + 1, weight: .bold)
    let letterHeight = hasLetters ? measurer.extent(of: "a", in: letterFont).height + 1 : 0
    var items: [DrawingItem] = []
    var notes: [String] = []
    var top = 0.0
    var letter = 0
    for row in rows where !row.isEmpty {
      let free = width - Self.gap * Double(row.count - 1)
      let shares = row.map(\.share).reduce(0, +)
      var layouts = row.map {
        PlotLayout($0.plot, width: free * $0.share / shares, theme: inner, measurer: measurer)
      }
      let lowest = layouts.map(\.panelTop).max() ?? 0
      for index in layouts.indices { layouts[index].lowered = lowest - layouts[index].panelTop }
      var left = 0.0
      var tallest = 0.0
      for (layout, cell) in zip(layouts, row) {
        if hasLetters {
          let name = Self.letter(letter)
          items.append(
            .text(TextRun(name, font: letterFont, color: theme.ink, at: Point(left + 3, top + 3), vertical: .top)))
          let start = measurer.extent(of: name, in: letterFont).width + 8
          if theme.showsTitle, !cell.plot.title.isEmpty {
            let text = fitted(cell.plot.title, theme.labelFont, width: layout.width - start - 4, measurer, isRich: true)
            let baseline = top + 3 + measurer.extent(of: name, in: letterFont).ascent
            let run = TextRun(text, font: theme.labelFont, color: theme.ink, at: Point(left + start, baseline))
            items += run.pieces(measurer).map { .text($0) }
          }
          letter += 1
        }
        let list = layout.draw(id: id, description: "")
        if !list.description.isEmpty { notes.append(list.description) }
        items += list.items.map { $0.moved(left, top + letterHeight) }
        tallest = max(tallest, list.size.height)
        left += layout.width + Self.gap
      }
      top += letterHeight + tallest + Self.gap
    }
    return DisplayList(
      id: id, size: Size(width, max(top - Self.gap, 1).rounded(.up)), background: theme.background, items: items,
      title: title, description: ([description] + notes).filter { !$0.isEmpty }.joined(separator: " "))
  }

  /// a … z, aa, ab …
  private static func letter(_ index: Int) -> String {
    let letter = String(Character(Unicode.Scalar(UInt8(97 + index % 26))))
    return index < 26 ? letter : Self.letter(index / 26 - 1) + letter
  }
}
