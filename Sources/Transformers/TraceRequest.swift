/// What a run is to keep, differentiate and change; nothing else is kept.
package struct TraceRequest: Sendable {
  package var sites: Set<Site> = []
  package var gradients: Set<Site> = []
  package var parameterGradients = false
  package var edits: [Edit] = []

  package init(
    sites: Set<Site> = [], gradients: Set<Site> = [], parameterGradients: Bool = false, edits: [Edit] = []
  ) {
    self.sites = sites
    self.gradients = gradients
    self.parameterGradients = parameterGradients
    self.edits = edits
  }

  var wantsGradients: Bool { parameterGradients || !gradients.isEmpty }

  /// Whether anybody looks at a site or changes it.
  func touches(_ site: Site) -> Bool {
    sites.contains(site) || gradients.contains(site) || edits.contains { $0.site == site }
  }
}
