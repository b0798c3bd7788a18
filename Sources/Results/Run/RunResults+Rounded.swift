import Support

extension RunResults {
  /// The same results as a run folder gives them back: numbers of nine significant digits. What is drawn and printed is
  /// made from these, so that a report does not depend on whether its run was read or just measured.
  package var rounded: RunResults {
    var copy = self
    for analysis in copy.analyses.indices {
      for table in copy.analyses[analysis].tables.indices {
        for row in copy.analyses[analysis].tables[table].rows.indices {
          copy.analyses[analysis].tables[table].rows[row].quantity.round()
        }
      }
    }
    return copy
  }
}

extension Quantity {
  fileprivate mutating func round() {
    if state == .finite { number = number.rounded(significantDigits: 9) }
    if let bounds = interval {
      interval =
        bounds.lowerBound.rounded(significantDigits: 9)...bounds.upperBound.rounded(significantDigits: 9)
    }
  }
}
