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
  package static var keys: [(name: String, meaning: String)] {
    [
      ("name", phrase("theme.itsNameInMessages")),
      ("base", phrase("theme.themeWhoseValues", ["named": named.map(\.name).joined(separator: ", ")])),
      ("family", phrase("theme.sansSerifMono")),
      ("showsTitle", phrase("theme.trueTitleAbove")),
      ("categories", phrase("theme.coloursCategoriesOrder")),
      ("sequential", phrase("theme.mapNumbersMaps", ["maps": maps(.sequential)])),
      ("diverging", phrase("theme.mapNumbersBoth", ["maps": maps(.diverging)])),
    ] + sizes.map { ($0.name, $0.meaning) } + colors.map { ($0.name, $0.meaning + ", \"#rrggbb\"") }
  }

  private static func maps(_ kind: ColorMap.Kind) -> String {
    ColorMap.named.filter { $0.map.kind == kind }.map(\.name).joined(separator: ", ")
  }

  private struct Size: Sendable {
    let name: String
    let meaning: String
    let range: ClosedRange<Double>
    let set: @Sendable (inout Theme, Double) -> Void
  }

  private static var sizes: [Size] {
    [
      Size(name: "titleSize", meaning: phrase("theme.ofTheTitleInPoints"), range: 3...72) { $0.titleSize = $1 },
      Size(name: "labelSize", meaning: phrase("theme.titlesAxesPoints"), range: 3...72) { $0.labelSize = $1 },
      Size(name: "tickSize", meaning: phrase("theme.numbersNamesAxes"), range: 3...72) {
        $0.tickSize = $1
      },
      Size(name: "smallestSize", meaning: phrase("theme.belowTextLeft"), range: 1...72) {
        $0.smallestSize = $1
      },
      Size(name: "lineWidth", meaning: phrase("theme.linesDataPoints"), range: 0.05...20) { $0.lineWidth = $1 },
      Size(name: "axisWidth", meaning: phrase("theme.axesGridsPoints"), range: 0.05...20) { $0.axisWidth = $1 },
      Size(name: "rasterDPI", meaning: phrase("theme.layersDrawnPixels"), range: 72...1200) {
        $0.rasterDPI = $1
      },
    ]
  }

  private struct Ink: Sendable {
    let name: String
    let meaning: String
    let set: @Sendable (inout Theme, Color) -> Void
  }

  private static var colors: [Ink] {
    [
      Ink(name: "background", meaning: phrase("theme.theGround")) { $0.background = $1 },
      Ink(name: "ink", meaning: phrase("theme.text")) { $0.ink = $1 },
      Ink(name: "muted", meaning: phrase("theme.axesLesserText")) { $0.muted = $1 },
      Ink(name: "grid", meaning: phrase("theme.linesAcrossPanel")) { $0.grid = $1 },
      Ink(name: "gapGround", meaning: phrase("theme.groundWhatHas")) { $0.gapGround = $1 },
      Ink(name: "gapInk", meaning: phrase("theme.theStrokesOnIt")) { $0.gapInk = $1 },
      Ink(name: "accent", meaning: phrase("theme.aSingleSeries")) { $0.accent = $1 },
      Ink(name: "otherCategory", meaning: phrase("theme.categoryAllOthers")) { $0.otherCategory = $1 },
    ]
  }

  /// A theme from its file: an object of `keys`.
  ///
  /// - Parameter usual: what stands for the values that are left out where the file names no `base`.
  package init(json: JSON, base usual: Theme = .screen) throws(Fault) {
    guard let settings = json.members else {
      throw Fault(nil, phrase("theme.isNotATheme"), expected: phrase("theme.anObject"), found: json.shown)
    }
    var theme = usual
    if let base = settings["base"] {
      guard let name = base.string, let known = Self.named.first(where: { $0.name == name }) else {
        throw Fault(
          "base", phrase("theme.isNoTheme"), expected: Self.named.map(\.name).joined(separator: ", "), found: base.shown
        )
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
        throw Fault(
          key, phrase("theme.hasWrongValue"), expected: phrase("theme.aNumberRange", ["range": range]),
          found: setting.shown)
      }
      return size.set(&self, value)
    }
    if let ink = Self.colors.first(where: { $0.name == key }) { return ink.set(&self, try color(key, setting)) }
    switch (key, setting) {
    case ("name", .string(let text)): name = text
    case ("showsTitle", .bool(let flag)): showsTitle = flag
    case ("family", .string(let text)):
      guard let known = Font.Family(rawValue: text) else {
        throw Fault(key, phrase("theme.hasWrongValue"), expected: phrase("theme.sansSerifMono"), found: setting.shown)
      }
      family = known
    case ("categories", .array(let texts)) where !texts.isEmpty:
      var list: [Color] = []
      for text in texts { list.append(try color(key, text)) }
      categories = list
    case ("sequential", .string(let text)), ("diverging", .string(let text)):
      let kind: ColorMap.Kind = key == "sequential" ? .sequential : .diverging
      guard let map = ColorMap.named.first(where: { $0.name == text && $0.map.kind == kind })?.map else {
        throw Fault(key, phrase("theme.noSuchMap"), expected: Self.maps(kind), found: setting.shown)
      }
      if kind == .sequential { sequential = map } else { diverging = map }
    case ("name", _), ("showsTitle", _), ("family", _), ("categories", _), ("sequential", _), ("diverging", _):
      let meaning = Self.keys.first { $0.name == key }?.meaning
      throw Fault(key, phrase("theme.hasWrongValue"), expected: meaning, found: setting.shown)
    default:
      throw Fault(key, phrase("theme.noKeyTheme"), isUnknownKey: true)
    }
  }

  private func color(_ key: String, _ setting: JSON) throws(Fault) -> Color {
    guard let text = setting.string, text.hasPrefix("#"), text.utf8.count == 7,
      text.dropFirst().allSatisfy(\.isHexDigit), let hex = UInt32(text.dropFirst(), radix: 16)
    else {
      throw Fault(key, phrase("theme.isNoColour"), expected: "\"#rrggbb\"", found: setting.shown)
    }
    return Color(hex: hex)
  }
}
