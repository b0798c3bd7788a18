/// The formulas of metrics, which are plain text with `_` before an index, as HTML.
enum Formula {
  /// `n_q` and `R_{p−1}` with their indices lowered.
  static func html(_ formula: String) -> String {
    Escaping.html(formula).replacing(#/_(?:\{([^}]*)\}|([\p{L}\p{N}]+))/#) { match in
      "<sub>\(match.1 ?? match.2 ?? "")</sub>"
    }
  }
}
