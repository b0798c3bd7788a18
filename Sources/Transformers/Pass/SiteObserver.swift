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

  /// Shown the gradient of each parameter, by its place in the model, when it is whole: one after another, and nobody
  /// keeps it then. Nil for who wants them in the trace.
  package let parameter: (@Sendable (_ place: Int, _ gradient: Tensor) -> Void)?

  package init(
    sites: Set<Site> = [], value: @escaping @Sendable (Site, Tensor) -> Void = { _, _ in }, gradients: Set<Site> = [],
    gradient: @escaping @Sendable (Site, _ value: Tensor?, _ gradient: Tensor) -> Void = { _, _, _ in },
    parameter: (@Sendable (_ place: Int, _ gradient: Tensor) -> Void)? = nil,
    rows: @escaping @Sendable (AttentionBand) -> Void
  ) {
    self.sites = sites
    self.value = value
    self.gradients = gradients
    self.gradient = gradient
    self.parameter = parameter
    self.rows = rows
  }
}
