import Plotting
import Results

/// The attention of one document that the analysis kept for figures.
struct SampleDocument {
  let id: String
  let tokens: [String]
  /// `[L, H, T, T]`.
  let pattern: NumericArray
  let isCausal: Bool

  var layers: Int { pattern.shape[0] }
  var heads: Int { pattern.shape[1] }
  var length: Int { pattern.shape[2] }

  /// Those that are whole and consistent, in the order in which the analysis prefers them.
  static func all(in results: RunResults) -> [SampleDocument] {
    guard let analysis = results[analysis: "attention"] else { return [] }
    let (prefix, suffix) = ("sample.", ".pattern")
    let known = analysis.texts["samples"] ?? []
    let found = analysis.arrays.keys.filter { $0.hasPrefix(prefix) && $0.hasSuffix(suffix) && $0.utf8.count > 15 }
      .map { String($0.dropFirst(prefix.count).dropLast(suffix.count)) }
    return (known + found.filter { !known.contains($0) }.sorted())
      .compactMap { id in
        let name = prefix + id + suffix
        guard let pattern = analysis.arrays[name], pattern.shape.count == 4, pattern.shape[2] == pattern.shape[3],
          !pattern.shape.contains(0), let tokens = analysis.texts["sample.\(id).tokens"],
          tokens.count == pattern.shape[2]
        else { return nil }
        return SampleDocument(id: id, tokens: tokens, pattern: pattern, isCausal: results.subject.model.isCausal)
      }
  }

  func weight(_ layer: Int, _ head: Int, _ query: Int, _ key: Int) -> Float {
    pattern.values[((layer * heads + head) * length + query) * length + key]
  }

  /// One head's `[T query, T key]`; keys that the causal mask hides are empty paper.
  func readings(_ layer: Int, _ head: Int) -> [Reading] {
    let base = (layer * heads + head) * length * length
    var readings: [Reading] = []
    readings.reserveCapacity(length * length)
    for query in 0..<length {
      for key in 0..<length {
        readings.append(
          isCausal && key > query ? .blank : Reading(Double(pattern.values[base + query * length + key])))
      }
    }
    return readings
  }
}
