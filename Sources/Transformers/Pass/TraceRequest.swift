import Support
package import Tensors

/// What a run is to keep, differentiate and change; nothing else is kept.
package struct TraceRequest: Sendable {
  package var sites: Set<Site> = []
  package var gradients: Set<Site> = []
  package var parameterGradients = false
  /// The loss of every labelled position by itself.
  package var tokenLosses = false
  package var edits: [Edit] = []
  /// What is measured, and differentiated, of each row of the batch in place of the mean loss; empty for that.
  package var objectives: [Objective] = []
  /// Whether each objective's row of logits is kept.
  package var objectiveLogits = false
  /// From where the pass goes, where what lies before is known.
  package var start: Start?
  /// Who is shown values as they pass, so that nobody needs to hold them.
  package var observer: SiteObserver?
  /// What blocks may leave behind for the way back, in bytes. Where all would leave more, as many of the last as leave a
  /// quarter do, and the others are computed again there.
  package var keptBytes = 384 << 20
  /// Whether products leave padding out, where there is enough of it: what stands there is nobody's then. The other
  /// positions have the same bits.
  package var leavesOutPadding = false
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

  /// The sites that somebody keeps, differentiates or changes.
  var touched: Set<Site> {
    sites.union(gradients).union(edits.map(\.site)).union(observer.map { $0.sites.union($0.gradients) } ?? [])
  }

  /// - Throws: `InputError` where an edit or a gradient is asked for at a site that the model has not or that can only be
  ///   looked at.
  func check(against d: ModelDescription) throws {
    guard !edits.isEmpty || gradients.contains(where: \.kind.isReadOnly) else { return }
    let known = Set(d.sites)
    for edit in edits where !known.contains(edit.site) || edit.site.kind.isReadOnly {
      throw edit.fault(
        edit.site.kind.isReadOnly ? phrase("error.siteIsReadOnly") : phrase("error.siteIsNotThere"))
    }
    if let site = gradients.first(where: \.kind.isReadOnly) {
      throw InputError(at: "gradients", phrase("error.siteIsReadOnly"), found: site.text)
    }
  }
}

/// A point of a stack from which a pass goes on, and what an earlier pass had there.
package struct Start: Sendable {
  /// The block that comes next.
  package var layer: Int
  /// What enters it, `[B, T, C]`.
  package var stream: Tensor
  /// The encoder's output, for a decoder that reads it.
  package var memory: Tensor?

  package init(layer: Int, stream: Tensor, memory: Tensor? = nil) {
    self.layer = layer
    self.stream = stream
    self.memory = memory
  }
}
