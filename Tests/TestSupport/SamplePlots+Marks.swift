import Drawing
import Foundation
import Plotting

extension SamplePlots {
  static let marks: [Sample] = distributions + fields + networks + points

  private static let distributions: [Sample] = {
    var data = SampleData(seed: 3)
    let boxes = Plot(
      "Boxes (sample data)", x: .categories(groupNames, "family"), y: Axis(.linear, "head entropy"),
      shape: .ratio(0.7), marks: [BoxMark(groups, paints: (0..<4).map(Paint.category))])
    let level = Plot(
      "Level boxes (sample data)", x: Axis(.linear, "head entropy"), y: .categories(groupNames, ""),
      shape: .lines(4, height: 22), marks: [BoxMark(groups, isLevel: true)])
    var depth = ColorScale.sequential("step", 0...1800)
    depth.isForLines = true
    let ridges = Plot(
      "Ridges over steps (sample data)", x: Axis(.linear, "log_{10} |\\it{g}|"),
      y: .categories((0..<10).map { NumberFormat.count($0 * 200) }, "step"),
      color: depth, shape: .lines(10, height: 17),
      marks: [
        RidgeMark(
          samples: (0..<10).map { step in
            readings(data.normals(300, mean: -1 - Double(step) * 0.35, deviation: 0.9 - Double(step) * 0.03))
              + (step == 7 ? [.nan] : [])
          }, color: (0..<10).map { PlotValue(Double($0) * 200) })
      ])
    var histogram = Plot(
      "Histograms (sample data)", x: Axis(.linear, "weight"), y: Axis(.linear, "count"), shape: .ratio(0.6),
      marks: [
        HistogramMark(readings(data.normals(400)), paint: .category(0), opacity: 0.45, name: "layer 0"),
        HistogramMark(
          readings(data.normals(400, mean: 1.5, deviation: 0.6)), paint: .category(1), opacity: 0.45, name: "layer 11"),
      ])
    histogram.hasInnerLegend = true
    let density = Plot(
      "Density with histogram (sample data)", x: Axis(.linear, "cosine"), y: Axis(.linear, "density"),
      shape: .ratio(0.6),
      marks: [
        HistogramMark(groups[2], isDensity: true, paint: .other),
        DensityMark(groups[2], paint: .category(5), name: "kernel density"),
      ])
    let layers = (0..<12).map(Double.init)
    let stacked = Plot(
      "Stacked areas (sample data)", x: .integers("layer"), y: Axis(.linear, "share of heads"), shape: .ratio(0.6),
      marks: BandMark.stacked(
        x: layers,
        [
          ("previous token", layers.map { PlotValue(0.5 * exp(-$0 / 4)) }),
          ("induction", layers.map { PlotValue(0.3 * exp(-($0 - 6) * ($0 - 6) / 8)) }),
          ("first token", layers.map { $0 == 8 ? .nan : PlotValue(0.04 * $0) }),
        ]))
    let line = Plot(
      "Lines with a band and gaps (sample data)", x: Axis(.linear, "step"), y: Axis(.linear, "loss (nats)"),
      shape: .ratio(0.6),
      marks: (0..<4).flatMap { series -> [any Mark] in
        let x = (0..<25).map { Double($0) * 40 }
        let y = x.map { step -> PlotValue in
          step == 400 && series == 1
            ? .infinite : PlotValue(3 * exp(-step / Double(200 + 150 * series)) + Double(series) * 0.3)
        }
        return [
          BandMark(
            x: x, low: y.map { $0.number.map { PlotValue($0 - 0.1) } ?? $0 },
            high: y.map { $0.number.map { PlotValue($0 + 0.1) } ?? $0 }, paint: .category(series)),
          LineMark(
            x: x, y: y, paint: .category(series), name: "seed \(series)",
            dash: series % 2 == 0 ? [] : [4, 2]),
        ]
      } + [RuleMark(.atY, 0.4, name: "entropy floor")])
    let bars = Plot(
      "Bars with intervals (sample data)", x: .categories(["L0.H1", "L3.H7", "L5.H2", "L7.H0", "L9.H11"], ""),
      y: Axis(.linear, "Δ loss (nats)"), shape: .ratio(0.6),
      marks: [
        BarMark(categories: readings([0.42, 0.31, 0.12]) + [.nan, .number(-0.08)]),
        IntervalMark(
          x: [0, 1, 2, 4], low: readings([0.38, 0.26, 0.07, -0.12]), high: readings([0.46, 0.36, 0.17, -0.04])),
      ])
    var span = Plot(
      "Strips between two numbers (sample data)", x: Axis(.linear, "step"), y: Axis(.linear, "accuracy", domain: 0...1),
      shape: .ratio(0.5),
      marks: [
        SpanMark(.atX, 300...460, name: "phase change"),
        SpanMark(.atY, 0.85...0.95, paint: .category(2), name: "usual range"),
        LineMark(
          x: (0..<50).map { Double($0) * 20 }, y: (0..<50).map { PlotValue(1 / (1 + exp(8 - Double($0) / 2.4))) }),
      ])
    span.hasInnerLegend = true
    let sparkline = Plot(
      "Small lines in rows (sample data)", x: .hidden, y: sparkRows, shape: .lines(3, height: 21),
      marks: [
        SparklineMark([
          .init(
            "entropy", readings(data.normals(20, mean: 0.5, deviation: 0.1)) + [.nan, .number(0.61)], threshold: 0.3),
          .init("one run", [.number(12)]), .init("never measured", [.missing, .missing]),
        ])
      ])
    return [
      Sample("span", span), Sample("sparkline", sparkline), Sample("box", boxes), Sample("box-level", level),
      Sample("violin", violins), Sample("ridge", ridges),
      Sample("histogram-samples", histogram), Sample("density", density), Sample("area-stacked", stacked),
      Sample("line-band", line), Sample("bar-interval", bars),
    ]
  }()

  private static let sparkRows: Axis = {
    var axis = Axis.categories(["", "", ""], "")
    axis.isHidden = true
    return axis
  }()

  private static let fields: [Sample] = {
    var data = SampleData(seed: 5)
    let contour = Plot(
      "Contours (sample data)", x: Axis(.linear, "direction 1"), y: Axis(.linear, "direction 2"),
      color: .diverging("loss − loss at 0", -3...3), shape: .ratio(0.66),
      marks: [
        ContourMark(
          rows: surface.rows, columns: surface.columns, values: surface.values, x: -3...3, y: -2...2)
      ])
    let vectors = (0..<11).flatMap { column in
      (0..<8).map { row -> VectorMark.Arrow in
        let (x, y) = (Double(column) / 2 - 2.5, Double(row) / 2 - 1.75)
        let isGap = column == 8 && row == 6
        return .init(x: x, y: y, dx: isGap ? .nan : PlotValue(-y * 0.2), dy: isGap ? .nan : PlotValue(x * 0.2))
      }
    }
    var lengths = ColorScale.sequential("length", 0...0.6, map: .magma)
    lengths.isForLines = true
    let vector = Plot(
      "Arrows (sample data)", x: Axis(.linear, "\\it{x}_{1}"), y: Axis(.linear, "\\it{x}_{2}"),
      color: lengths, shape: .ratio(0.72),
      marks: [
        VectorMark(vectors, color: vectors.map { PlotValue(hypot($0.dx.number ?? .nan, $0.dy.number ?? .nan)) })
      ])
    let hinton = Plot(
      "Hinton diagram (sample data)", x: .indices(10, "input"), y: .indices(8, "output"),
      shape: .square(rows: 8, columns: 10, largestSide: 190),
      marks: [
        HintonMark(
          rows: 8, columns: 10,
          values: (0..<80).map { $0 == 33 ? .nan : $0 == 34 ? .notApplicable : PlotValue(data.normal()) })
      ])
    var pixels: [UInt8] = []
    for row in 0..<96 {
      for column in 0..<96 {
        let (x, y) = (Double(column) / 96, Double(row) / 96)
        let ring = sin(18 * hypot(x - 0.4, y - 0.55)) * 0.5 + 0.5
        pixels += [UInt8(60 + 150 * x), UInt8(40 + 170 * ring), UInt8(220 - 150 * y), 255]
      }
    }
    let patches = (0..<36).map { place -> PlotValue in
      let (x, y) = (Double(place % 6) - 2, Double(place / 6) - 3)
      return place == 5 ? .nan : PlotValue(exp(-hypot(x, y)))
    }
    var overlay = CellMark(rows: 6, columns: 6, values: patches)
    overlay.opacity = 0.55
    let image = Plot(
      "Image with a map of patches (sample data)", x: .hidden, y: .hidden, color: .sequential("rollout", 0...1),
      shape: .square(rows: 6, columns: 6, largestSide: 170),
      marks: [RasterMark(PixelImage(width: 96, height: 96, pixels: pixels, isSmooth: true)), overlay])
    let sentence = [
      "The", " quick", " brown", " fox", " jumps", " over", " the", " lazy", " dog", ",", " under", "standing",
      " antidisestablishment", "arian", "ism", " well", ".", "\n", "Second", " line", "\t", " ends", " ",
      "<|endoftext|>",
    ]
    let strip = Plot(
      "Token strip (sample data)", x: .hidden, y: .hidden, color: .diverging("attribution", -1...1), shape: .content,
      marks: [
        TokenStripMark(
          TokenText.texts(sentence),
          values: sentence.indices.map {
            $0 == 5 ? .nan : $0 == 6 ? .notApplicable : PlotValue(sin(Double($0) * 1.7))
          })
      ])
    let mixed = [
      "الانتباه", "▁هو", "▁كل", "▁ما", "▁تحتاج", "ه", "▁GPT", "-", "2", "▁في", "▁النموذج", "▁שלום", "▁注意力", "頭", "。",
    ]
    let arabic = Plot(
      "Right-to-left token strip (sample data)", x: .hidden, y: .hidden, color: .sequential("attention", 0...1),
      shape: .content,
      marks: [
        TokenStripMark(TokenText.texts(mixed), values: mixed.indices.map { PlotValue(abs(sin(Double($0) * 0.9))) })
      ])
    return [
      Sample("contour", contour), Sample("vector", vector), Sample("hinton", hinton), Sample("image", image),
      Sample("token-strip", strip), Sample("token-strip-rtl", arabic),
    ]
  }()

  private static let networks: [Sample] = {
    var data = SampleData(seed: 6)
    let nodes: [GraphMark.Node] = [
      .init("tokens", layer: 0, color: .blank), .init("L0.H1", layer: 1, color: .number(0.4)),
      .init("L0.H7", layer: 1, color: .number(0.7)), .init("MLP0", layer: 1, color: .number(0.9)),
      .init("L1.H3", layer: 2, color: .number(0.5)), .init("L1.H4", layer: 2, color: .number(0.2)),
      .init("L2.H0", layer: 3, color: .number(1)), .init("MLP2", layer: 3, color: .nan), .init("logits", layer: 4),
    ]
    let pairs = [
      (0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (2, 5), (3, 5), (3, 6), (4, 6), (5, 7), (6, 8), (7, 8), (1, 6), (0, 8),
    ]
    let graph = Plot(
      "Layered graph (sample data)", x: .hidden, y: .hidden, color: .sequential("effect", 0...1), shape: .content,
      marks: [
        GraphMark(
          nodes: nodes,
          edges: pairs.enumerated().map { index, pair in
            .init(from: pair.0, to: pair.1, weight: index == 7 ? .nan : PlotValue(data.normal()))
          }, layerNames: ["input", "layer 0", "layer 1", "layer 2", "output"])
      ])
    var upright = GraphMark(
      nodes: nodes,
      edges: pairs.enumerated().map { .init(from: $1.0, to: $1.1, weight: PlotValue(sin(Double($0) * 1.7))) },
      layerNames: ["input", "layer 0", "layer 1", "layer 2", "output"])
    upright.isUpright = true
    let descending = Plot(
      "Layered graph from the top down (sample data)", x: .hidden, y: .hidden, color: .sequential("effect", 0...1),
      shape: .content, marks: [upright])
    let tree = DendrogramMark(
      leafCount: 8,
      merges: [
        .init(0, 3, height: 0.11), .init(1, 2, height: 0.18), .init(5, 6, height: 0.2), .init(8, 4, height: 0.31),
        .init(10, 7, height: 0.36), .init(11, 9, height: 0.62), .init(13, 12, height: 0.91),
      ], cut: 0.5)
    let dendrogram = Plot(
      "Dendrogram of heads (sample data)", x: .categories(tree.leafOrder.map { "L\($0 / 4).H\($0 % 4)" }, ""),
      y: Axis(.linear, "1 − CKA", domain: 0...1), shape: .ratio(0.6), marks: [tree])
    let tokens = ["[CLS]", "the", "cat", "sat", "on", "the", "mat", "[SEP]"]
    var links = Plot(
      "Links of three heads (sample data)", x: .hidden, y: .tokens(tokens, ""), shape: .lines(8, height: 13),
      marks: (0..<3).map { head in
        LinkMark(
          (0..<8).flatMap { from in
            (0..<8).map { to in
              LinkMark.Link(from: from, to: to, weight: exp(-abs(Double(to - from + head - 1))) * 0.9)
            }
          }, paint: .category(head), least: 0.15)
      })
    links.rightY = .tokens(tokens, "")
    let ring = (0..<10).map { (x: cos(Double($0) * .pi / 5), y: sin(Double($0) * .pi / 5)) }
    let edges = Plot(
      "Bows by weight (sample data)", x: Axis(.linear, "PC 1"), y: Axis(.linear, "PC 2"), shape: .ratio(0.7),
      marks: [
        EdgeMark(
          (0..<10).flatMap { from in
            (from + 1..<10).map { to in
              EdgeMark.Edge(
                ring[from].x, ring[from].y, ring[to].x, ring[to].y,
                weight: from == 2 && to == 5 ? .nan : PlotValue(pow(data.uniform(), 4)))
            }
          }, bend: 0.12),
        DotMark(x: ring.map { PlotValue($0.x) }, y: ring.map { PlotValue($0.y) }, radius: 4),
      ])
    return [
      Sample("graph", graph), Sample("graph-upright", descending), Sample("dendrogram", dendrogram),
      Sample("links", links), Sample("edges", edges),
    ]
  }()

  private static let points: [Sample] = {
    var data = SampleData(seed: 7)
    let categories = (0..<4).map { ColorScale.Category(groupNames[$0], .category($0)) }
    let space = (0..<400).map { index -> [PlotValue] in
      let group = Double(index % 4)
      return [
        index == 9 ? .nan : PlotValue(data.normal() * 0.5 + cos(group * 1.6) * 2),
        PlotValue(data.normal() * 0.5 + sin(group * 1.6) * 2), PlotValue(data.normal() * 0.5 + group * 0.8),
      ]
    }
    var scatter = Plot(
      "Scatter in space (sample data)", x: .hidden, y: .hidden, color: .categorical("family", categories),
      shape: .content,
      marks: [
        Scatter3DMark(space, color: space.indices.map { PlotValue(Double($0 % 4)) }, titles: ["PC 1", "PC 2", "PC 3"])
      ])
    scatter.hasDiscLegend = true
    let many = (0..<30_000).map { _ in (x: data.normal(), y: data.normal()) }
    let raster = Plot(
      "30,000 dots as one image (sample data)", x: Axis(.linear, "PC 1"), y: Axis(.linear, "PC 2"),
      color: .sequential("distance", 0...3), shape: .ratio(0.8),
      marks: [
        DotMark(
          x: many.map { PlotValue($0.x) }, y: many.map { PlotValue($0.y * 0.5 + $0.x * $0.x * 0.3) },
          color: many.map { PlotValue(hypot($0.x, $0.y)) }, radius: 1, opacity: 0.7)
      ])
    let cells = Plot(
      "160,000 cells as one image (sample data)", x: .indices(400, "key"), y: .indices(400, "query"),
      color: .sequential("weight", 0...1, transform: .squareRoot),
      shape: .square(rows: 400, columns: 400, largestSide: 200),
      marks: [
        CellMark(
          rows: 400, columns: 400,
          values: (0..<160_000).map { place in
            let (query, key) = (place / 400, place % 400)
            return key > query ? .blank : PlotValue(exp(-Double(query - key) / 12) + (key == 0 ? 0.4 : 0))
          })
      ])
    var shapes = Plot(
      "Shapes of dots (sample data)", x: Axis(.linear, "parameters"), y: Axis(.linear, "perplexity"),
      shape: .ratio(0.65),
      marks: (0..<6).map { group in
        DotMark(
          x: (0..<12).map { _ in PlotValue(2e7 * exp(data.normal() + Double(group) * 0.3)) },
          y: (0..<12).map { _ in PlotValue(30 + 4 * data.normal() - Double(group) * 2) }, paint: .category(group),
          radius: 3.2, shape: .category(group), name: "family \(group)")
      })
    shapes.x = Axis(.log, "parameters")
    shapes.x.tickStyle = .prefixed(unit: "")
    shapes.hasInnerLegend = true
    return [
      Sample("scatter-3d", scatter), Sample("dots-raster", raster), Sample("cells-raster", cells),
      Sample("dot-shapes", shapes),
    ]
  }()
}
