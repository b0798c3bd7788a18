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
package final class Look: Sendable {
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

/// What a run is to keep, differentiate and change; nothing else is kept.
package struct TraceRequest: Sendable {
  package var sites: Set<Site> = []
  package var gradients: Set<Site> = []
  package var parameterGradients = false
  /// The loss of every labelled position by itself.
  package var tokenLosses = false
  package var edits: [Edit] = []
  /// Who is shown values as they pass, so that nobody needs to hold them.
  package var look: Look?
  /// For a pass that trains: its gradients go there, and not into the trace.
  package var training: TrainingPass?

  package init(
    sites: Set<Site> = [], gradients: Set<Site> = [], parameterGradients: Bool = false, edits: [Edit] = []
  ) {
    self.sites = sites
    self.gradients = gradients
    self.parameterGradients = parameterGradients
    self.edits = edits
  }

  var wantsGradients: Bool { parameterGradients || !gradients.isEmpty || training != nil }

  /// Whether anybody looks at a site or changes it.
  func touches(_ site: Site) -> Bool {
    sites.contains(site) || gradients.contains(site) || edits.contains { $0.site == site }
  }
}
