import Foundation
package import Plotting
import Support

/// The eigenvalues of weight matrices as shares above a value, with the power law that was fitted to their tails.
package struct PowerLawSpectrum: FigureContent {
  package struct Matrix: Sendable {
    package var name: String
    /// Positive, in any order.
    package var eigenvalues: [Double]
    /// `p(λ) ∝ λ^{−α}` from `lowest` on (Clauset et al. 2009); nil where nothing was fitted.
    package var fit: (alpha: Double, lowest: Double)?

    package init(_ name: String, eigenvalues: [Double], fit: (alpha: Double, lowest: Double)? = nil) {
      self.name = name
      self.eigenvalues = eigenvalues.filter { $0 > 0 && $0.isFinite }.sorted(by: >)
      self.fit = fit
    }

    /// The share of eigenvalues that are at least as large, of each in falling order.
    var shares: [Double] { eigenvalues.indices.map { Double($0 + 1) / Double(eigenvalues.count) } }

    /// About 200 places, evenly on a logarithmic scale, with the largest ten.
    var places: [Int] {
      let last = Double(eigenvalues.count - 1)
      var places: [Int] = []
      for step in 0...200 where !eigenvalues.isEmpty {
        let place = Int((exp(log(last + 1) * Double(step) / 200) - 1).rounded())
        if place != places.last { places.append(place) }
      }
      return places
    }
  }

  package let title: String
  let matrices: [Matrix]

  /// - Parameter matrices: one at least, few enough for colours to tell them apart.
  package init(title: String, matrices: [Matrix]) {
    precondition(!matrices.isEmpty)
    self.title = title
    self.matrices = matrices
  }

  package var what: String {
    phrase("powerLawSpectrum.shareEigenvaluesW")
  }

  package var altText: String {
    matrices.map { matrix in
      let range =
        "\(matrix.name): \(phrase("count.eigenvalues", ["count": matrix.eigenvalues.count]))"
        + (matrix.eigenvalues.isEmpty
          ? ""
          : phrase(
            "powerLawSpectrum.range",
            [
              "lowest": NumberFormat.text(matrix.eigenvalues.last ?? 0),
              "highest": NumberFormat.text(matrix.eigenvalues[0]),
            ]))
      return range
        + (matrix.fit.map {
          phrase(
            "powerLawSpectrum.alphaFromLowest",
            ["alpha": NumberFormat.text($0.alpha), "lowest": NumberFormat.text($0.lowest)])
        }
          ?? phrase("powerLawSpectrum.noPowerLaw"))
    }.joined(separator: " ")
  }

  package var plot: any Plottable {
    var marks: [any Mark] = []
    for (index, matrix) in matrices.enumerated() {
      let places = matrix.places
      let name = matrix.name + (matrix.fit.map { ", \\it{α} = \(NumberFormat.fixed($0.alpha, decimals: 2))" } ?? "")
      marks.append(
        DotMark(
          x: places.map { PlotValue(matrix.eigenvalues[$0]) }, y: places.map { PlotValue(matrix.shares[$0]) },
          paint: .category(index), radius: 2, opacity: 0.75, shape: .category(index), name: name))
      // The law's own share above λ, scaled to meet the data where the tail begins.
      if let fit = matrix.fit, let top = matrix.eigenvalues.first, fit.lowest < top {
        let tail = Double(matrix.eigenvalues.count { $0 >= fit.lowest }) / Double(matrix.eigenvalues.count)
        marks.append(
          LineMark(
            x: [fit.lowest, top], y: [PlotValue(tail), PlotValue(tail * pow(top / fit.lowest, 1 - fit.alpha))],
            paint: .ink,
            dash: [4, 2]))
      }
    }
    return Plot(
      title, x: Axis(.log, phrase("axis.eigenvalue", ["symbol": "\\it{λ}"])),
      y: Axis(.log, phrase("axis.shareFrom", ["symbol": "\\it{λ}"])), shape: .ratio(0.75), marks: marks)
  }

  package var table: DataTable {
    let rows = matrices.flatMap { matrix in matrix.eigenvalues.indices.map { (matrix, $0) } }
    return DataTable([
      ("matrix", .texts(rows.map(\.0.name))), ("index", .integers(rows.map { $0.1 + 1 })),
      ("eigenvalue", .readings(rows.map { PlotValue($0.0.eigenvalues[$0.1]) })),
      ("share", .readings(rows.map { PlotValue(Double($0.1 + 1) / Double($0.0.eigenvalues.count)) })),
      ("alpha", .readings(rows.map { $0.0.fit.map { PlotValue($0.alpha) } ?? .notApplicable })),
    ])
  }
}
