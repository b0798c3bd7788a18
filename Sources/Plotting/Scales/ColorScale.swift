import Drawing

/// How data become colours, and what the legend says about it.
package struct ColorScale: Sendable {
  /// A category's name in the legend and its paint.
  package struct Category: Hashable, Sendable {
    package var name: String
    package var paint: Paint
    package init(_ name: String, _ paint: Paint) {
      self.name = name
      self.paint = paint
    }
  }

  package enum Kind: Sendable {
    /// Numbers along a map of colours.
    case continuous(ColorMap, domain: ClosedRange<Double>, transform: PositionScale.Kind)
    /// A reading is the index of its category.
    case categorical([Category])
  }

  package var kind: Kind
  /// Over the legend: "normalised entropy".
  package var title: String
  /// The colours are those of thin lines: what would vanish on the theme's ground is left out of the map.
  package var isForLines = false
  /// Only whole numbers are marked on the bar.
  package var isInteger = false

  /// A map over a domain; numbers beyond its ends have the ends' colours.
  package static func sequential(
    _ title: String, _ domain: ClosedRange<Double>, transform: PositionScale.Kind = .linear, map: ColorMap = .viridis
  ) -> ColorScale {
    ColorScale(kind: .continuous(map, domain: widened(domain), transform: transform), title: title)
  }

  /// Blue to orange or red, centred on zero whatever the domain.
  package static func diverging(
    _ title: String, _ domain: ClosedRange<Double>, transform: PositionScale.Kind = .linear,
    map: ColorMap = .blueOrange
  ) -> ColorScale {
    let reach = max(abs(domain.lowerBound), abs(domain.upperBound))
    return ColorScale(kind: .continuous(map, domain: widened(-reach...reach), transform: transform), title: title)
  }

  /// A map whose ends meet; numbers beyond the period come around again.
  package static func cyclic(_ title: String, period: ClosedRange<Double>) -> ColorScale {
    ColorScale(kind: .continuous(.twilight, domain: widened(period), transform: .linear), title: title)
  }

  package static func categorical(_ title: String, _ categories: [Category]) -> ColorScale {
    ColorScale(kind: .categorical(categories), title: title)
  }

  static func wrapped(_ number: Double, into domain: ClosedRange<Double>) -> Double {
    let period = domain.upperBound - domain.lowerBound
    let turns = ((number - domain.lowerBound) / period).rounded(.down)
    return domain.contains(number) ? number : number - turns * period
  }

  private static func widened(_ domain: ClosedRange<Double>) -> ClosedRange<Double> {
    domain.lowerBound < domain.upperBound ? domain : domain.lowerBound - 0.5...domain.upperBound + 0.5
  }

  /// The map that a theme shows in place of the usual ones.
  static func map(_ map: ColorMap, in theme: Theme) -> ColorMap {
    switch map.name {
    case "viridis": theme.sequential ?? map
    case "blue-orange": theme.diverging ?? map
    default: map
    }
  }

  /// The place 0…1 in the map that a theme shows for a place 0…1 of the scale.
  func place(_ place: Double, theme: Theme) -> Double {
    guard isForLines else { return place }
    return theme.isDark ? 0.3 + 0.7 * place : 0.88 * place
  }

  /// The style of a reading's category; plain for numbers.
  func style(of reading: PlotValue, theme: Theme) -> CategoryStyle {
    guard case .categorical(let categories) = kind, let number = reading.number,
      categories.indices.contains(Int(number))
    else { return CategoryStyle(pattern: 0) }
    return theme.style(of: categories[Int(number)].paint)
  }

  func shape(of reading: PlotValue, theme: Theme) -> DotShape { style(of: reading, theme: theme).shape }

  /// The colour of a reading, nil for one that has none (gaps and empty paper).
  func color(of reading: PlotValue, theme: Theme) -> Color? {
    guard let number = reading.number else { return nil }
    switch kind {
    case .continuous(let map, let domain, let transform):
      let map = Self.map(map, in: theme)
      let number = map.kind == .cyclic ? Self.wrapped(number, into: domain) : number
      let scale = PositionScale(transform, domain: domain, from: 0, to: 1)
      return scale.clampedPosition(number).map { map.color(at: place($0, theme: theme)) }
    case .categorical(let categories):
      let index = Int(number)
      return categories.indices.contains(index) ? categories[index].paint.color(in: theme) : nil
    }
  }
}
