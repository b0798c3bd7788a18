import Drawing

/// The longest beginning of a text (read as markup where `isRich`) that fits a width, with `…` where it was cut.
func fitted(
  _ text: String, _ font: Font, width: Double, _ measurer: any TextMeasurer, isRich: Bool = false
) -> String {
  fitted([text], font, width: width, measurer, isRich: isRich)[0]
}

/// Texts cut to a width so that they can still be told apart.
func fitted(
  _ texts: [String], _ font: Font, width: Double, _ measurer: any TextMeasurer, isRich: Bool = false
) -> [String] {
  shortened(texts) { text in
    (isRich ? measurer.extent(ofRich: text, in: font).width : measurer.extent(of: text, in: font).width) <= width
  }
}

/// Texts in the longest form that fits, with `…` for what is left out: what is behind their beginning, or where texts
/// would then look alike, what lies between their beginning and the places that tell them apart.
package func shortened(_ texts: [String], fits: (String) -> Bool) -> [String] {
  let wholes = texts.map(Array.init)
  /// Characters that have to be seen.
  var places = [[Int]](repeating: [], count: texts.count)
  var result = wholes.map { excerpt(of: $0, showing: [], fits) }
  while true {
    var isSettled = true
    for group in Dictionary(grouping: texts.indices, by: { result[$0] }).values.sorted(by: { $0[0] < $1[0] }) {
      let first = wholes[group[0]]
      let alike = group.filter { texts[$0] != texts[group[0]] }
        .map { zip(first, wholes[$0]).prefix { $0 == $1 }.count }.min()
      guard let alike else { continue }
      for index in group {
        let place = min(alike, wholes[index].count - 1)
        guard place >= 0, !places[index].contains(place) else { continue }
        places[index].append(place)
        result[index] = excerpt(of: wholes[index], showing: places[index], fits)
        isSettled = false
      }
    }
    if isSettled { return result }
  }
}

/// A text's beginning and what is around some of its characters, as much of it as fits.
private func excerpt(of text: [Character], showing places: [Int], _ fits: (String) -> Bool) -> String {
  if fits(String(text)) { return String(text) }
  func joined(_ head: Int, around places: [Int], _ reach: Int) -> String {
    var ranges = [0..<min(head, text.count)]
    for place in places.sorted() {
      let range = max(0, place - reach)..<min(text.count, place + reach + 1)
      // A single character takes no more room than the mark for it.
      if let last = ranges.last, range.lowerBound <= last.upperBound + 1 {
        ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        ranges.append(range)
      }
    }
    let parts = ranges.map { String(text[$0]) }.joined(separator: "…")
    return parts + (ranges[ranges.count - 1].upperBound < text.count ? "…" : "")
  }
  let seen = fits(joined(0, around: places, 0)) ? places : []
  let reach = most(upTo: text.count) { fits(joined($0, around: seen, $0)) }
  return joined(most(upTo: text.count) { fits(joined($0, around: seen, reach)) }, around: seen, reach)
}

/// The largest number for which something holds that holds for all smaller ones.
private func most(upTo limit: Int, _ holds: (Int) -> Bool) -> Int {
  var (low, high) = (0, limit)
  while low < high {
    let middle = (low + high + 1) / 2
    if holds(middle) { low = middle } else { high = middle - 1 }
  }
  return low
}
