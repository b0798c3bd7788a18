package import Drawing
import Foundation
package import Plotting

/// A plot of every mark and of every way to put plots together, on sample data.
package enum SamplePlots {
  package struct Sample: Sendable {
    package var name: String
    /// Made for the width of a page's text.
    package var isWide: Bool
    private var plot: any Plottable

    init(_ name: String, _ plot: any Plottable) {
      self.name = name
      self.plot = plot
      isWide = plot is Sheet
    }

    package func displayList(width: Double, theme: Theme, measurer: any TextMeasurer) -> DisplayList {
      plot.displayList(id: name, width: width, theme: theme, measurer: measurer, description: "Sample data.")
    }
  }

  package static let all: [Sample] = scales + marks + compositions

  static func readings(_ numbers: [Double]) -> [PlotValue] { numbers.map(PlotValue.init) }

  /// Three groups of different shapes; the last has readings that are no numbers.
  static let groups: [[PlotValue]] = {
    var data = SampleData(seed: 1)
    return [
      readings(data.normals(80, mean: 0.42, deviation: 0.08)), readings(data.normals(80, mean: 0.55, deviation: 0.13)),
      readings(data.normals(40, mean: 0.3, deviation: 0.04) + data.normals(40, mean: 0.62, deviation: 0.06)),
      readings(data.normals(60, mean: 0.5, deviation: 0.1)) + [.nan, .infinite],
    ]
  }()
  static let groupNames = ["bert", "gpt2", "llama", "t5"]

  static let surface: (rows: Int, columns: Int, values: [PlotValue]) = {
    let (rows, columns) = (41, 61)
    let values = (0..<rows * columns).map { place -> PlotValue in
      let (x, y) = (Double(place % columns) / 10 - 3, Double(place / columns) / 10 - 2)
      if abs(x - 2.2) < 0.18, abs(y - 1.4) < 0.18 { return .nan }
      return PlotValue(3 * exp(-(x - 0.8) * (x - 0.8) - y * y) - 2.4 * exp(-(x + 1) * (x + 1) - (y + 0.4) * (y + 0.4)))
    }
    return (rows, columns, values)
  }()

  // MARK: Scales

  static let scales: [Sample] = {
    var data = SampleData(seed: 2)
    let steps = (0...60).map { pow(10, Double($0) / 10) }
    var log = Plot(
      "Logarithmic axes (sample data)", x: Axis(.log, "step"), y: Axis(.log, "gradient norm ‖\\it{g}‖_{2}"),
      shape: .ratio(0.6),
      marks: [LineMark(x: steps, y: steps.map { PlotValue(30 / $0.squareRoot() * exp(data.normal() * 0.1)) })])
    log.x.tickStyle = .prefixed(unit: "")
    var symlog = Plot(
      "Symmetric logarithmic and percent (sample data)", x: Axis(.linear, "share of heads"),
      y: Axis(.symlog(linearTo: 1), "logit difference Δ"), shape: .ratio(0.6),
      marks: [
        LineMark(
          x: (0...40).map { Double($0) / 40 },
          y: (0...40).map { PlotValue(sinh((Double($0) - 20) / 2.6)) }, hasDots: true)
      ])
    symlog.x.tickStyle = .percent
    var power = Plot(
      "Power scale, clamped domain (sample data)", x: Axis(.linear, "tokens read"),
      y: Axis(.power(0.5), "attention weight \\it{α}_{ij}", domain: 0...1), shape: .ratio(0.6),
      marks: [
        LineMark(
          x: (0..<50).map { Double($0) * 40_000 },
          y: (0..<50).map { $0 == 20 ? .nan : PlotValue(1.3 * exp(-Double($0) / 9)) }, hasDots: true)
      ])
    power.x.tickStyle = .prefixed(unit: "")
    power.y.clamps = true
    let point = Plot(
      "Point scale (sample data)",
      x: Axis(.point(["q", "k", "v", "o", "up", "down"].map(CategoryLabel.name)), "matrix"),
      y: Axis(.linear, "σ_{1}"), shape: .ratio(0.6),
      marks: [LineMark(x: (0..<6).map(Double.init), y: readings([2.1, 2.4, 1.2, 1.4, 3.1, 2.9]), hasDots: true)])
    let angles = (0..<24 * 24).map { place -> PlotValue in
      PlotValue(atan2(Double(place / 24) - 11.5, Double(place % 24) - 11.5))
    }
    let cyclic = Plot(
      "Cyclic colour (sample data)", x: .indices(24, "column"), y: .indices(24, "row"),
      color: .cyclic("phase \\it{φ} (rad)", period: -Double.pi...Double.pi),
      shape: .square(rows: 24, columns: 24, largestSide: 170), marks: [CellMark(rows: 24, columns: 24, values: angles)])
    let maps: [(String, ColorScale)] = [
      ("viridis", .sequential("share", 0...1)), ("cividis", .sequential("share", 0...1, map: .cividis)),
      ("magma", .sequential("share", 0...1, map: .magma)), ("blue-orange", .diverging("difference", -0.8...1)),
      ("blue-red", .diverging("difference", -0.8...1, map: .blueRed)),
    ]
    let heatmaps = maps.map { name, scale in
      Sample(
        "color-\(name)",
        Plot(
          "Colour map \(name) (sample data)", x: .indices(12, "head"), y: .indices(12, "layer"), color: scale,
          shape: .rows(12, columns: 12, tallest: 12),
          marks: [
            CellMark(
              rows: 12, columns: 12,
              values: (0..<144).map {
                let value = sin(Double($0 % 12) / 3) * cos(Double($0 / 12) / 4)
                return $0 == 30
                  ? .nan : $0 == 31 ? .notApplicable : PlotValue(name.hasPrefix("blue") ? value * 1.3 : abs(value))
              })
          ]))
    }
    return [
      Sample("scale-log", log), Sample("scale-symlog", symlog), Sample("scale-power", power),
      Sample("scale-point", point), Sample("scale-cyclic", cyclic),
    ] + heatmaps
  }()

  // MARK: Compositions

  static let compositions: [Sample] = {
    var data = SampleData(seed: 4)
    let curve = (0..<200).map { 5 * exp(-Double($0) / 40) + 2 + 0.08 * data.normal() }
    let steps = (0..<200).map { Double($0) * 10 }
    var inset = Plot(
      "Inset and inner legend (sample data)", x: Axis(.linear, "step"), y: Axis(.linear, "loss (nats)"),
      shape: .ratio(0.65),
      marks: [
        LineMark(x: steps, y: readings(curve), paint: .category(0), name: "training"),
        LineMark(
          x: steps, y: readings(curve.map { $0 + 0.35 }), paint: .category(1), name: "validation", dash: [4, 2]),
        InsetMark(
          x: Axis(.linear, domain: 1500...2000), y: Axis(.linear, domain: 1.7...2.8),
          marks: [
            LineMark(x: steps, y: readings(curve), paint: .category(0)),
            LineMark(x: steps, y: readings(curve.map { $0 + 0.35 }), paint: .category(1), dash: [4, 2]),
          ], place: Rect(0.3, 0.03, 0.44, 0.5), window: (1500...2000, 1.7...2.8)),
      ])
    inset.hasInnerLegend = true
    let x = data.normals(400)
    let y = x.map { 0.6 * $0 + 0.7 * data.normal() }
    var marginal = Plot(
      "Marginal plots (sample data)", x: Axis(.linear, "log_{10} ‖\\it{w}‖"), y: Axis(.linear, "log_{10} ‖\\it{g}‖"),
      shape: .ratio(0.8), marks: [DotMark(x: readings(x), y: readings(y), radius: 2.2, opacity: 0.6)])
    marginal.marginalTop = [HistogramMark(readings(x))]
    marginal.marginalRight = [DensityMark(readings(y), isLevel: true)]
    let significance = Plot(
      "Significance bars (sample data)", x: .categories(groupNames, ""), y: Axis(.linear, "head entropy"),
      shape: .ratio(0.8),
      marks: [
        BoxMark(groups, paints: (0..<4).map(Paint.category)),
        SignificanceMark([
          .init(0, 1, "\\it{p} < 10^{−3}"), .init(1, 2, "n.s."), .init(0, 3, "\\it{p} = 0.02"), .init(2, 3, "*"),
        ]),
      ])
    let dots = (0..<24).map { _ in (x: data.normal(), y: data.normal()) }
    let annotated = Plot(
      "Labels that avoid each other (sample data)", x: Axis(.linear, "PC 1"), y: Axis(.linear, "PC 2"),
      shape: .ratio(0.75),
      marks: [
        DotMark(x: dots.map { PlotValue($0.x) }, y: dots.map { PlotValue($0.y) }, radius: 3),
        LabelMark(
          dots.enumerated().map { .init("L\($0.offset % 6).H\($0.offset % 4)", x: $0.element.x, y: $0.element.y) },
          avoiding: dots),
      ])
    let facets = Plot(
      "Facets with shared scales (sample data)", x: Axis(.linear, "distance (tokens)"), y: Axis(.linear, "share"),
      shape: .ratio(0.7), columns: 3,
      panels: (0..<6).map(facet))
    let sheet = Sheet(
      "Panels (sample data)",
      rows: [
        [.init(inset, share: 1.2), .init(significance)], [.init(marginal), .init(annotated), .init(violins)],
      ])
    return [
      Sample("inset", inset), Sample("marginal", marginal), Sample("significance", significance),
      Sample("labels", annotated), Sample("facets", facets), Sample("sheet", sheet),
    ]
  }()

  private static func facet(_ layer: Int) -> Plot.Panel {
    let x = (0..<30).map(Double.init)
    let fall = x.map { exp(-$0 / Double(layer + 2)) }
    return Plot.Panel(
      "layer \(layer)",
      [
        BandMark(x: x, low: readings(fall.map { $0 * 0.8 }), high: readings(fall)),
        LineMark(x: x, y: readings(fall.map { $0 * 0.9 })),
      ])
  }

  static let violins = Plot(
    "Violins (sample data)", x: .categories(groupNames, "family"), y: Axis(.linear, "head entropy"),
    shape: .ratio(0.7), marks: [ViolinMark(groups, paints: (0..<4).map(Paint.category))])
}
