import Engine
import Foundation
import Results
import Transformers

/// One of a model's kinds of attention: a stack's own, or a decoder's to its encoder.
struct AttentionKind: Sendable {
  let stack: Component.Stack
  let layers: Int
  let heads: Int
  let isCausal: Bool
  /// In each layer, how many keys a query sees at most; all where nil.
  let windows: [Int?]
  /// Of the keys before the window, every how many-th is seen too.
  let stride: Int?
  /// Where positions lie in a plane; nil where they lie in a line.
  let plane: PlaneDistances?
  private let description: StackDescription

  private init(_ stack: Component.Stack, _ d: StackDescription, _ image: ImageShape?) {
    self.stack = stack
    description = d
    layers = d.layers
    heads = d.heads
    isCausal = d.isCausal && stack != .cross
    windows = stack == .cross ? d.windows.map { _ in nil } : d.windows
    stride = stack == .cross ? nil : d.stride
    plane = image.map(PlaneDistances.init)
  }

  /// In the order of the pass: `only`, or `encoder`, `decoder` and `cross`.
  static func all(of d: ModelDescription) -> [AttentionKind] {
    guard let encoder = d.encoder else { return [AttentionKind(.only, d.stack, d.image)] }
    return [
      AttentionKind(.encoder, encoder, d.image), AttentionKind(.decoder, d.stack, nil),
      AttentionKind(.cross, d.stack, nil),
    ]
  }

  var isCross: Bool { stack == .cross }

  func pattern(layer: Int) -> Site { description.site(isCross ? .crossPattern : .pattern, layer: layer) }
  func z(layer: Int) -> Site { description.site(isCross ? .crossZ : .z, layer: layer) }

  /// What asks: a decoder's rows are those of the target.
  func queries(_ documents: [TokenizedDocument], _ targets: [TokenizedDocument]) -> [TokenizedDocument] {
    stack == .decoder || isCross ? targets : documents
  }

  /// What is looked at.
  func keys(_ documents: [TokenizedDocument], _ targets: [TokenizedDocument]) -> [TokenizedDocument] {
    stack == .decoder ? targets : documents
  }

  /// Rows of a sequence that see at least two keys.
  func rows(queries: Int, keys: Int) -> Int {
    if keys < 2 { return 0 }
    return isCausal ? queries - 1 : queries
  }
}

/// Distances between the patches of an image, in patches; what stands before them has no place.
struct PlaneDistances: Sendable {
  /// `[positions, positions]`, −1 from and to a position without a place.
  let values: [Float]
  let patches: Int
  /// Long range is beyond half a side.
  let far: Float

  init(_ image: ImageShape) {
    let side = image.side / image.patch, (leading, positions) = (image.leadingTokens, image.positions)
    var values = [Float](repeating: -1, count: positions * positions)
    for q in 0..<side * side {
      for k in 0..<side * side {
        let (x, y) = (Float(q % side - k % side), Float(q / side - k / side))
        values[(leading + q) * positions + leading + k] = (x * x + y * y).squareRoot()
      }
    }
    self.values = values
    patches = side * side
    far = Float(side) / 2
  }
}
