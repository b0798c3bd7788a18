/// The name that a misspelt one most likely stands for: the one that the fewest insertions, deletions, replacements and
/// swaps of neighbours turn it into (Damerau 1964, restricted), if these are no more than half of its letters.
///
/// Of equally near names the first is taken. Case and the difference between `_` and `-` cost nothing.
package func nearestName(to misspelt: String, among names: [String]) -> String? {
  func letters(_ name: String) -> [Character] { name.lowercased().map { $0 == "_" ? "-" : $0 } }
  let written = letters(misspelt)
  var nearest: (name: String, distance: Int)?
  for name in names {
    let distance = editDistance(written, letters(name))
    if distance <= max(1, name.count / 2), distance < nearest?.distance ?? .max { nearest = (name, distance) }
  }
  return nearest?.name
}

/// `, the nearest is "corpus"`, or nothing where no name is near.
package func suggestion(for misspelt: String, among names: [String]) -> String {
  nearestName(to: misspelt, among: names).map { phrase("spelling.theNearestIsValue", ["value": $0]) } ?? ""
}

private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var before: [Int] = []
  var previous = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var least = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, before[j - 1] + 1) }
      row.append(least)
    }
    (before, previous) = (previous, row)
  }
  return previous[b.count]
}

extension ClosedRange<Int> {
  /// "1 to 8", "at least 1".
  package var spelling: String {
    upperBound == .max
      ? phrase("spelling.atLeastLowerbound", ["lowerBound": lowerBound])
      : phrase("spelling.lowerboundToUpperbound", ["lowerBound": lowerBound, "upperBound": upperBound])
  }
}
