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
