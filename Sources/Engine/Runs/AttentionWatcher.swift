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
