import Plotting
import Results
import Support

extension Quantity {
  /// "0.731", "n/a", "NaN".
  func text(digits: Int = 3) -> String {
    switch state {
    case .finite: NumberFormat.text(number, digits: digits)
    case .notApplicable: phrase("value.notApplicable")
    case .missing: phrase("value.missing")
    case .nan: "NaN"
    case .infinite: "∞"
    case .negativeInfinite: "−∞"
    }
  }

  /// "[0.70, 0.76]"; empty where there is none.
  var intervalText: String {
    interval.map { "[\(NumberFormat.text($0.lowerBound)), \(NumberFormat.text($0.upperBound))]" } ?? ""
  }

  func cell(withInterval: Bool = false) -> Article.Cell {
    Article.Cell(text(), .number, detail: withInterval ? intervalText : "")
  }
}

extension Metric {
  /// "Entropy (nats)".
  var heading: String { unit.isEmpty ? title : "\(title) (\(unit))" }
}

extension Sequence<Quantity> {
  /// "n = 4,112", or the range where they differ; nil where nothing was counted.
  var observations: String? {
    let counts = filter { $0.value != nil }.map(\.n)
    guard let low = counts.min(), let high = counts.max(), high > 0 else { return nil }
    return low == high ? "n = \(NumberFormat.count(low))" : "n = \(NumberFormat.count(low))–\(NumberFormat.count(high))"
  }
}

/// "a", "a and b", "a, b and c".
func listed(_ items: [String]) -> String {
  guard let last = items.last, items.count > 1 else { return items.first ?? "" }
  return items.dropLast().joined(separator: ", ") + phrase("quantityText.andLast", ["last": last])
}
