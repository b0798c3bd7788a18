import Drawing

/// Marks that show how samples are distributed, one for each category.
package protocol SampleMark: Mark {
  var groups: [Distribution] { get }
  /// Categories run along the y axis, numbers along the x axis.
  var isLevel: Bool { get }
}

extension SampleMark {
  package func values(of channel: Channel) -> [PlotValue] {
    guard channel == (isLevel ? .x : .y) else { return [] }
    return groups.compactMap(\.range).flatMap { [.number($0.lowerBound), .number($0.upperBound)] }
  }

  package func legend(theme: Theme) -> [LegendEntry] { gapLegend(groups) }

  /// A place across the categories and along the numbers.
  func point(_ across: Double, _ along: Double, in frame: Frame) -> Point? {
    isLevel ? frame.point(along, across) : frame.point(across, along)
  }

  /// The cross at the foot of a category's place where some of its readings are no numbers.
  func drawGap(of index: Int, in frame: Frame, into items: inout [DrawingItem]) {
    guard groups[index].gaps > 0, let across = (isLevel ? frame.y : frame.x).position(Double(index)) else { return }
    let center = isLevel ? Point(frame.area.minX + 4, across) : Point(across, frame.area.maxY - 4)
    items.append(GapSign.cross(at: center, radius: 2.2, color: frame.theme.gapInk))
  }
}

/// The legend of samples some of whose readings are no numbers.
func gapLegend(_ groups: [Distribution]) -> [LegendEntry] {
  Distribution.gapWords(groups).map { [LegendEntry(.cross, $0)] } ?? []
}
