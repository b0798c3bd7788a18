package import Drawing

/// What can be drawn on a page of a width: a plot, or a sheet of several.
package protocol Plottable: Sendable {
  var title: String { get set }

  /// - Parameter width: in points.
  func displayList(
    id: String, width: Double, theme: Theme, measurer: any TextMeasurer, description: String
  ) -> DisplayList
}

extension Plot: Plottable {}
extension Sheet: Plottable {}
