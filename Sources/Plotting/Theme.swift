package import Drawing

/// How a figure looks: fonts, sizes and colours, whatever it shows.
package struct Theme: Hashable, Sendable {
  package var name: String
  package var family: Font.Family
  /// Sizes of text, in points.
  package var titleSize: Double
  package var labelSize: Double
  package var tickSize: Double
  /// Nothing is set smaller than this; labels are left out first.
  package var smallestSize: Double
  /// A title above the figure; a figure in a paper has its caption instead.
  package var showsTitle: Bool

  package var background: Color
  package var ink: Color
  /// Axes, ticks, lesser text.
  package var muted: Color
  package var grid: Color
  /// The ground of a cell without a number, and the strokes on it.
  package var gapGround: Color
  package var gapInk: Color
  /// The one colour of a figure with one series.
  package var accent: Color
  /// Colours of categories, told apart with every colour deficiency.
  package var categories: [Color]
  /// "Other" and "none".
  package var otherCategory: Color
  package var lineWidth: Double
  package var axisWidth: Double
  /// Of layers that are drawn as pixels, in dots per inch.
  package var rasterDPI = 300.0
  /// In place of viridis and of blue–orange; nil to keep them.
  package var sequential: ColorMap?
  package var diverging: ColorMap?

  /// A page in light mode.
  package static let screen = Theme(
    name: "screen", family: .sans, titleSize: 11.5, labelSize: 9.5, tickSize: 8.5, smallestSize: 6, showsTitle: true,
    background: .white, ink: Color(hex: 0x1F2328), muted: Color(hex: 0x656D76), grid: Color(hex: 0xE6E8EB),
    gapGround: Color(hex: 0xF2F2F2), gapInk: Color(hex: 0x8A8F96), accent: Color(hex: 0x0072B2),
    categories: Palette.okabeIto(dark: false), otherCategory: Color(hex: 0xD5D8DC), lineWidth: 1.4, axisWidth: 0.75)

  /// A page in dark mode.
  package static let dark = Theme(
    name: "dark", family: .sans, titleSize: 11.5, labelSize: 9.5, tickSize: 8.5, smallestSize: 6, showsTitle: true,
    background: Color(hex: 0x14171C), ink: Color(hex: 0xE8EAED), muted: Color(hex: 0x9BA3AD),
    grid: Color(hex: 0x2A2F37), gapGround: Color(hex: 0x2B2F36), gapInk: Color(hex: 0x8A929C),
    accent: Color(hex: 0x56B4E9), categories: Palette.okabeIto(dark: true), otherCategory: Color(hex: 0x5C636D),
    lineWidth: 1.4, axisWidth: 0.75)

  /// A column of a journal: 7–8 points, thin lines, no title.
  package static let paper = Theme(
    name: "paper", family: .sans, titleSize: 8, labelSize: 7.5, tickSize: 7, smallestSize: 5, showsTitle: false,
    background: .white, ink: .black, muted: Color(hex: 0x4D4D4D), grid: Color(hex: 0xE3E3E3),
    gapGround: Color(hex: 0xF2F2F2), gapInk: Color(hex: 0x7A7A7A), accent: Color(hex: 0x0072B2),
    categories: Palette.okabeIto(dark: false), otherCategory: Color(hex: 0xD6D6D6), lineWidth: 1, axisWidth: 0.5)

  /// The same in the manner of venues whose text is set in Times or Computer Modern.
  package static let paperSerif: Theme = {
    var theme = paper
    theme.name = "paper-serif"
    theme.family = .serif
    return theme
  }()

  package static let all: [Theme] = [.screen, .dark, .paper]

  var titleFont: Font { Font(family, size: titleSize, weight: .bold) }
  var labelFont: Font { Font(family, size: labelSize) }
  var tickFont: Font { Font(family, size: tickSize) }

  var isDark: Bool { luminance(background) < 0.2 }

  func category(_ index: Int) -> Color { categories[index % categories.count] }

  /// Of two inks the one that is easier to read on a ground.
  func readableInk(on ground: Color) -> Color {
    let light = Color.white
    let dark = Color(hex: 0x111111)
    return contrast(light, ground) >= contrast(dark, ground) ? light : dark
  }
}

/// The ratio of contrast of WCAG 2: 1 … 21.
package func contrast(_ a: Color, _ b: Color) -> Double {
  let (x, y) = (luminance(a), luminance(b))
  return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

/// Relative luminance of WCAG 2.
func luminance(_ color: Color) -> Double {
  func linear(_ c: Double) -> Double {
    // ((c + 0.055) / 1.055)^2.4, near enough by a cubic fit that needs no `pow` (error below 0.002)
    c <= 0.04045 ? c / 12.92 : c * (c * (c * 0.305306011 + 0.682171111) + 0.012522878)
  }
  return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
}

/// A colour said by its part in the figure; the theme says which it is.
package enum Paint: Hashable, Sendable {
  case ink, muted, grid, accent, other
  /// Of a category.
  case category(Int)
  case color(Color)

  func color(in theme: Theme) -> Color {
    switch self {
    case .ink: theme.ink
    case .muted: theme.muted
    case .grid: theme.grid
    case .accent: theme.accent
    case .other: theme.otherCategory
    case .category(let index): theme.category(index)
    case .color(let color): color
    }
  }
}
