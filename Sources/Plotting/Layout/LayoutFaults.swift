package import Drawing
import Support

extension DisplayList {
  /// What is wrong with the placing of a figure's words: each that leaves the page, lies on another one, or covers
  /// data. Empty for a good figure.
  package func layoutFaults(_ measurer: any TextMeasurer) -> [String] {
    var faults: [String] = []
    let page = Rect(-0.01, -0.01, size.width + 0.02, size.height + 0.02)
    var labels: [(text: String, bounds: Rect)] = []
    var inside: [(text: String, bounds: Rect)] = []
    var areas: [Rect] = []
    for item in items {
      switch item {
      case .text(let run): labels.append((run.text, run.bounds(measurer)))
      case .group(let items, let clip, _):
        inside += items.flatMap(\.texts).map { ($0.text, $0.bounds(measurer)) }
        // Panels clip three points outside their area.
        if let clip { areas.append(clip.inset(3)) }
      default: break
      }
    }
    for (text, bounds) in labels + inside where !page.contains(bounds) {
      faults.append(
        phrase(
          "layoutFaults.textLeavesPage",
          ["text": text, "bounds": "\(bounds)", "width": size.width, "height": size.height]))
    }
    faults += overlaps(labels) + overlaps(inside)
    for (text, bounds) in labels where areas.contains(where: bounds.inset(0.05).intersects) {
      faults.append(phrase("layoutFaults.textCoversData", ["text": text]))
    }
    return faults
  }

  /// Pairs that lie on each other; found along the page from the top, so that thousands of labels cost little.
  private func overlaps(_ labels: [(text: String, bounds: Rect)]) -> [String] {
    let sorted = labels.map { ($0.text, $0.bounds.inset(0.05)) }.sorted { $0.1.minY < $1.1.minY }
    var faults: [String] = []
    for (index, (text, bounds)) in sorted.enumerated() {
      for (other, its) in sorted[(index + 1)...] {
        if its.minY >= bounds.maxY { break }
        if bounds.intersects(its) {
          faults.append(phrase("layoutFaults.textOtherOverlap", ["text": text, "other": other]))
        }
      }
    }
    return faults
  }
}
