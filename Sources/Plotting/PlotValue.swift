import Support

/// A number to be drawn, or the reason why there is none; the reason is drawn too, and never as 0.
package enum PlotValue: Hashable, Sendable {
  case number(Double)
  case nan
  case infinite
  case negativeInfinite
  /// The metric makes no sense here.
  case notApplicable
  /// It was asked for and is not there.
  case missing
  /// There is nothing to be known here, such as the weight of a key that a causal mask hides: drawn as empty paper.
  case blank

  package init(_ number: Double) {
    self =
      number.isFinite ? .number(number) : number.isNaN ? .nan : number > 0 ? .infinite : .negativeInfinite
  }

  package var number: Double? { if case .number(let number) = self { number } else { nil } }

  /// What a legend, a cell and a table say in place of the number; nil for numbers and for empty paper.
  package var gap: String? {
    switch self {
    case .number, .blank: nil
    case .notApplicable: phrase("value.notApplicable")
    case .missing: phrase("value.missing")
    case .nan, .infinite, .negativeInfinite: code
    }
  }

  /// What a file of numbers says, the same in every language.
  package var code: String? {
    switch self {
    case .number, .blank: nil
    case .nan: "NaN"
    case .infinite: "Inf"
    case .negativeInfinite: "−Inf"
    case .notApplicable: "n/a"
    case .missing: "missing"
    }
  }

  /// The states that need a legend entry, in the order in which they are listed there.
  static let gaps: [PlotValue] = [.nan, .infinite, .negativeInfinite, .notApplicable, .missing]
}

/// The legend's words for the gaps among some readings ("NaN, n/a"), nil where there are none.
func gapLabel(_ readings: some Sequence<PlotValue>) -> String? {
  var seen: Set<PlotValue> = []
  for reading in readings where reading.gap != nil { seen.insert(reading) }
  let names = PlotValue.gaps.filter(seen.contains).compactMap(\.gap)
  return names.isEmpty ? nil : names.joined(separator: ", ")
}

/// Lowest and highest of the numbers among some readings, nil where there are none.
package func extent(_ readings: some Sequence<PlotValue>) -> ClosedRange<Double>? {
  var low = Double.infinity
  var high = -Double.infinity
  for case .number(let number) in readings {
    low = min(low, number)
    high = max(high, number)
  }
  return low <= high ? low...high : nil
}
