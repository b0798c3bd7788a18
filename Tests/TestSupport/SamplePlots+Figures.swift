import Drawing
import Foundation
import Plotting

extension SamplePlots {
  /// Figures of the field that need no more than the marks.
  static let figures: [Sample] = views + maps + comparisons

  private static let words = ["The", "Ġanimal", "Ġdidn", "'t", "Ġcross", "Ġthe", "Ġstreet", "Ġbecause", "Ġit", "Ġwas"]

  /// A made-up head: where a query looks depends on its kind.
  private static func attention(_ layer: Int, _ head: Int, _ count: Int) -> [LinkMark.Link] {
    let kind = (layer * 5 + head * 3) % 4
    return (0..<count).flatMap { query -> [LinkMark.Link] in
      let target =
        switch kind {
        case 0: max(query - 1, 0)
        case 1: 0
        case 2: query
        default: (query * 7 + layer) % (query + 1)
        }
      return [.init(from: query, to: target, weight: 0.75), .init(from: query, to: query / 2, weight: 0.2)]
    }
  }

  private static let views: [Sample] = {
    var data = SampleData(seed: 11)
    func model(_ layers: Int, _ heads: Int) -> Plot {
      var y = Axis.tokens(words, "")
      y.isHidden = true
      let panels = (0..<layers * heads).map { index -> Plot.Panel in
        Plot.Panel("", [LinkMark(attention(index / heads, index % heads, words.count), widest: 0.9, least: 0.1)])
      }
      var plot = Plot(
        "Model view: \(layers) layers × \(heads) heads (sample data)", x: hidden, y: y, shape: .ratio(1.15),
        columns: heads, panels: panels)
      plot.outerX = .indices(heads, "head")
      plot.outerY = .indices(layers, "layer")
      plot.hasFrame = true
      return plot
    }
    var head = Plot(
      "Head view: three heads of layer 4 (sample data)", x: hidden, y: .tokens(words, ""),
      shape: .lines(words.count, height: 13),
      marks: (0..<3).map { LinkMark(attention(4, $0, words.count), paint: .category($0), widest: 2, least: 0.1) })
    head.rightY = .tokens(words, "")
    head.color = .categorical("head", (0..<3).map { .init("L4.H\($0)", .category($0)) })
    let (count, width) = (words.count, 24)
    let query = data.normals(width)
    let keys = data.normals(count * width)
    let products = (0..<count * width).map { keys[$0] * query[$0 % width] }
    let scores = (0..<count).map { row -> Double in
      let sum: Double = products[row * width..<(row + 1) * width].reduce(0, +)
      return exp(sum / Double(width).squareRoot())
    }
    let total: Double = scores.reduce(0, +)
    func neurons(_ title: String, _ rows: Int, _ columns: Int, _ values: [Double], isFirst: Bool = false) -> Plot {
      var y = Axis.tokens(words, "")
      y.isHidden = !isFirst
      return Plot(
        title, x: .indices(columns, columns > 1 ? "dimension" : ""), y: y, color: nil,
        shape: .lines(count, height: 12),
        marks: [CellMark(rows: rows, columns: columns, values: readings(values))])
    }
    var query2 = neurons("q of “was”", count, width, (0..<count * width).map { query[$0 % width] }, isFirst: true)
    query2.color = .diverging("", -2.5...2.5)
    var key = neurons("k", count, width, keys)
    key.color = .diverging("", -2.5...2.5)
    var product = neurons("q × k", count, width, products)
    product.color = .diverging("", -3...3)
    var weight = neurons("softmax", count, 1, scores.map { $0 / total })
    weight.x.isHidden = true
    weight.color = .sequential("weight", 0...0.6)
    let neuron = Sheet(
      "Neuron view (sample data)",
      rows: [[.init(query2, share: 1.25), .init(key), .init(product), .init(weight, share: 0.8)]])
    return [
      Sample("model-view", model(12, 12)), Sample("model-view-32", model(32, 32)), Sample("head-view", head),
      Sample("neuron-view", neuron),
    ]
  }()

  private static let maps: [Sample] = {
    let source = ["Das", "▁Tier", "▁überquerte", "▁die", "▁Straße", "▁nicht", ",", "▁weil", "▁es", "▁müde", "▁war"]
    let target = ["这", "只", "动物", "没有", "过", "马路", "，", "因为", "它", "太累", "了"]
    let order = [0, 1, 1, 5, 2, 4, 6, 7, 8, 9, 10]
    let cells = (0..<target.count * source.count).map { place -> Reading in
      let distance = abs(place % source.count - order[place / source.count])
      return Reading(exp(-1.3 * Double(distance)))
    }
    let alignment = Plot(
      "Alignment grid (sample data)", x: .tokens(source, "source"), y: .tokens(target, "target"),
      color: .sequential("cross-attention", 0...1), shape: .square(rows: 11, columns: 11, largestSide: 170),
      marks: [
        CellMark(rows: target.count, columns: source.count, values: cells),
        DotMark(
          x: order.map { Reading(Double($0)) }, y: order.indices.map { Reading(Double($0)) },
          paint: .color(Color(hex: 0xD55E00)), radius: 4.5, shape: .ring, name: "gold alignment"),
      ])
    let tokens = ["When", "ĠMary", "Ġand", "ĠJohn", "Ġwent", "Ġto", "Ġthe", "Ġstore", ",", "ĠJohn", "Ġgave", "Ġto"]
    let effect = (0..<12 * tokens.count).map { place -> Reading in
      let (layer, token) = (Double(place / tokens.count), place % tokens.count)
      if layer == 0, token == 8 { return .notApplicable }
      switch token {
      case 3: return Reading(0.9 * exp(-layer / 3))
      case 9:
        let square: Double = (layer - 5) * (layer - 5)
        return Reading(0.85 * exp(-square / 6) - 0.1)
      case 11:
        let rise: Double = exp((8 - layer) * 1.4)
        return Reading(1 / (1 + rise))
      default: return Reading(0.08 * sin(Double(place) * 2.3))
      }
    }
    let patching = Plot(
      "Patching map (sample data)", x: .tokens(tokens, "patched position"), y: .indices(12, "layer"),
      color: .diverging("recovered logit difference", -1...1, map: .blueRed),
      shape: .rows(12, columns: 12, tallest: 12), marks: [CellMark(rows: 12, columns: 12, values: effect)])
    var data = SampleData(seed: 12)
    let difference = (0..<144).map { _ in Reading(0.1 * data.normal()) }
    let change = Plot(
      "Difference map: run 2 − run 1 (sample data)", x: .indices(12, "head"), y: .indices(12, "layer"),
      color: .diverging("Δ entropy", -0.3...0.3), shape: .rows(12, columns: 12, tallest: 13),
      marks: [CellMark(rows: 12, columns: 12, values: difference)])
    let waves = (0..<1024).map { place -> Reading in
      let (x, y) = (Double(place % 32), Double(place / 32))
      return place == 100 ? .nan : Reading(0.5 + 0.5 * sin(x / 5) * cos(y / 6))
    }
    let wide = Plot(
      "32 × 32 heads (sample data)", x: .indices(32, "head"), y: .indices(32, "layer"),
      color: .sequential("entropy", 0...1), shape: .square(rows: 32, columns: 32, largestSide: 200),
      marks: [
        CellMark(
          rows: 32, columns: 32,
          values: waves)
      ])
    let long = (0..<512).map { $0 % 9 == 0 ? "Ċ" : "Ġword\($0)" }
    let weights = (0..<512 * 512).map { place -> Reading in
      let (query, key) = (place / 512, place % 512)
      let near: Double = exp(-Double(query - key) / 20) * 0.6
      return key > query ? .blank : Reading(near + (key % 64 == 0 ? 0.3 : 0))
    }
    let attention = Plot(
      "512 tokens (sample data)", x: .tokens(long, "key"), y: .tokens(long, "query"),
      color: .sequential("weight", 0...1, transform: .squareRoot),
      shape: .square(rows: 512, columns: 512, largestSide: 190),
      marks: [
        CellMark(
          rows: 512, columns: 512,
          values: weights)
      ])
    return [
      Sample("alignment", alignment), Sample("patching", patching), Sample("difference", change),
      Sample("heads-32", wide), Sample("tokens-512-raster", attention),
    ]
  }()

  private static let comparisons: [Sample] = {
    var data = SampleData(seed: 13)
    let names = ["mean entropy", "induction score", "dead heads", "effective rank", "test loss"]
    var trends: [any Mark] = []
    var lasts: [String] = []
    for row in names.indices {
      var value = 0.5
      let series = (0..<24).map { step -> Double? in
        value += 0.09 * data.normal()
        return row == 2 && step == 11 ? nil : value
      }
      let numbers = series.compactMap { $0 }
      let (low, high) = (numbers.min() ?? 0, numbers.max() ?? 1)
      let y = series.map { value -> Reading in
        value.map { Reading(Double(row) + 0.36 - 0.72 * ($0 - low) / (high - low)) } ?? .blank
      }
      trends.append(LineMark(x: (0..<24).map(Double.init), y: y, paint: .accent))
      trends.append(DotMark(x: [.number(23)], y: [y[23]], paint: .category(5), radius: 3))
      lasts.append(NumberFormat.text(series[23] ?? 0))
    }
    trends.append(
      TextMark(
        x: names.map { _ in 23 }, y: names.indices.map(Double.init), texts: lasts, horizontal: .start,
        offset: Point(6, 0)))
    let sparklines = Plot(
      "Trends over the last 24 runs (sample data)", x: .integers("run", domain: 0...30), y: .categories(names, ""),
      shape: .lines(names.count, height: 22), marks: trends)
    let heads = ["L5.H1", "L6.H9", "L9.H6", "L10.H0", "L2.H2", "L7.H4"]
    let before = [0.12, 0.55, 0.81, 0.64, 0.3, 0.42]
    let after = [0.35, 0.52, 0.93, 0.31, 0.33, 0.7]
    let lines = heads.indices.map { index -> any Mark in
      let change = after[index] - before[index]
      let paint: Paint = abs(change) < 0.1 ? .other : change > 0 ? .category(0) : .category(5)
      return LineMark(x: [0, 1], y: readings([before[index], after[index]]), paint: paint, hasDots: true)
    }
    var ends = TextMark(
      x: heads.map { _ in 1 }, y: after, texts: heads, horizontal: .start, offset: Point(8, 0))
    var starts = TextMark(
      x: heads.map { _ in 0 }, y: before, texts: before.map { NumberFormat.text($0) }, horizontal: .end,
      offset: Point(-8, 0))
    (ends.isSpread, starts.isSpread) = (true, true)
    let slope = Plot(
      "Slopes between two runs (sample data)", x: Axis(.point(["base", "fine-tuned"].map(CategoryLabel.name))),
      y: Axis(.linear, "induction score"), shape: .ratio(0.8),
      marks: lines + [ends, starts])
    let places = heads.indices.map(Double.init)
    let dumbbell = Plot(
      "Dumbbells of two runs (sample data)", x: Axis(.linear, "induction score", domain: 0...1),
      y: .categories(heads, ""), shape: .lines(heads.count, height: 17),
      marks: [
        IntervalMark(x: places, low: readings(before), high: readings(after), paint: .muted, isLevel: true),
        DotMark(
          x: readings(before), y: readings(places), paint: .category(0), radius: 4, shape: .disc, name: "base"),
        DotMark(
          x: readings(after), y: readings(places), paint: .category(5), radius: 4, shape: .square, name: "fine-tuned"),
      ])
    let share = (0...20).map { Double($0) / 20 }
    func kept(_ steepness: Double) -> [Double] {
      share.map { removed -> Double in
        let fall: Double = exp((removed - 0.62) * steepness)
        return 0.5 + 0.42 / (1 + fall)
      }
    }
    let random = share.map { removed -> Double in 0.5 + 0.42 * exp(-removed * 4) }
    var pruning = Plot(
      "Pruning curves (sample data)", x: Axis(.linear, "heads removed"), y: Axis(.linear, "accuracy"),
      shape: .ratio(0.62),
      marks: [
        BandMark(
          x: share, low: readings(random.map { $0 - 0.04 }), high: readings(random.map { $0 + 0.04 }),
          paint: .category(2)),
        LineMark(x: share, y: readings(kept(14)), paint: .category(0), name: "by gradient"),
        LineMark(x: share, y: readings(kept(8)), paint: .category(1), name: "by entropy", dash: [5, 2]),
        LineMark(x: share, y: readings(random), paint: .category(2), name: "at random, ±σ", dash: [1.5, 1.5]),
        RuleMark(.atY, 0.5),
        LabelMark([.init("chance", x: 0.9, y: 0.5)]),
      ])
    pruning.x.tickStyle = .percent
    pruning.hasInnerLegend = true
    return [
      Sample("sparklines", sparklines), Sample("slope", slope), Sample("dumbbell", dumbbell),
      Sample("pruning", pruning),
    ]
  }()
}
