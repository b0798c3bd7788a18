import Support
import Tensors

/// What a decoder's attention has made of the positions before: each step then runs the new ones alone.
///
/// Keys are kept as they meet queries: normed and turned. Those of an encoder's output are made once. Texts may differ in
/// length, and a pass may be of some of them: each has its place here, which it keeps.
final class KeyValueCache {
  typealias Pair = (key: Variable, value: Variable)

  /// The places of the texts that the next pass runs, in the order of its rows.
  var rows: [Int]
  /// The encoder's output, in the order of the places, and which of its positions are real.
  var memory: (states: Variable, mask: [UInt8])?
  /// How many positions of each text are in it.
  private var lengths: [Int]
  /// How many positions a text has room for.
  private let capacity: Int
  /// By layer, `[texts, capacity, H′, D]`: written in place, never copied from step to step.
  private var own: [(key: Tensor, value: Tensor)?]
  private var cross: [Pair?]

  init(texts: Int, layers: Int, capacity: Int) {
    self.capacity = capacity
    rows = Array(0..<texts)
    lengths = Array(repeating: 0, count: texts)
    own = Array(repeating: nil, count: layers)
    cross = Array(repeating: nil, count: layers)
  }

  /// How many positions of each row of the pass are known.
  var known: [Int] { rows.map { lengths[$0] } }

  /// Writes what a layer has made of new positions behind the known ones.
  func add(_ new: Pair, _ layer: Int) {
    let shape = [lengths.count, capacity] + new.key.shape.dropFirst(2)
    let all = own[layer] ?? (Tensor(uninitialized: shape), Tensor(uninitialized: shape))
    own[layer] = all
    for (target, source) in [(all.key, new.key.value), (all.value, new.value.value)] {
      let (room, size) = (target.count / target.shape[0], source.count / source.shape[0])
      forEachPiece(rows.count) { row in
        let start = target.pointer + rows[row] * room + lengths[rows[row]] * (room / capacity)
        start.update(from: source.pointer + row * size, count: size)
      }
    }
  }

  /// The keys and values of all positions of a layer, in memory with room for more: `[texts, capacity, H′, D]`.
  func buffers(_ layer: Int) -> (key: Tensor, value: Tensor)? { own[layer] }

  /// A copy of the first `count` positions of the pass's rows of a layer, `[B, count, H′, D]`.
  func copies(_ layer: Int, _ count: Int) -> Pair? {
    own[layer].map { key, value in
      func copy(_ all: Tensor) -> Variable {
        let result = Tensor(uninitialized: [rows.count, count] + all.shape.dropFirst(2))
        let (room, size) = (all.count / all.shape[0], result.count / rows.count)
        for (row, place) in rows.enumerated() {
          (result.pointer + row * size).update(from: all.pointer + place * room, count: size)
        }
        return Variable(result)
      }
      return (copy(key), copy(value))
    }
  }

  /// The keys and values of an encoder's output, in the order of the places, made by `make` the first time.
  func cross(_ layer: Int, _ make: () throws -> Pair) rethrows -> Pair {
    if let known = cross[layer] { return known }
    let made = try make()
    cross[layer] = made
    return made
  }

  /// Called when all layers have run.
  func advance(by positions: Int) { for row in rows { lengths[row] += positions } }
}
