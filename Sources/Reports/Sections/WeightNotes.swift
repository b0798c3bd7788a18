import Plotting
package import Results

extension WeightNote {
  /// Whether the reader should know it before the numbers, and not only where they come from.
  var isUrgent: Bool { kind != .idle }

  /// As plain text, with up to so many names.
  package func sentence(naming most: Int = 3) -> String {
    let tensors = counted(names.count, "tensor")
    switch kind {
    case .merged:
      return "A LoRA adapter (\(detail ?? "")) is merged into the weights: it changes \(tensors)."
    case .untied:
      return
        "The configuration ties \(names.first ?? "") to \(names.last ?? ""), but the file holds both and they differ:"
        + " each is used as it is."
    case .adapters:
      return "\(tensors) of an adapter \(names.count == 1 ? "lies" : "lie") among the weights and \(are) not applied: "
        + "\(listing(most))."
    case .beyond:
      return "\(tensors) of layers beyond the configuration's \(are) not read: \(listing(most))."
    case .unread: return "\(tensors) of the file \(are) not read: \(listing(most))."
    case .idle:
      return "No forward pass uses \(tensors) with \(counted(count, "parameter")): \(listing(most))."
        + " The number of parameters includes them."
    }
  }

  private var are: String { names.count == 1 ? "is" : "are" }

  private func listing(_ most: Int) -> String {
    let more = names.count > most ? " and \(NumberFormat.count(names.count - most)) more" : ""
    return names.prefix(most).map(shortened).joined(separator: ", ") + more
  }

  /// Names come from files and may be anything.
  private func shortened(_ name: String) -> String {
    let clean = String(String.UnicodeScalarView(name.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }))
    return clean.count > 120 ? "\(clean.prefix(119))…" : clean
  }
}
