import Drawing
package import Support

extension Theme {
  /// What a theme's file says and cannot be used.
  package struct Fault: Error, Hashable {
    /// The key it is about, nil for the file as a whole.
    package let key: String?
    package let problem: String
    package let expected: String?
    package let found: String?
    /// The key is none that is known: `keys` has those that are.
    package let isUnknownKey: Bool

    init(_ key: String?, _ problem: String, expected: String? = nil, found: String? = nil, isUnknownKey: Bool = false) {
      self.key = key
      self.problem = problem
      self.expected = expected
      self.found = found
      self.isUnknownKey = isUnknownKey
    }
  }

  /// Themes by name: what `base` may be.
  package static let named: [(name: String, theme: Theme)] = [
    ("screen", .screen), ("dark", .dark), ("paper", .paper), ("paper-serif", .paperSerif),
  ]

  /// The keys of a theme's file, each with what it means; all may be left out.
  package static let keys: [(name: String, meaning: String)] =
    [
      ("name", "its name, in messages"),
      ("base", "the theme whose values stand for what is left out: \(named.map(\.name).joined(separator: ", "))"),
      ("family", "sans, serif or mono"),
      ("showsTitle", "true for a title above the figure"),
      ("categories", "colours of categories in order, \"#rrggbb\""),
      ("sequential", "the map of numbers: " + maps(.sequential)),
      ("diverging", "the map of numbers of both signs: " + maps(.diverging)),
    ] + sizes.map { ($0.name, $0.meaning) } + colors.map { ($0.name, $0.meaning + ", \"#rrggbb\"") }

  private static func maps(_ kind: ColorMap.Kind) -> String {
    ColorMap.named.filter { $0.map.kind == kind }.map(\.name).joined(separator: ", ")
  }

  private struct Size: Sendable {
    let name: String
    let meaning: String
    let range: ClosedRange<Double>
    let set: @Sendable (inout Theme, Double) -> Void
  }

  private static let sizes: [Size] = [
    Size(name: "titleSize", meaning: "of the title, in points", range: 3...72) { $0.titleSize = $1 },
    Size(name: "labelSize", meaning: "of titles of axes, in points", range: 3...72) { $0.labelSize = $1 },
    Size(name: "tickSize", meaning: "of numbers and names at axes and in legends, in points", range: 3...72) {
      $0.tickSize = $1
    },
    Size(name: "smallestSize", meaning: "below which text is left out, in points", range: 1...72) {
      $0.smallestSize = $1
    },
    Size(name: "lineWidth", meaning: "of lines of data, in points", range: 0.05...20) { $0.lineWidth = $1 },
    Size(name: "axisWidth", meaning: "of axes and grids, in points", range: 0.05...20) { $0.axisWidth = $1 },
    Size(name: "rasterDPI", meaning: "of layers that are drawn as pixels, in dots per inch", range: 72...1200) {
      $0.rasterDPI = $1
    },
  ]

  private struct Ink: Sendable {
    let name: String
    let meaning: String
    let set: @Sendable (inout Theme, Color) -> Void
  }

  private static let colors: [Ink] = [
    Ink(name: "background", meaning: "the ground") { $0.background = $1 },
    Ink(name: "ink", meaning: "text") { $0.ink = $1 },
    Ink(name: "muted", meaning: "axes and lesser text") { $0.muted = $1 },
    Ink(name: "grid", meaning: "lines across the panel") { $0.grid = $1 },
    Ink(name: "gapGround", meaning: "the ground of what has no number") { $0.gapGround = $1 },
    Ink(name: "gapInk", meaning: "the strokes on it") { $0.gapInk = $1 },
    Ink(name: "accent", meaning: "a single series") { $0.accent = $1 },
    Ink(name: "otherCategory", meaning: "the category of all others") { $0.otherCategory = $1 },
  ]

  /// A theme from its file: an object of `keys`.
  ///
  /// - Parameter usual: what stands for the values that are left out where the file names no `base`.
  package init(json: JSON, base usual: Theme = .screen) throws(Fault) {
    guard let settings = json.members else {
      throw Fault(nil, "is not a theme", expected: "an object", found: json.shown)
    }
    var theme = usual
    if let base = settings["base"] {
      guard let name = base.string, let known = Self.named.first(where: { $0.name == name }) else {
        throw Fault(
          "base", "is no theme", expected: Self.named.map(\.name).joined(separator: ", "), found: base.shown)
      }
      theme = known.theme
    }
    for (key, setting) in settings where key != "base" {
      try theme.set(key, setting)
    }
    self = theme
  }

  private mutating func set(_ key: String, _ setting: JSON) throws(Fault) {
    if let size = Self.sizes.first(where: { $0.name == key }) {
      guard let value = setting.number?.double, size.range.contains(value) else {
        let range = "\(NumberFormat.text(size.range.lowerBound))…\(NumberFormat.text(size.range.upperBound))"
        throw Fault(key, "has a wrong value", expected: "a number \(range)", found: setting.shown)
      }
      return size.set(&self, value)
    }
    if let ink = Self.colors.first(where: { $0.name == key }) { return ink.set(&self, try color(key, setting)) }
    switch (key, setting) {
    case ("name", .string(let text)): name = text
    case ("showsTitle", .bool(let flag)): showsTitle = flag
    case ("family", .string(let text)):
      guard let known = Font.Family(rawValue: text) else {
        throw Fault(key, "has a wrong value", expected: "sans, serif or mono", found: setting.shown)
      }
      family = known
    case ("categories", .array(let texts)) where !texts.isEmpty:
      var list: [Color] = []
      for text in texts { list.append(try color(key, text)) }
      categories = list
    case ("sequential", .string(let text)), ("diverging", .string(let text)):
      let kind: ColorMap.Kind = key == "sequential" ? .sequential : .diverging
      guard let map = ColorMap.named.first(where: { $0.name == text && $0.map.kind == kind })?.map else {
        throw Fault(key, "is no such map", expected: Self.maps(kind), found: setting.shown)
      }
      if kind == .sequential { sequential = map } else { diverging = map }
    case ("name", _), ("showsTitle", _), ("family", _), ("categories", _), ("sequential", _), ("diverging", _):
      let meaning = Self.keys.first { $0.name == key }?.meaning
      throw Fault(key, "has a wrong value", expected: meaning, found: setting.shown)
    default:
      throw Fault(key, "is no key of a theme", isUnknownKey: true)
    }
  }

  private func color(_ key: String, _ setting: JSON) throws(Fault) -> Color {
    guard let text = setting.string, text.hasPrefix("#"), text.utf8.count == 7,
      text.dropFirst().allSatisfy(\.isHexDigit), let hex = UInt32(text.dropFirst(), radix: 16)
    else {
      throw Fault(key, "is no colour", expected: "\"#rrggbb\"", found: setting.shown)
    }
    return Color(hex: hex)
  }
}
