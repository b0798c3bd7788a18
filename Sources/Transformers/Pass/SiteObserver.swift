package import Tensors

/// Rows of one head's probabilities, as they pass.
package struct AttentionBand {
  /// Which attention: `Site.pattern`, or `.crossPattern`, of a layer and stack.
  package let site: Site
  package let rows: AttentionRows

  package init(site: Site, rows: AttentionRows) {
    self.site = site
    self.rows = rows
  }
}

/// Somebody who looks at values while the model runs.
package final class SiteObserver: Sendable {
  /// Shown the probabilities of every attention, some rows at a time. Called from several threads; the rows of one head
  /// and batch row come on one thread, from the first query to the last.
  package let rows: @Sendable (AttentionBand) -> Void
  /// Where whole values are looked at, one after another.
  package let sites: Set<Site>
  package let value: @Sendable (Site, Tensor) -> Void
  /// Where gradients are looked at, one after another, each with the value that it is of where that is looked at too.
  package let gradients: Set<Site>
  package let gradient: @Sendable (Site, _ value: Tensor?, _ gradient: Tensor) -> Void

  package init(
    sites: Set<Site> = [], value: @escaping @Sendable (Site, Tensor) -> Void = { _, _ in }, gradients: Set<Site> = [],
    gradient: @escaping @Sendable (Site, _ value: Tensor?, _ gradient: Tensor) -> Void = { _, _, _ in },
    rows: @escaping @Sendable (AttentionBand) -> Void
  ) {
    self.sites = sites
    self.value = value
    self.gradients = gradients
    self.gradient = gradient
    self.rows = rows
  }
}
