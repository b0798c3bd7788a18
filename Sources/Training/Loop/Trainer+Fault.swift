import Support
import Synchronization
import Tensors
import Transformers

extension Trainer {
  /// Where the step's first NaN or infinity rose: the passes are run again and everything is looked at.
  ///
  /// A value that is infinite and lawful, such as a masked score, is none: scores are not looked at.
  func fault(_ batches: [ModelInput]) throws -> NumericFault {
    let model = model
    let sites = Set(
      model.description.sites.filter {
        ![.scores, .crossScores, .logits].contains($0.kind) && !$0.kind.isByHead && !$0.kind.isReadOnly
      })
    for (index, batch) in batches.enumerated() where batch.labelCount(for: model.description) > 0 {
      if let parameter = model.parameters.first(where: { $0.tensor.firstNonFinite != nil }) {
        return NumericFault(parameter.name, parameter.tensor, batch: index)
      }
      let found = Mutex<NumericFault?>(nil)
      var request = TraceRequest()
      request.observer = SiteObserver(
        sites: sites.union([.logits]),
        value: { site, tensor in
          guard tensor.firstNonFinite != nil else { return }
          found.withLock { if $0 == nil { $0 = NumericFault(site.text, tensor, batch: index) } }
        }, rows: { _ in })
      let loss = try model.run(batch, request).loss
      if let fault = found.withLock({ $0 }) { return fault }
      if loss?.isFinite != true { return NumericFault(tensor: "loss", nans: 1, infinities: 0, batch: index) }

      let residual = model.description.stacks.flatMap { stack in
        (0..<stack.layers).flatMap { layer in
          [stack.residual(point: layer), stack.site(.attentionOut, layer: layer), stack.site(.mlpOut, layer: layer)]
        } + [stack.residual(point: stack.layers)]
      }
      let trace = try model.run(batch, TraceRequest(gradients: Set(residual), parameterGradients: true))
      let backwards = model.description.sites.reversed().filter(residual.contains)
      for site in backwards {
        guard let gradient = trace.gradients[site], gradient.firstNonFinite != nil else { continue }
        return NumericFault(phrase("trainer.gradSite", ["site": site.text]), gradient, batch: index)
      }
      for parameter in model.parameters.reversed() {
        guard let gradient = trace.parameterGradients[parameter.name], gradient.firstNonFinite != nil else { continue }
        return NumericFault(phrase("trainer.gradParameter", ["parameter": parameter.name]), gradient, batch: index)
      }
    }
    // Every gradient is a number, their norm is not.
    return NumericFault(tensor: phrase("trainer.gradientNorm"), nans: 0, infinities: 1, batch: 0)
  }
}

extension NumericFault {
  init(_ name: String, _ tensor: Tensor, batch: Int) {
    self.init(
      tensor: name, nans: tensor.values.count(where: \.isNaN), infinities: tensor.values.count(where: \.isInfinite),
      batch: batch)
  }
}
