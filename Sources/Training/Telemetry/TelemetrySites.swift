import Transformers

/// Where telemetry looks in a model, in the order of its records; found once for all steps.
struct TelemetrySites: Sendable {
  /// A point of the residual stream, or what a block writes to it.
  struct Point: Sendable {
    let site: Site
    let text: String
    /// By index.
    let stack: Int
    /// Which of the stream's; nil for what a block writes.
    let residual: Int?
  }

  /// The attention of one layer.
  struct Attention: Sendable {
    /// Of its pattern.
    let site: Site
    let text: String
    let heads: Int
    let isCausal: Bool
    var window = 0
    var stride = 0
    let readsEncoder: Bool
  }

  let points: [Point]
  let attentions: [Attention]
  /// Where a site is among the points, and a pattern's among the attentions.
  let pointIndices: [Site: Int]
  let attentionIndices: [Site: Int]
  /// Of all points, and of those of the stream.
  let pointSites: Set<Site>
  let residualSites: Set<Site>
  /// `Model.blockOfParameter`.
  let blockOfParameter: [(stack: Int, layer: Int)?]

  init(_ model: Model) {
    let d = model.description
    blockOfParameter = model.blockOfParameter
    points = d.stacks.enumerated().flatMap { index, stack in
      func point(_ site: Site, _ residual: Int? = nil) -> Point {
        Point(site: site, text: site.text, stack: index, residual: residual)
      }
      let modules: [Site.Kind] =
        stack.role == .decoder ? [.attentionOut, .crossOut, .mlpOut] : [.attentionOut, .mlpOut]
      return (0...stack.layers).map { point(stack.residual(point: $0), $0) }
        + modules.flatMap { kind in (0..<stack.layers).map { point(stack.site(kind, layer: $0)) } }
    }
    attentions = d.stacks.flatMap { stack in
      (0..<stack.layers).flatMap { layer -> [Attention] in
        let own = stack.site(.pattern, layer: layer), cross = stack.site(.crossPattern, layer: layer)
        let attention = Attention(
          site: own, text: own.text, heads: stack.heads, isCausal: stack.isCausal, window: stack.windows[layer] ?? 0,
          stride: stack.stride ?? 0, readsEncoder: stack.role == .encoder)
        guard stack.role == .decoder else { return [attention] }
        return [
          attention,
          Attention(site: cross, text: cross.text, heads: stack.heads, isCausal: false, readsEncoder: true),
        ]
      }
    }
    pointIndices = Dictionary(uniqueKeysWithValues: points.enumerated().map { ($1.site, $0) })
    attentionIndices = Dictionary(uniqueKeysWithValues: attentions.enumerated().map { ($1.site, $0) })
    pointSites = Set(points.map(\.site))
    residualSites = Set(points.filter { $0.residual != nil }.map(\.site))
  }
}
