package import Drawing

/// Several plots on one page, in rows, each with a letter to be named by: a, b, c.
package struct Sheet: Sendable {
  package struct Cell: Sendable {
    package var plot: Plot
    /// Of the row's width, beside the shares of the others.
    package var share: Double
    /// Its y axis is that of the plot left of it, and shown only where it begins a row.
    package var sharesY: Bool

    package init(_ plot: Plot, share: Double = 1, sharesY: Bool = false) {
      self.plot = plot
      self.share = share
      self.sharesY = sharesY
    }
  }

  package var title: String
  package var rows: [[Cell]]
  package var hasLetters: Bool
  /// Rows are broken where a plot would be narrower than this, in points.
  package var narrowest = 0.0
  static let gap = 8.0

  package init(_ title: String, rows: [[Cell]], hasLetters: Bool = true) {
    self.title = title
    self.rows = rows
    self.hasLetters = hasLetters
  }

  /// The rows in as few parts of equally many plots as leave each plot its room on a page of a width.
  private func rows(on width: Double) -> [[Cell]] {
    rows.flatMap { row -> [[Cell]] in
      for count in 1...max(row.count, 1) {
        let size = (row.count + count - 1) / count
        let parts = stride(from: 0, to: row.count, by: max(size, 1)).map { Array(row[$0..<min($0 + size, row.count)]) }
        let fits = parts.allSatisfy { part in
          let free = width - Self.gap * Double(part.count - 1)
          return free * (part.map(\.share).min() ?? 0) / part.map(\.share).reduce(0, +) >= narrowest
        }
        if fits { return parts }
      }
      return row.map { [$0] }
    }.map { row in
      row.enumerated().map { index, cell in
        var cell = cell
        if cell.sharesY, index > 0 { cell.plot.y.isHidden = true }
        return cell
      }
    }
  }

  /// Draws all on a page of a width. Plots of a row stand with the upper edges of their panels level, and with the lower
  /// ones where their shapes agree; in rows of equal parts, panels below one another begin and end alike. The titles of
  /// the plots stand beside their letters where the theme shows titles.
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
    if theme.showsTitle, !title.isEmpty {
      for line in wrapped(title, theme.titleFont, width: width - 6, lines: 3, measurer) {
        let run = TextRun(line, font: theme.titleFont, color: theme.ink, at: Point(3, top + 3), vertical: .top)
        items += run.pieces(measurer).map { .text($0) }
        top += measurer.extent(of: line, in: theme.titleFont).height
      }
      top += Self.gap
    }
    var letter = 0
    let rows = rows(on: width).filter { !$0.isEmpty }
    for (row, aligned) in zip(rows, layouts(rows, width: width, theme: inner, measurer)) {
      var layouts = aligned
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

  /// The plots of each row, their panels in line with those beside and below.
  private func layouts(
    _ rows: [[Cell]], width: Double, theme: Theme, _ measurer: any TextMeasurer
  ) -> [[PlotLayout]] {
    func widths(_ row: [Cell]) -> [Double] {
      let free = width - Self.gap * Double(row.count - 1)
      let shares = row.map(\.share).reduce(0, +)
      return row.map { free * $0.share / shares }
    }
    var layouts = rows.map { row in
      zip(row, widths(row)).map { PlotLayout($0.plot, width: $1, theme: theme, measurer: measurer) }
    }
    for (index, row) in rows.enumerated() {
      let peers = rows.indices.filter { rows[$0].map(\.share) == row.map(\.share) }
      let margins = row.indices.map { column in
        (
          left: peers.map { layouts[$0][column].margins.left }.max() ?? 0,
          right: peers.map { layouts[$0][column].margins.right }.max() ?? 0
        )
      }
      if peers.count > 1 {
        layouts[index] = row.indices.map {
          PlotLayout(
            row[$0].plot, width: layouts[index][$0].width, theme: theme, measurer: measurer, least: margins[$0])
        }
      }
      layouts[index] = row.indices.map { column in
        guard let height = height(of: column, in: row, layouts[index]) else { return layouts[index][column] }
        return PlotLayout(
          row[column].plot, width: layouts[index][column].width, theme: theme, measurer: measurer,
          least: peers.count > 1 ? margins[column] : (0, 0), panelHeight: height)
      }
    }
    return layouts
  }

  /// The height of the tallest panel in a row among those of the same shape; nil where there is no other.
  private func height(of column: Int, in row: [Cell], _ layouts: [PlotLayout]) -> Double? {
    guard case .ratio = row[column].plot.shape else { return nil }
    let peers = row.indices.filter {
      row[$0].plot.shape == row[column].plot.shape && row[$0].share == row[column].share
        && row[$0].plot.panels.count == row[column].plot.panels.count
    }
    return peers.count > 1 ? peers.map { layouts[$0].panel.height }.max() : nil
  }

  /// a … z, aa, ab …
  private static func letter(_ index: Int) -> String {
    let letter = String(Character(Unicode.Scalar(UInt8(97 + index % 26))))
    return index < 26 ? letter : Self.letter(index / 26 - 1) + letter
  }
}
