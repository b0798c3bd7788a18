import Support

extension Site {
  /// The list of all sites, in Markdown: `docs/sites.md`.
  package static var document: String {
    let rows = Kind.allCases.map { kind in
      let shape = kind.shape.map(\.rawValue).joined(separator: ", ")
      let place = kind.isPerLayer ? "blocks.N." : ""
      let changes = kind.isReadOnly ? phrase("sites.no") : phrase("sites.yes")
      return "| `\(place)\(kind.rawValue)` | [\(shape)] | \(changes) | \(phrase("site.\(kind)")) |"
    }
    return """
      # \(phrase("sites.title"))

      \(phrase("sites.introduction"))

      \(phrase("sites.columns"))
      |---|---|---|---|
      \(rows.joined(separator: "\n"))

      """
  }
}
