/// What of a model and of a corpus figures and tables show, where that is not everything. The numbers of a run are of
/// everything all the same, and so is what the rules judge.
package struct Selection: Codable, Hashable, Sendable {
  /// In rising order; nil for all.
  package var layers: [Int]?
  /// Of every layer, in rising order; nil for all.
  package var heads: [Int]?
  /// The documents whose attention is kept and drawn, in their order; nil for what the analysis chooses.
  package var examples: [String]?

  package init(layers: [Int]? = nil, heads: [Int]? = nil, examples: [String]? = nil) {
    self.layers = layers.map { Set($0).sorted() }
    self.heads = heads.map { Set($0).sorted() }
    self.examples = examples
  }

  /// Whether layers or heads are left out.
  package var isOfModel: Bool { layers != nil || heads != nil }

  /// A residual point belongs to the block that wrote it and to the one that reads it; a weight to its layer, by `layer`
  /// of its name, and to the model where it has none.
  package func shows(_ component: Component, layer: (_ tensor: String) -> Int?) -> Bool {
    func has(_ layer: Int) -> Bool { layers?.contains(layer) ?? true }
    return switch component.place {
    case .model: true
    case .point(let point): has(point - 1) || has(point)
    case .layer(let layer), .neuron(let layer, _), .keyValueHead(let layer, _): has(layer)
    case .head(let layer, let head): has(layer) && (heads?.contains(head) ?? true)
    case .tensor(let name): layer(name).map(has) ?? true
    case .position, .edge, .label, .document, .task: true
    }
  }
}

extension Subject {
  /// The layers that figures and tables show.
  package var shownLayers: [Int] { Array(0..<model.layers).filter { selection?.layers?.contains($0) ?? true } }
  /// Those of every layer.
  package var shownHeads: [Int] { Array(0..<model.heads).filter { selection?.heads?.contains($0) ?? true } }
}
