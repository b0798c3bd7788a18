import CairoRenderer
import Drawing
import Foundation
import Plotting
import Support
import TestSupport

/// The figures of the peers' script, each drawn from its data to the file's bytes; `per_s` is figures a second.
let figureBenchmarks = [("sheet", sheet), ("scatter", scatter), ("lines", lines)].flatMap { name, plot in
  [("png", Renderer.Format.png(dpi: 150)), ("svg", .svg)].map { ending, format in
    Benchmark(name: "figure.\(name).\(ending)") { benchmark in
      guard let renderer = try? Renderer(fonts: Fixtures.root.appending(path: "fonts")) else { return }
      let plot = plot()
      var size = 0
      let t = time(9) {
        let list = plot.displayList(
          id: "figure", width: name == "sheet" ? 1440 : 576, theme: .screen, measurer: renderer)
        size = (try? renderer.render(list, as: format).count) ?? 0
      }
      report(benchmark, t, ["bytes": Double(size), "per_s": 1 / t.median])
    }
  }
}

/// Twelve causal patterns of 64 tokens with every token named.
@Sendable private func sheet() -> Plot {
  var generator = SeededGenerator(seed: 0)
  let tokens = (0..<64).map { "tok\($0)" }
  let panels = (0..<12).map { head in
    var values = [PlotValue](repeating: .blank, count: 64 * 64)
    for query in 0..<64 {
      let weights = (0...query).map { _ in exp(2 * generator.normal()) }
      let total = weights.reduce(0, +)
      for key in 0...query { values[query * 64 + key] = .number(weights[key] / total) }
    }
    return Plot.Panel("head \(head)", [CellMark(rows: 64, columns: 64, values: values)])
  }
  return Plot(
    "Attention", x: .tokens(tokens, "key"), y: .tokens(tokens, "query"), color: .sequential("attention weight", 0...1),
    shape: .square(rows: 64, columns: 64, largestSide: 400), columns: 4, panels: panels)
}

/// 5,000 points in ten clusters, with a legend.
@Sendable private func scatter() -> Plot {
  var generator = SeededGenerator(seed: 0)
  let centres = (0..<10).map { _ in (6 * generator.normal(), 6 * generator.normal()) }
  let cluster = (0..<5000).map { _ in generator.index(below: 10) }
  return Plot(
    "5000 points", x: Axis(.linear, "t-SNE 1"), y: Axis(.linear, "t-SNE 2"),
    color: .categorical("", (0..<10).map { .init("cluster \($0)", .category($0 % 8)) }), shape: .ratio(0.64),
    marks: [
      DotMark(
        x: cluster.map { .number(centres[$0].0 + generator.normal()) },
        y: cluster.map { .number(centres[$0].1 + generator.normal()) }, color: cluster.map { .number(Double($0)) },
        radius: 1.4, opacity: 0.7)
    ])
}

/// Twelve series of 1,000 points.
@Sendable private func lines() -> Plot {
  var generator = SeededGenerator(seed: 0)
  let x = (0..<1000).map(Double.init)
  return Plot(
    "12 series", x: Axis(.linear, "step"), y: Axis(.linear, "value"), shape: .ratio(0.506),
    marks: (0..<12).map { layer in
      var sum = 0.0
      let y = x.map { _ -> PlotValue in
        sum += generator.normal()
        return .number(sum)
      }
      return LineMark(x: x, y: y, paint: .category(layer % 8), name: "layer \(layer)")
    })
}
