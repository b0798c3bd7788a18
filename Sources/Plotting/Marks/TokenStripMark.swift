package import Drawing

/// Tokens of a text in reading order, each on a ground of its reading's colour, wrapped like a paragraph. Right-to-left
/// tokens run from the right, alone or within a line of others.
package struct TokenStripMark: Mark {
  package var tokens: [TokenText]
  package var values: [PlotValue]
  /// In the theme's tick size times this.
  package var scale: Double

  package init(_ tokens: [TokenText], values: [PlotValue], scale: Double = 1.1) {
    precondition(tokens.count == values.count)
    self.tokens = tokens
    self.values = values
    self.scale = scale
  }

  package func values(of channel: Channel) -> [PlotValue] { channel == .color ? values : [] }

  package func legend(theme: Theme) -> [LegendEntry] {
    PlotValue.gaps.filter(Set(values.filter { $0.gap != nil }).contains).map { LegendEntry(.gap($0), $0.gap ?? "") }
  }

  package func height(width: Double, theme: Theme, measurer: any TextMeasurer) -> Double? {
    let lines = lines(width: width, theme: theme, measurer)
    return max(1, Double(lines.count)) * lineHeight(theme, measurer)
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    let font = font(frame.theme)
    let height = lineHeight(frame.theme, frame.measurer)
    let isRightToLeft = self.isRightToLeft
    for (row, line) in lines(width: frame.area.width, theme: frame.theme, frame.measurer).enumerated() {
      let top = frame.area.y + Double(row) * height
      let length = line.reduce(0) { $0 + $1.gap + $1.width }
      var x = isRightToLeft ? frame.area.maxX - length : frame.area.minX
      for piece in visual(line) {
        x += piece.isReversed ? 0 : piece.box.gap
        let box = Rect(x, top + 1.5, piece.box.width, height - 3)
        x += piece.box.width + (piece.isReversed ? piece.box.gap : 0)
        let reading = values[piece.box.token]
        let fill = frame.color?.color(of: reading, theme: frame.theme)
        if let fill { items.append(.path(rounded(box, 1.5), fill: fill, stroke: nil)) }
        if reading.gap != nil {
          // Faint enough for the word to be read on it.
          items.append(.group(GapCell.items(reading, in: box, theme: frame.theme), clip: nil, opacity: 0.5))
        }
        items.append(
          .text(
            TextRun(
              piece.box.text, font: font, color: fill.map(frame.theme.readableInk) ?? frame.theme.ink,
              at: Point(box.midX, box.midY), horizontal: .middle, vertical: .middle)))
      }
    }
  }

  // MARK: Lines

  private struct Box {
    var token: Int
    var text: String
    /// Between it and the one before: a space of the text.
    var gap: Double
    var width: Double
  }

  private func font(_ theme: Theme) -> Font { Font(theme.family, size: theme.tickSize * scale) }

  private func lineHeight(_ theme: Theme, _ measurer: any TextMeasurer) -> Double {
    measurer.extent(of: "0", in: font(theme)).height + 6
  }

  /// A line is broken where a word begins, within a word only where it is longer than a line; a line end breaks it too.
  private func lines(width: Double, theme: Theme, _ measurer: any TextMeasurer) -> [[Box]] {
    let font = font(theme)
    let space = measurer.extent(of: "n", in: font).width * 0.55
    var lines: [[Box]] = [[]]
    var word: [Box] = []
    var length = 0.0
    func extent(_ boxes: [Box]) -> Double { boxes.reduce(0) { $0 + $1.gap + $1.width } }
    func put() {
      guard !word.isEmpty else { return }
      if length > 0, length + extent(word) > width {
        lines.append([])
        length = 0
      }
      for var box in word {
        if length == 0 { box.gap = 0 }
        if length > 0, length + box.gap + box.width > width {
          lines.append([])
          (length, box.gap) = (0, 0)
        }
        lines[lines.count - 1].append(box)
        length += box.gap + box.width
      }
      word = []
    }
    for (index, token) in tokens.enumerated() {
      let isSpaceOnly = token.body.isEmpty
      let startsWord = !token.lead.isEmpty
      if startsWord { put() }
      let text = fitted(isSpaceOnly ? token.lead : token.body, font, width: width - 4, measurer)
      let size = measurer.extent(of: text, in: font).width + 3.5
      word.append(Box(token: index, text: text, gap: startsWord && !isSpaceOnly ? space : 0.8, width: size))
      if token.body.contains("↵") {
        put()
        lines.append([])
        length = 0
      }
    }
    put()
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  // MARK: Direction

  /// Whether the first token that has a direction runs from right to left.
  private var isRightToLeft: Bool {
    for token in tokens { if let isReversed = Self.isReversed(token.body) { return isReversed } }
    return false
  }

  /// Nil for tokens of digits and signs alone.
  private static func isReversed(_ text: String) -> Bool? {
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x590...0x8FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFC, 0x10800...0x10FFF, 0x1E800...0x1EEFF: return true
      default: if scalar.properties.isAlphabetic { return false }
      }
    }
    return nil
  }

  /// A line's boxes from left to right: runs against the base direction are reversed, after Unicode's bidirectional
  /// algorithm with whole tokens in place of letters; those without a direction go with equal neighbours, else the base.
  private func visual(_ line: [Box]) -> [(box: Box, isReversed: Bool)] {
    let base = isRightToLeft
    var own = line.map { Self.isReversed(tokens[$0.token].body) }
    let isNumber = line.map { box in
      tokens[box.token].body.unicodeScalars.contains { $0.properties.numericType != nil }
    }
    // A number goes with left-to-right letters before it.
    for index in line.indices where own[index] == nil && isNumber[index] {
      if own[..<index].last(where: { $0 != nil }) == .some(false) { own[index] = false }
    }
    let directions = line.indices.map { index -> Bool in
      if let direction = own[index] { return direction }
      let before = own[..<index].last { $0 != nil } ?? base
      let after = own[(index + 1)...].first { $0 != nil } ?? base
      return before == after ? before ?? base : base
    }
    var runs: [[Int]] = []
    for index in line.indices {
      if index > 0, directions[index] == directions[index - 1] {
        runs[runs.count - 1].append(index)
      } else {
        runs.append([index])
      }
    }
    if base { runs.reverse() }
    return runs.flatMap { run in
      let isReversed = directions[run[0]]
      guard isReversed else { return run.map { (line[$0], false) } }
      // Digits that follow each other keep their order.
      var numbers: [[Int]] = []
      for index in run {
        if isNumber[index], own[index] == nil, let last = numbers.last?.last, last == index - 1, isNumber[last],
          own[last] == nil
        {
          numbers[numbers.count - 1].append(index)
        } else {
          numbers.append([index])
        }
      }
      return numbers.reversed().joined().map { (line[$0], true) }
    }
  }
}
