/// What a figure says about one direction: its scale, title and labels.
package struct Axis: Sendable {
  package enum Scale: Sendable {
    case linear, log
    case symlog(linearTo: Double)
    /// By a power of the number, exponent above 0.
    case power(Double)
    /// Categories with an extent, such as the rows of a map; one label each.
    case band([CategoryLabel])
    /// Categories as points on a line.
    case point([CategoryLabel])

    package static let squareRoot = Scale.power(0.5)
  }

  package var scale: Scale
  /// With the unit in brackets: "distance (tokens)". May have markup (see `RichText`).
  package var title: String
  /// Ends of a number axis; nil to take those of the data.
  package var domain: ClosedRange<Double>?
  /// Numbers beyond the domain are drawn at its ends rather than cut off.
  package var clamps = false
  /// How the numbers are written.
  package var tickStyle = TickStyle.plain
  /// Only whole numbers are marked.
  package var isInteger = false
  /// Without ticks, labels and title.
  package var isHidden = false
  /// Fine lines across the panel at the ticks.
  package var hasGrid = false

  package init(_ scale: Scale, _ title: String = "", domain: ClosedRange<Double>? = nil) {
    self.scale = scale
    self.title = title
    self.domain = domain
    switch scale {
    case .linear, .log, .symlog, .power: hasGrid = true
    case .band, .point: hasGrid = false
    }
  }

  /// A number axis on which only whole numbers are marked.
  package static func integers(_ title: String, domain: ClosedRange<Double>? = nil) -> Axis {
    var axis = Axis(.linear, title, domain: domain)
    axis.isInteger = true
    axis.hasGrid = false
    return axis
  }

  /// A direction that means nothing.
  package static let hidden: Axis = {
    var axis = Axis(.linear, domain: 0...1)
    axis.isHidden = true
    axis.hasGrid = false
    return axis
  }()

  package static func tokens(_ tokens: [String], _ title: String) -> Axis {
    Axis(.band(TokenText.texts(tokens).map(CategoryLabel.token)), title)
  }

  package static func categories(_ names: [String], _ title: String) -> Axis {
    Axis(.band(names.map(CategoryLabel.name)), title)
  }

  package static func indices(_ count: Int, _ title: String) -> Axis { indices(Array(0..<count), title) }

  /// Some of them.
  package static func indices(_ chosen: [Int], _ title: String) -> Axis {
    Axis(.band(chosen.map { .index($0) }), title)
  }

  var labels: [CategoryLabel]? {
    switch scale {
    case .band(let labels), .point(let labels): labels
    case .linear, .log, .symlog, .power: nil
    }
  }

  /// With the unit behind it where there is one.
  package static func title(_ name: String, unit: String) -> String { unit.isEmpty ? name : "\(name) (\(unit))" }
}

/// What is written at a category.
package enum CategoryLabel: Hashable, Sendable {
  /// A number in a row of numbers: may be left out between others, never turned.
  case index(Int)
  case name(String)
  case token(TokenText)

  var text: String {
    switch self {
    case .index(let index): NumberFormat.count(index)
    case .name(let name): name
    case .token(let token): token.whole
    }
  }

  var isIndex: Bool { if case .index = self { true } else { false } }
}
