package import Tensors

/// The learned weights of a model in memory of its own, one behind another, each at a multiple of 16 floats: what
/// training changes between passes, and the one exception to the rule that a tensor is only written once.
package struct TrainableWeights: Sendable {
  /// The model whose parameters lie there.
  package let model: Model
  package let storage: Storage
  /// By index of parameter, where it lies in `storage` or in any array of the same layout; nil for what is not learned.
  package let places: [Range<Int>?]
  /// The floats of one such array.
  package let count: Int

  /// Copies the weights of a model.
  package init(copying model: Model) {
    var end = 0
    var places: [Range<Int>?] = []
    for parameter in model.parameters {
      guard parameter.isLearned else {
        places.append(nil)
        continue
      }
      places.append(end..<end + parameter.count)
      end = (end + parameter.count + 15) / 16 * 16
    }
    let storage = Storage(count: end)
    storage.pointer.update(repeating: 0, count: end)
    let parameters = zip(model.parameters, places).map { parameter, place in
      guard let place else { return parameter }
      let tensor = Tensor(storage: storage, offset: place.lowerBound, shape: parameter.shape)
      let source = parameter.tensor
      tensor.pointer.update(from: source.pointer, count: source.count)
      return Parameter(name: parameter.name, tensor: tensor, isBlank: parameter.isBlank)
    }
    self.storage = storage
    self.places = places
    count = end
    self.model = Model(
      description: model.description, parameters: parameters, network: model.network,
      generationRules: model.generationRules, pooling: model.pooling, weightNotes: model.weightNotes)
  }

  /// An array of the same layout as tensors by index of parameter.
  package func tensors(in storage: Storage) -> [Tensor?] {
    zip(model.parameters, places).map { parameter, place in
      place.map { Tensor(storage: storage, offset: $0.lowerBound, shape: parameter.shape) }
    }
  }
}
