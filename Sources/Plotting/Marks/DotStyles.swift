import Drawing

/// The colours and shapes of a mark's dots: those of its paint, or of each one's value on the figure's scale.
struct DotStyles {
  struct Style: Hashable {
    var color: Color
    var shape: DotShape
  }

  private let plain: Style
  private let shape: DotShape
  private let scale: ColorScale?
  private let theme: Theme
  private var categories: [PlotValue: Style] = [:]

  /// - Parameter shape: a disc gives way to the shape of the paint, or of each category.
  init(_ paint: Paint, shape: DotShape = .disc, in frame: Frame) {
    plain = Style(
      color: paint.color(in: frame.theme), shape: shape == .disc ? frame.theme.style(of: paint).shape : shape)
    self.shape = shape
    scale = frame.color
    theme = frame.theme
  }

  /// The style of a dot; nil where its value is no number, which gets its sign instead.
  ///
  /// - Parameter value: nil for the mark's paint.
  mutating func style(of value: PlotValue?, at point: Point, signs: inout [DrawingItem]) -> Style? {
    guard let value, let scale else { return plain }
    if value.gap != nil {
      signs += GapSign.items(value, at: point, radius: 1.8, color: theme.gapInk)
      return nil
    }
    if let known = categories[value] { return known }
    let style = Style(
      color: scale.color(of: value, theme: theme) ?? theme.gapInk,
      shape: shape == .disc ? scale.shape(of: value, theme: theme) : shape)
    if case .categorical = scale.kind { categories[value] = style }
    return style
  }
}

/// Dots by their style, in the order in which the styles first come.
struct DotGroups {
  private(set) var styles: [DotStyles.Style] = []
  private var points: [DotStyles.Style: [Point]] = [:]

  mutating func add(_ point: Point, _ style: DotStyles.Style) {
    if points[style] == nil { styles.append(style) }
    points[style, default: []].append(point)
  }

  subscript(style: DotStyles.Style) -> [Point] { points[style] ?? [] }
}
