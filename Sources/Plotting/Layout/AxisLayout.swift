import Drawing

/// An axis whose labels have been chosen for a length: as many as fit without touching, turned or shortened where
/// that helps.
struct AxisLayout {
  enum Side { case bottom, left, right, top }

  struct Label {
    /// In data: a number, or a category's index.
    var value: Double
    var text: TokenText
    /// The room the whole text takes along its own line.
    var width: Double
  }

  var side: Side
  var labels: [Label]
  /// Numbers marked by a shorter tick without a label.
  var minor: [Double] = []
  var font: Font
  /// Labels of a bottom axis that read upward.
  var isTurned = false
  var title: [String]
  /// From the area's edge to the outer end of labels and title.
  var depth: Double
  /// From the area's edge to the outer end of the labels alone.
  var labelDepth: Double
  /// How far labels reach over the area's ends, at its start and at its end.
  var overhang: (start: Double, end: Double) = (0, 0)
  var isNumber: Bool

  static let tickLength = 3.0
  /// Between tick and label.
  static let labelGap = 3.0
  static let titleGap = 4.0
}

extension AxisLayout {
  /// - Parameters:
  ///   - scale: from 0 to the length of the area, in the direction of the page.
  ///   - deepest: what the labels may take across the axis.
  init(
    _ axis: Axis, _ scale: PositionScale, side: Side, theme: Theme, measurer: any TextMeasurer, deepest: Double
  ) {
    self.side = side
    font = theme.tickFont
    labels = []
    title = []
    depth = 0
    labelDepth = 0
    isNumber = axis.labels == nil
    guard !axis.isHidden else { return }
    if let categories = axis.labels {
      chooseCategories(categories, scale, theme, measurer, deepest)
    } else {
      chooseNumbers(axis, scale, theme, measurer)
    }
    let height = measurer.extent(of: "0", in: font).height
    let isAcross = side == .left || side == .right || isTurned
    labelDepth =
      labels.isEmpty
      ? Self.tickLength
      : Self.tickLength + Self.labelGap + (isAcross ? labels.map(\.width).max() ?? 0 : height)
    depth = labelDepth
    setOverhang(scale, height: height)
    retitle(axis.title, length: scale.length, theme: theme, measurer: measurer)
  }

  /// Sets the title in at most two lines of a length.
  mutating func retitle(_ text: String, length: Double, theme: Theme, measurer: any TextMeasurer) {
    guard !text.isEmpty, labelDepth > 0 else { return }
    title = wrapped(text, theme.labelFont, width: max(length, 40), lines: 2, measurer)
    let line = measurer.extent(of: text, in: theme.labelFont).height
    depth = labelDepth + Self.titleGap + line * Double(title.count)
  }

  private mutating func setOverhang(_ scale: PositionScale, height: Double) {
    let low = min(scale.start, scale.end)
    let high = max(scale.start, scale.end)
    for label in labels {
      guard let place = scale.position(label.value) else { continue }
      let half = ((side == .bottom || side == .top) && !isTurned ? label.width : height) / 2
      overhang.start = max(overhang.start, half - (place - low))
      overhang.end = max(overhang.end, half - (high - place))
    }
  }

  private mutating func chooseNumbers(
    _ axis: Axis, _ scale: PositionScale, _ theme: Theme, _ measurer: any TextMeasurer
  ) {
    let height = measurer.extent(of: "0", in: font).height
    let isLevel = side == .bottom || side == .top
    let most = isLevel ? Int(scale.length / 28) : Int(scale.length / (height * 1.9))
    for count in stride(from: min(max(most, 2), 10), through: 1, by: -1) {
      let ticks: [Tick] =
        switch scale.kind {
        case .log: Ticks.log(scale.domain, count: count, style: axis.tickStyle)
        case .symlog(let limit): Ticks.symlog(scale.domain, linearTo: limit, count: count)
        default: Ticks.linear(scale.domain, count: count, isInteger: axis.isInteger, style: axis.tickStyle)
        }
      labels = ticks.map { tick in
        Label(
          value: tick.value, text: TokenText(body: tick.label),
          width: measurer.extent(ofRich: tick.label, in: font).width)
      }
      let gap = isLevel ? font.size * 0.6 : 0
      if !labels.isEmpty, !touch(scale, gap: gap, height: height) {
        if scale.kind == .log { minor = minorTicks(scale) }
        return
      }
    }
    labels = Array(labels.prefix(1))
  }

  /// 2 … 9 times each power of ten where there is room for them and the labels are powers of ten.
  private func minorTicks(_ scale: PositionScale) -> [Double] {
    let ends = [scale.domain.lowerBound, scale.domain.upperBound].map(NumberFormat.decimalExponent)
    let decades = (scale.domain.upperBound / scale.domain.lowerBound).logarithm10
    guard decades >= 1.5, scale.length / decades >= 18 else { return [] }
    return (ends[0]...ends[1]).flatMap { exponent in
      (2...9).map { NumberFormat.scaled(Double($0), exponent) }
    }.filter { value in scale.domain.contains(value) && !labels.contains { abs($0.value / value - 1) < 1e-6 } }
  }

  private func touch(_ scale: PositionScale, gap: Double, height: Double) -> Bool {
    let isLevel = side == .bottom || side == .top
    for (a, b) in zip(labels, labels.dropFirst()) {
      guard let x = scale.position(a.value), let y = scale.position(b.value) else { return true }
      let room = isLevel ? (a.width + b.width) / 2 : height
      if abs(y - x) < room + gap { return true }
    }
    return false
  }

  private mutating func chooseCategories(
    _ categories: [CategoryLabel], _ scale: PositionScale, _ theme: Theme, _ measurer: any TextMeasurer,
    _ deepest: Double
  ) {
    guard !categories.isEmpty else { return }
    let share = scale.bandWidth
    let isLevel = side == .bottom || side == .top
    if isLevel {
      let widest = categories.map { measurer.extent(of: $0.text, in: font).width }.max() ?? 0
      let isIndexed = categories.allSatisfy(\.isIndex)
      // Places without a label leave theirs to the neighbours.
      let named = categories.indices.filter { !categories[$0].text.isEmpty }
      let room = share * Double(zip(named, named.dropFirst()).map { $1 - $0 }.min() ?? 1)
      if isIndexed || widest + 4 <= room {
        let step = niceStep((widest + font.size * 0.5) / room, isIndexed: isIndexed)
        take(categories, every: step, measurer)
        return
      }
      isTurned = true
    }
    // One line a label across the axis: smaller letters first, then fewer labels; of indices fewer at once.
    let ratio = measurer.extent(of: "0", in: font).height / font.size
    let isIndexed = categories.allSatisfy(\.isIndex)
    if share < ratio * font.size, !isIndexed {
      font.size = max(theme.smallestSize, (share / ratio * 4).rounded(.down) / 4)
    }
    let height = ratio * font.size
    let step = niceStep((height * (isIndexed ? 1.2 : 1) - 0.01) / share, isIndexed: isIndexed)
    take(categories, every: step, measurer, deepest: deepest)
  }

  private func niceStep(_ least: Double, isIndexed: Bool) -> Int {
    let least = max(1, Int(least.rounded(.up)))
    guard isIndexed else { return least }
    var factor = 1
    while true {
      for nice in [1, 2, 5] where nice * factor >= least { return nice * factor }
      factor *= 10
    }
  }

  private mutating func take(
    _ categories: [CategoryLabel], every step: Int, _ measurer: any TextMeasurer, deepest: Double = .infinity
  ) {
    let shown = stride(from: 0, to: categories.count, by: step).filter { !categories[$0].text.isEmpty }
    let texts = fitted(shown.map { categories[$0].text }, font, width: deepest, measurer)
    labels = zip(shown, texts).map { index, text in
      var label = TokenText(body: text)
      if case .token(let token) = categories[index], text.hasPrefix(token.lead) {
        label = TokenText(lead: token.lead, body: String(text.dropFirst(token.lead.count)))
      }
      return Label(value: Double(index), text: label, width: measurer.extent(of: text, in: font).width)
    }
  }
}

/// Words of a text with markup in lines of at most a width; what does not fit the last line is cut with `…`.
func wrapped(_ text: String, _ font: Font, width: Double, lines: Int, _ measurer: any TextMeasurer) -> [String] {
  var result: [String] = []
  var words = text.split(separator: " ").map(String.init)
  while !words.isEmpty {
    if result.count == lines - 1 {
      result.append(fitted(words.joined(separator: " "), font, width: width, measurer, isRich: true))
      break
    }
    var taken = 1
    while taken < words.count,
      measurer.extent(ofRich: words[...taken].joined(separator: " "), in: font).width <= width
    {
      taken += 1
    }
    result.append(fitted(words[..<taken].joined(separator: " "), font, width: width, measurer, isRich: true))
    words.removeFirst(taken)
  }
  return result
}
