import Foundation
import Plotting
package import Results
import Support

/// Spectra: eigenvalues of the representations by residual point, singular values of the weights by layer.
package enum Spectra: FigureBuilder {
  package static func figures(of results: RunResults) -> [FigureOutcome] {
    [representations(results), weights(results)].compactMap { $0 }
  }

  /// One falling line.
  private struct Line {
    var name: String
    /// Layer or point.
    var depth: Int
    var values: [Double]

    /// Of the values drawn; the first and last are among them.
    var places: [Int]

    /// - Parameter isEven: about 120 places evenly spaced, else evenly on a logarithmic scale.
    init(name: String, depth: Int, values: [Double], isEven: Bool) {
      self.name = name
      self.depth = depth
      self.values = values
      places = []
      let last = Double(values.count - 1)
      for step in 0...120 where !values.isEmpty {
        let part = Double(step) / 120
        let index = Int((isEven ? last * part : exp(log(last + 1) * part) - 1).rounded())
        if index != places.last { places.append(index) }
      }
    }

    func mark() -> LineMark {
      LineMark(
        x: places.map { Double($0 + 1) }, y: places.map { values[$0] > 0 ? PlotValue(values[$0]) : .blank },
        color: .number(Double(depth)))
    }
  }

  private static func representations(_ results: RunResults) -> FigureOutcome? {
    guard let analysis = results[analysis: RepresentationMetrics.analysis] else { return nil }
    let id = "representations-spectrum"
    let lines = analysis.members(of: RepresentationMetrics.spectrum).compactMap { member -> Line? in
      guard let point = Int(member), let array = analysis[RepresentationMetrics.spectrum[point]] else { return nil }
      let values = array.values.map(Double.init).filter(\.isFinite).sorted(by: >)
      // What rounding leaves of a rank that is not there would only stretch the scale.
      let floor = (values.first ?? 0) * 1e-9
      return values.contains { $0 > 0 }
        ? Line(name: "R\(point)", depth: point, values: values.filter { $0 > floor }, isEven: false) : nil
    }.sorted { $0.depth < $1.depth }
    guard !lines.isEmpty else { return .omitted(id: id, reason: phrase("spectra.noSpectrumHas")) }
    let title = phrase("spectra.spectrumRepresentationsResidual")
    var color = ColorScale.sequential(phrase("spectra.residualPoint"), 0...Double(max(lines.last?.depth ?? 1, 1)))
    color.isForLines = true
    color.isInteger = true
    let plot = Plot(
      title, x: Axis(.log, phrase("spectra.indexOfTheEigenvalue")),
      y: Axis(.log, phrase("axis.eigenvalue", ["symbol": "λ"])), color: color,
      shape: .ratio(0.7),
      marks: lines.map { $0.mark() })
    let falls = lines.map { PlotValue(fall($0.values)) }
    return .figure(
      Figure(
        id: id, analysis: "representations", title: title,
        caption: Caption(results: results).text(
          phrase("spectra.eigenvaluesCovarianceCentred"), analysis: "representations"),
        altText: phrase(
          "spectra.linesFallingLines",
          [
            "lines": lines.count, "range": Seen.range(lines.map { PlotValue($0.values[0]) }, lines.map(\.name)),
            "range2": Seen.range(falls, lines.map(\.name)),
          ]),
        plot: plot, table: table(lines, "point", "eigenvalue")))
  }

  /// The part of the sum that the first has.
  private static func fall(_ values: [Double]) -> Double {
    let sum = values.reduce(0, +)
    return sum > 0 ? values[0] / sum : .nan
  }

  private static func weights(_ results: RunResults) -> FigureOutcome? {
    guard let analysis = results[analysis: WeightMetrics.analysis] else { return nil }
    let id = "weights-spectra"
    // In the order of the model where it is known.
    let found = analysis.members(of: WeightMetrics.singularValues)
    let order = (analysis[WeightMetrics.names] ?? []).filter(found.contains)
    let names = order + found.filter { !order.contains($0) }
    let kinds = tensorsByKind(names)
    var deepest = 1
    var all: [Line] = []
    let panels = kinds.compactMap { kind, members -> Plot.Panel? in
      let lines = members.compactMap { member -> Line? in
        guard let array = analysis[WeightMetrics.singularValues[names[member.index]]] else { return nil }
        let values = array.values.map(Double.init).filter(\.isFinite).sorted(by: >)
        let floor = (values.first ?? 0) * 1e-4
        guard (values.first ?? 0) > 0 else { return nil }
        return Line(
          name: names[member.index], depth: member.layer, values: values.filter { $0 > floor },
          isEven: true)
      }
      guard !lines.isEmpty else { return nil }
      deepest = max(deepest, lines.map(\.depth).max() ?? 1)
      all += lines
      return Plot.Panel(TensorCurves.shortKind(kind), lines.map { $0.mark() })
    }
    guard !panels.isEmpty else { return .omitted(id: id, reason: phrase("spectra.noSingularValues")) }
    let title = phrase("spectra.singularValuesWeights")
    var color = ColorScale.sequential(phrase("axis.layer"), 0...Double(deepest))
    color.isForLines = true
    color.isInteger = true
    let columns = panels.count <= 2 ? panels.count : panels.count <= 4 ? 2 : 3
    let plot = Plot(
      title, x: Axis(.linear, phrase("spectra.indexSingularValue")), y: Axis(.log, phrase("spectra.singularValue")),
      color: color,
      shape: .ratio(0.75), columns: columns, panels: panels)
    return .figure(
      Figure(
        id: id, analysis: "weights", title: title,
        caption: Caption(results: results).text(
          phrase("spectra.singularValuesEvery"),
          n: phrase("spectra.nAllMatrices", ["all": all.count]), analysis: "weights",
          onCorpus: false),
        altText: phrase(
          "spectra.panelsPanelsLargest",
          ["panels": panels.count, "range": Seen.range(all.map { PlotValue($0.values[0]) }, all.map(\.name))]),
        extent: .text, plot: plot, table: table(all, "tensor", "singular_value")))
  }

  private static func table(_ lines: [Line], _ name: String, _ value: String) -> DataTable {
    let rows = lines.flatMap { line in line.places.map { (line, $0) } }
    return DataTable([
      (name, .texts(rows.map(\.0.name))), ("index", .integers(rows.map { $0.1 + 1 })),
      (value, .readings(rows.map { PlotValue($0.0.values[$0.1]) })),
    ])
  }
}
