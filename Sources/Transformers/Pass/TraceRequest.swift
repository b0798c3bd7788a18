/// What a run is to keep, differentiate and change; nothing else is kept.
package struct TraceRequest: Sendable {
  package var sites: Set<Site> = []
  package var gradients: Set<Site> = []
  package var parameterGradients = false
  /// The loss of every labelled position by itself.
  package var tokenLosses = false
  package var edits: [Edit] = []
  /// Who is shown values as they pass, so that nobody needs to hold them.
  package var observer: SiteObserver?
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
