/// What this program's telemetry logs of each parameter, layer, residual point, head or class. In a log such a number is
/// called by its family, a slash and what it is of: `relative_flow/blocks.3.hook_resid_pre`.
package enum TelemetryFamily: String, CaseIterable, Sendable {
  /// Of parameters: everything about one in `telemetry.jsonl`, and its numbers in an event file.
  case parameters
  case gradientNorm = "grad_norm"
  case gradientToWeight = "grad_to_weight"
  case updateToWeight = "update_to_weight"
  /// The histogram of `log₁₀|g|`.
  case gradientSizes = "log10_grad"
  /// The gradient norm of layers.
  case layers
  /// Of sites.
  case flow
  case relativeFlow = "relative_flow"
  case effectiveRank = "effective_rank"
  /// Of heads.
  case entropy
  case normalisedEntropy = "normalised_entropy"
  /// How many heads are of a class.
  case heads

  /// What stands before the name of what a number is of.
  package var prefix: String { rawValue + "/" }

  /// The family of a logged number and what it is of; nil for what the telemetry does not log. The name of a run may stand
  /// before it: `run: heads/sink`.
  package static func split(_ name: String) -> (family: TelemetryFamily, member: String)? {
    let tag = (name.split(separator: ":").last ?? "").drop { $0 == " " }
    guard let slash = tag.firstIndex(of: "/"), let family = TelemetryFamily(rawValue: String(tag[..<slash])) else {
      return nil
    }
    return (family, String(tag[tag.index(after: slash)...]))
  }
}

extension Component {
  /// The residual point of a site's text: `blocks.3.hook_resid_pre` is R3, `encoder.5.hook_resid_post` is encoder/R6; nil
  /// for other sites.
  package init?(residualSite text: String) {
    let parts = text.split(separator: ".")
    guard parts.count == 3, let layer = Int(parts[1]), layer >= 0 else { return nil }
    let isBefore = parts[2].hasSuffix("resid_pre")
    guard isBefore || parts[2].hasSuffix("resid_post") else { return nil }
    self.init(.point(isBefore ? layer : layer + 1), stack: Stack(rawValue: String(parts[0])) ?? .only)
  }
}
