import Support
import Tensors

/// What a decoder's attention has made of the positions before: each step then runs the new ones alone.
///
/// Keys are kept as they meet queries: normed and turned. Those of an encoder's output are made once.
final class KeyValueCache {
  typealias Pair = (key: Variable, value: Variable)

  /// How many positions are in it.
  private(set) var length = 0
  /// The encoder's output and which of its positions are real.
  var memory: (states: Variable, mask: [UInt8])?
  /// How many positions there is room for.
  private let capacity: Int
  /// By layer, `[B, capacity, H′, D]`: written in place, never copied from step to step.
  private var own: [(key: Tensor, value: Tensor)?]
  private var cross: [Pair?]

  init(layers: Int, capacity: Int) {
    self.capacity = capacity
    own = Array(repeating: nil, count: layers)
    cross = Array(repeating: nil, count: layers)
  }

  /// Writes what a layer has made of new positions behind the known ones.
  func add(_ new: Pair, _ layer: Int) {
    let shape = [new.key.shape[0], capacity] + new.key.shape.dropFirst(2)
    let all = own[layer] ?? (Tensor(uninitialized: shape), Tensor(uninitialized: shape))
    own[layer] = all
    for (target, source) in [(all.key, new.key.value), (all.value, new.value.value)] {
      let (room, size) = (target.count / target.shape[0], source.count / source.shape[0])
      let width = room / capacity
      forEachPiece(source.shape[0]) { row in
        (target.pointer + row * room + length * width).update(from: source.pointer + row * size, count: size)
      }
    }
  }

  /// The keys and values of all positions of a layer, in memory with room for more: `[B, capacity, H′, D]`.
  func buffers(_ layer: Int) -> (key: Tensor, value: Tensor)? { own[layer] }

  /// A copy of the first `count` positions of a layer, `[B, count, H′, D]`.
  func copies(_ layer: Int, _ count: Int) -> Pair? {
    own[layer].map { key, value in
      func copy(_ all: Tensor) -> Variable {
        let result = Tensor(uninitialized: [all.shape[0], count] + all.shape.dropFirst(2))
        let (room, size) = (all.count / all.shape[0], result.count / all.shape[0])
        for row in 0..<all.shape[0] {
          (result.pointer + row * size).update(from: all.pointer + row * room, count: size)
        }
        return Variable(result)
      }
      return (copy(key), copy(value))
    }
  }

  /// The keys and values of an encoder's output, made by `make` the first time.
  func cross(_ layer: Int, _ make: () throws -> Pair) rethrows -> Pair {
    if let known = cross[layer] { return known }
    let made = try make()
    cross[layer] = made
    return made
  }

  /// Called when all layers have run.
  func advance(by positions: Int) { length += positions }

  /// Keeps these rows of the batch alone, which are given in their order.
  func keep(_ rows: [Int]) {
    func kept(_ pair: Pair?) -> Pair? { pair.map { (selected($0.key, rows), selected($0.value, rows)) } }
    // Rows move up in their own memory.
    func moved(_ all: Tensor) -> Tensor {
      let room = all.count / all.shape[0]
      for (index, row) in rows.enumerated() where index < row {
        (all.pointer + index * room).update(from: all.pointer + row * room, count: room)
      }
      return Tensor(storage: all.storage, offset: all.offset, shape: [rows.count] + all.shape.dropFirst())
    }
    own = own.map { $0.map { (moved($0.key), moved($0.value)) } }
    cross = cross.map(kept)
    memory = memory.map { states, mask in
      let length = states.shape[1]
      return (selected(states, rows), rows.flatMap { mask[$0 * length..<($0 + 1) * length] })
    }
  }

  private func selected(_ all: Variable, _ rows: [Int]) -> Variable {
    let result = Tensor(uninitialized: [rows.count] + all.shape.dropFirst())
    for (index, row) in rows.enumerated() {
      let source = all.value[row]
      result[index].pointer.update(from: source.pointer, count: source.count)
    }
    return Variable(result)
  }
}
