package import Drawing

/// A run of colours from 0 to 1.
package struct ColorMap: Hashable, Sendable {
  package enum Kind: Hashable, Sendable { case sequential, diverging, cyclic }
  package let name: String
  package let kind: Kind
  let stops: [Color]

  /// The colour at a place 0…1; beyond the ends, the end's.
  package func color(at place: Double) -> Color {
    let position = min(max(place, 0), 1) * Double(stops.count - 1)
    let index = min(Int(position), stops.count - 2)
    let part = position - Double(index)
    let (a, b) = (stops[index], stops[index + 1])
    return Color(
      red: a.red + (b.red - a.red) * part, green: a.green + (b.green - a.green) * part,
      blue: a.blue + (b.blue - a.blue) * part)
  }

  /// Dark violet to yellow, even in lightness (van der Walt & Smith 2015, CC0).
  package static let viridis = ColorMap(name: "viridis", kind: .sequential, stops: ColorTable.viridis)

  /// Navy to yellow, for eyes with and without red–green deficiency alike (Nuñez, Anderton & Renslow 2018).
  package static let cividis = ColorMap(name: "cividis", kind: .sequential, stops: ColorTable.cividis)

  /// Black through violet and orange to pale yellow.
  package static let magma = ColorMap(name: "magma", kind: .sequential, stops: ColorTable.magma)

  /// For angles and phases: both ends are the same pale grey.
  package static let twilight = ColorMap(name: "twilight", kind: .cyclic, stops: ColorTable.twilight)

  /// Every map by its name in themes and settings.
  package static let named: [(name: String, map: ColorMap)] = [
    ("viridis", .viridis), ("cividis", .cividis), ("magma", .magma), ("blue-orange", .blueOrange),
    ("blue-red", .blueRed), ("twilight", .twilight),
  ]

  /// Blue, near white, red: even steps of CIELAB lightness 22, 34 … 85, 97 at hues 268° and 33°.
  package static let blueRed = ColorMap(
    name: "blue-red", kind: .diverging,
    stops: [
      0x003970, 0x005599, 0x0072BA, 0x5492D0, 0x8EB3E3, 0xC5D6EE, 0xF6F6F6, 0xF6CBC3, 0xEF9B8E, 0xDE6C5F, 0xC04139,
      0x952724, 0x651916,
    ].map { Color(hex: $0) })

  /// Blue, near white, orange: told apart with every colour deficiency.
  package static let blueOrange = ColorMap(
    name: "blue-orange", kind: .diverging,
    stops: [0x08306B, 0x2166AC, 0x5B9BD0, 0xA9CDE6, 0xF5F5F2, 0xFBCB99, 0xE98B3A, 0xB85A0D, 0x6B3003].map {
      Color(hex: $0)
    })
}

/// Colours of categories.
package enum Palette {
  /// Six hues of Okabe & Ito 2008 in an order in which neighbours differ most, the first as its lighter twin on a dark
  /// ground; then those that differ most from them for every eye: what would vanish on the ground is replaced.
  package static func okabeIto(dark: Bool) -> [Color] {
    let table: [UInt32] =
      dark
      ? [0x56B4E9, 0xE69F00, 0x009E73, 0xCC79A7, 0xF0E442, 0xD55E00, 0x9E21EC, 0xF2F2F2, 0x3D7172, 0xB1DBA9]
      : [0x0072B2, 0xE69F00, 0x009E73, 0xCC79A7, 0x56B4E9, 0xD55E00, 0x7A2A0A, 0x000000, 0x3A2596, 0x5F5560]
    return table.map { Color(hex: $0) }
  }
}
