import Drawing
import Foundation
import Plotting
import Reports

extension SampleFigures {
  /// A made-up photograph: a disc over a horizon.
  private static let picture: PixelImage = {
    let side = 224
    var data = SampleData(seed: 31)
    var pixels: [UInt8] = []
    for row in 0..<side {
      for column in 0..<side {
        let (x, y) = (Double(column) / 224, Double(row) / 224)
        let distance = hypot(x - 0.62, y - 0.4)
        let grain = 14 * data.uniform()
        let isGround = y > 0.68 + 0.05 * sin(9 * x)
        let light = distance < 0.17 ? 235 - 300 * distance : isGround ? 90 - 40 * (y - 0.7) : 150 + 70 * (0.7 - y)
        let color = distance < 0.17 ? (1.0, 0.72, 0.35) : isGround ? (0.7, 0.9, 0.5) : (0.72, 0.86, 1.0)
        for part in [color.0, color.1, color.2] { pixels.append(UInt8(min(max(light * part + grain, 0), 255))) }
        pixels.append(255)
      }
    }
    return PixelImage(width: side, height: side, pixels: pixels, isSmooth: true)
  }()

  private static func patches(_ name: String, x: Double, y: Double, breadth: Double, isSigned: Bool = false)
    -> PatchMap.Map
  {
    var data = SampleData(seed: 32)
    return PatchMap.Map(
      name,
      (0..<196).map { place in
        let (dx, dy) = (Double(place % 14) - x, Double(place / 14) - y)
        let value = exp(-(dx * dx + dy * dy) / breadth) + 0.08 * data.uniform()
        if isSigned, place == 13 { return .nan }
        return PlotValue(isSigned ? value - 0.7 * exp(-(dx * dx + (dy - 6) * (dy - 6)) / breadth) : value / 30)
      })
  }

  private static func effects(_ layers: Int, _ tokens: [String]) -> [PlotValue] {
    let (subject, middle, last) = (3 % tokens.count, tokens.count * 3 / 4, tokens.count - 1)
    return (0..<layers * tokens.count).map { place in
      let (layer, token) = (Double(place / tokens.count) * 12 / Double(layers), place % tokens.count)
      if place == tokens.count / 2 { return .notApplicable }
      if token == subject { return PlotValue(0.9 * exp(-layer / 3)) }
      if token == middle { return PlotValue(0.75 * exp(-(layer - 5) * (layer - 5) / 6) - 0.1) }
      if token == last { return PlotValue(1 / (1 + exp((8 - layer) * 1.4))) }
      return PlotValue(0.06 * sin(Double(place) * 2.3))
    }
  }

  private static func noise(_ count: Int, _ deviation: Double, seed: UInt64) -> [Double] {
    var data = SampleData(seed: seed)
    return (0..<count).map { _ in deviation * data.normal() }
  }

  private static func heads(_ layers: Int, _ heads: Int) -> [PlotValue] {
    noise(layers * heads, 0.04, seed: 33).enumerated().map { place, value in
      place == heads + 2 ? .nan : PlotValue(value + (place % 37 == 9 ? 0.8 : place % 61 == 20 ? -0.5 : 0))
    }
  }

  private static func change(_ id: String, _ layers: Int, _ heads: Int) -> Figure {
    let before = noise(layers * heads, 0.1, seed: 34).map { 0.5 + $0 }
    var after = zip(before, noise(layers * heads, 0.08, seed: 35)).map { PlotValue($0 + $1) }
    after[heads + 1] = .notApplicable
    return figure(
      id,
      DifferenceMap(
        title: "Entropy of two runs", runs: ("run 1", "run 2"), heads: heads, before: readings(before), after: after,
        quantity: "normalised entropy"))
  }

  static let maps: [Figure] = images + attributions + patching + matrices

  private static let images: [Figure] = {
    func overlay(
      _ id: String, _ title: String, _ maps: [PatchMap.Map], _ quantity: String, _ style: PatchMap.Style
    ) -> Figure {
      figure(
        id,
        PatchMap(
          title: title, image: picture, rows: 14, columns: 14, maps: maps, quantity: quantity, style: style))
    }
    let rollout = patches("rollout", x: 8.2, y: 5.4, breadth: 6)
    let heads = [
      patches("L2.H0", x: 3, y: 9, breadth: 30), patches("L6.H4", x: 8, y: 5, breadth: 9),
      patches("L11.H1", x: 8.6, y: 5.6, breadth: 3),
    ]
    let signed = patches("gradient × input", x: 8.2, y: 5.4, breadth: 8, isSigned: true)
    return [
      overlay("patch-map", "Attention rollout", [rollout], "rollout", .smooth),
      overlay("patch-map-heads", "Attention of the class token", heads, "weight", .grid),
      overlay("patch-map-signed", "Attribution of the class “sun”", [signed], "attribution", .grid),
    ]
  }()

  private static let prompt = [
    "When", " Mary", " and", " John", " went", " to", " the", " store", ",", " John", " gave", " to",
  ]

  private static let attributions: [Figure] = {
    var data = SampleData(seed: 36)
    func attribution(_ id: String, _ tokens: [String], _ rows: [String]) -> Figure {
      let rows = rows.map { name -> TokenStrip.Row in
        var values = tokens.map { _ in PlotValue(0.3 * data.normal() * data.normal()) }
        (values[5], values[6]) = (.nan, .notApplicable)
        return .init(name, values)
      }
      return figure(
        id, TokenStrip(title: "Attribution of the next token", tokens: tokens, rows: rows, quantity: "attribution"))
    }
    let spaced = sentence.map { $0.replacing(" ", with: "▁") }
    return [
      attribution("attribution", scripts + spaced, [""]),
      attribution("attribution-methods", prompt, ["gradient × input", "integrated gradients"]),
      attribution("attribution-512", tokens(512), [""]),
    ]
  }()

  private static let patching: [Figure] = {
    func map(
      _ id: String, _ layers: Int, _ places: PatchingMap.Places, _ effects: [PlotValue], _ patched: String
    ) -> Figure {
      figure(
        id,
        PatchingMap(
          title: "Patching \(patched)", layers: layers, places: places, effects: effects,
          quantity: "recovered logit difference", patched: patched))
    }
    var other = prompt
    other[9] = " Mary"
    let (stream, output) = ("the residual stream", "the output")
    return [
      map("patching-positions", 12, .positions(clean: prompt, corrupted: other), effects(12, prompt), stream),
      map("patching-512", 32, .positions(clean: tokens(512), corrupted: nil), effects(32, tokens(512)), stream),
      map("patching-heads", 12, .heads(12), heads(12, 12), output),
      map("patching-heads-32", 32, .heads(32), heads(32, 32), output),
    ]
  }()

  private static let matrices: [Figure] = {
    var values = (0..<13 * 25).map { place -> PlotValue in
      let (row, column) = (Double(place / 25) / 12, Double(place % 25) / 24)
      return PlotValue(exp(-abs(row - column) * 3))
    }
    values[30] = .nan
    return [
      change("difference-map", 12, 12), change("difference-map-32", 32, 32),
      figure(
        "similarity-of-two",
        SimilarityMatrix(
          title: "CKA of two models", quantity: "CKA", column: "cka", rows: (axis: "layer of model A", count: 13),
          columns: (axis: "layer of model B", count: 25), values: values)),
    ]
  }()

  // MARK: Translation

  private static func alignment(_ id: String, _ source: [String], _ target: [String], gold: Bool = true) -> Figure {
    var data = SampleData(seed: 37)
    // Words change places in pairs.
    let order = target.indices.map { row in min(row % 5 == 2 ? row + 1 : row % 5 == 3 ? row - 1 : row, source.count - 1)
    }
    let weights = target.indices.flatMap { row in
      source.indices.map { column -> PlotValue in
        let distance = abs(Double(column - order[row]) + (row % 7 == 4 ? 1 : 0))
        return PlotValue(0.75 * exp(-1.4 * distance) + 0.03 * data.uniform())
      }
    }
    let sure = target.indices.filter { $0 % 6 != 1 }.map { AlignmentGrid.Pair(target: $0, source: order[$0]) }
    let possible = target.indices.filter { $0 % 6 == 1 && order[$0] + 1 < source.count }.map {
      AlignmentGrid.Pair(target: $0, source: order[$0] + 1)
    }
    return figure(
      id,
      AlignmentGrid(
        title: "Alignment of a translation", source: source, target: target, weights: weights,
        gold: gold ? .init(sure: Set(sure), possible: Set(possible)) : nil,
        quantity: "cross-attention, mean of the heads of layer 4"))
  }

  static let translations: [Figure] = {
    let german = ["▁Das", "▁Tier", "▁überquerte", "▁die", "▁Straße", "▁nicht", ",", "▁weil", "▁es", "▁müde", "▁war"]
    let chinese = ["这", "只", "动物", "没有", "过", "马路", "，", "因为", "它", "太累", "了"]
    return [
      alignment("alignment", german, chinese),
      alignment(
        "alignment-8", Array(german.prefix(8)), ["الحيوان", "لم", "يعبر", "الشارع", "،", "لأنه", "متعب", "."],
        gold: false),
      alignment("alignment-120", tokens(120), tokens(116)),
    ]
  }()
}
