import Plotting
package import Results
import Support

extension WeightNote {
  /// Whether the reader should know it before the numbers, and not only where they come from.
  var isUrgent: Bool { kind != .idle }

  /// As plain text, with up to so many names.
  package func sentence(naming most: Int = 3) -> String {
    switch kind {
    case .merged:
      return phrase("weightNotes.adapter", ["detail": detail ?? "", "count": names.count])
    case .untied:
      return
        phrase("weightNotes.tiedButDifferent", ["first": names.first ?? "", "last": names.last ?? ""])
    case .adapters:
      return phrase(
        "weightNotes.adapterAmongWeights",
        ["count": names.count, "listing": listing(most)])
    case .beyond:
      return phrase("weightNotes.beyondLayers", ["count": names.count, "listing": listing(most)])
    case .unread:
      return phrase("weightNotes.unread", ["count": names.count, "listing": listing(most)])
    case .idle:
      return phrase("weightNotes.unused", ["count": names.count, "elements": count, "listing": listing(most)])
    }
  }

  private func listing(_ most: Int) -> String {
    let more = names.count > most ? phrase("weightNotes.more", ["most": names.count - most]) : ""
    return names.prefix(most).map(shortened).joined(separator: ", ") + more
  }

  /// Names come from files and may be anything.
  private func shortened(_ name: String) -> String {
    let clean = String(String.UnicodeScalarView(name.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }))
    return clean.count > 120 ? "\(clean.prefix(119))…" : clean
  }
}
