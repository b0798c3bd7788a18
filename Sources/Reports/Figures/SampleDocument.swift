import Plotting
import Results

/// The attention of one document that the analysis kept for figures.
struct SampleDocument {
  let id: String
  /// What is looked at.
  let keyTokens: [String]
  /// What looks: the same, but for cross-attention.
  let queryTokens: [String]
  /// `[L, H, T query, T key]`.
  let pattern: NumericArray
  let isCausal: Bool
  let isCross: Bool

  var layers: Int { pattern.shape[0] }
  var heads: Int { pattern.shape[1] }
  var queries: Int { pattern.shape[2] }
  var keys: Int { pattern.shape[3] }
  /// "24 tokens", "21 target by 24 source tokens".
  var size: String { isCross ? "\(queries) target by \(keys) source tokens" : "\(keys) tokens" }

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
        guard let pattern = analysis.arrays[name], pattern.shape.count == 4, !pattern.shape.contains(0),
          let keys = analysis.texts["sample.\(id).tokens"], keys.count == pattern.shape[3]
        else { return nil }
        let targets = analysis.texts["sample.\(id).queries"]
        let queries = targets ?? keys
        guard queries.count == pattern.shape[2] else { return nil }
        return SampleDocument(
          id: id, keyTokens: keys, queryTokens: queries, pattern: pattern, isCausal: results.subject.model.isCausal,
          isCross: targets != nil)
      }
  }

  func weight(_ layer: Int, _ head: Int, _ query: Int, _ key: Int) -> Float {
    pattern.values[((layer * heads + head) * queries + query) * keys + key]
  }

  /// One head's `[T query, T key]`; keys that the causal mask hides are empty paper.
  func readings(_ layer: Int, _ head: Int) -> [Reading] {
    let base = (layer * heads + head) * queries * keys
    return (0..<queries * keys).map { cell in
      isCausal && cell % keys > cell / keys ? .blank : Reading(Double(pattern.values[base + cell]))
    }
  }
}
