package import Tensors
package import Transformers

/// Looks at the attention of one batch as it passes.
///
/// `see` is called from several threads; the bands of one site, row of the batch and head come on one, in the order of
/// their queries.
package protocol AttentionWatcher: AnyObject, Sendable {
  func see(_ band: AttentionBand)
  /// Where it looks at whole values.
  var sites: Set<Site> { get }
  func see(_ value: Tensor, at site: Site)
}

/// Looks at the gradients of one batch's loss as they pass, one after another; nobody keeps them.
package protocol GradientWatcher: AnyObject, Sendable {
  /// Where it looks, and where it is shown the value too.
  var gradients: Set<Site> { get }
  var values: Set<Site> { get }
  func see(_ gradient: Tensor, of value: Tensor?, at site: Site)

  /// Called once for each parameter that is learned: 0 where nothing leads to it.
  ///
  /// - Parameter place: in `Model.parameters`.
  func see(_ gradient: Tensor, ofParameter place: Int)
}

extension SiteObserver {
  /// Shows what passes to those who watch; nil where nobody does.
  package convenience init?(_ attention: [any AttentionWatcher], _ gradients: [any GradientWatcher] = []) {
    guard !attention.isEmpty || !gradients.isEmpty else { return nil }
    var sites = attention.reduce(into: Set<Site>()) { $0.formUnion($1.sites) }
    var parameter: (@Sendable (Int, Tensor) -> Void)?
    if !gradients.isEmpty {
      sites = gradients.reduce(into: sites) { $0.formUnion($1.values) }
      parameter = { place, gradient in
        for watcher in gradients { watcher.see(gradient, ofParameter: place) }
      }
    }
    self.init(
      sites: sites,
      value: { site, value in
        for watcher in attention where watcher.sites.contains(site) { watcher.see(value, at: site) }
      },
      gradients: gradients.reduce(into: Set<Site>()) { $0.formUnion($1.gradients) },
      gradient: { site, value, gradient in
        for watcher in gradients where watcher.gradients.contains(site) { watcher.see(gradient, of: value, at: site) }
      }, parameter: parameter
    ) { band in
      for watcher in attention { watcher.see(band) }
    }
  }
}
