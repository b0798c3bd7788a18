import Support

/// What a value of a log stands for.
extension JSON {
  /// The number, infinite where it is beyond a `Double`; also where it is written as text.
  var logged: Double? { number?.double ?? string.flatMap(loggedNumber) }

  /// A text, shortened and in quotation marks; nil for what needs no note where a number was expected.
  var unlogged: String? {
    guard let text = string, !text.isEmpty else { return nil }
    return "\"\(text.prefix(20))\(text.count > 20 ? "…" : "")\""
  }

  /// W&B's `{"_type": "histogram", "values": […], "bins": […]}`.
  var histogram: TrainingLog.Histogram.Bins? {
    guard self["_type"]?.string == "histogram", let values = self["values"]?.elements, let bins = self["bins"]?.elements
    else { return nil }
    let counts = values.compactMap(\.logged)
    let edges = bins.compactMap(\.logged)
    guard counts.count == values.count, edges.count == counts.count + 1, !counts.isEmpty,
      zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 })
    else { return nil }
    return TrainingLog.Histogram.Bins(edges: edges, counts: counts)
  }
}
