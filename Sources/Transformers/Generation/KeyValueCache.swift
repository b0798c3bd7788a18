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
  /// By layer, `[B, T, H′, D]`.
  private var own: [Pair?]
  private var cross: [Pair?]

  init(layers: Int) {
    own = Array(repeating: nil, count: layers)
    cross = own
  }

  /// The keys and values of all positions of a layer: the known ones, then `new`.
  func extend(_ layer: Int, by new: Pair) -> Pair {
    let all = own[layer].map { (joined($0.key, new.key), joined($0.value, new.value)) } ?? new
    own[layer] = all
    return all
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

  /// Keeps these rows of the batch alone.
  func keep(_ rows: [Int]) {
    func kept(_ pair: Pair?) -> Pair? { pair.map { (selected($0.key, rows), selected($0.value, rows)) } }
    own = own.map(kept)
    cross = cross.map(kept)
    memory = memory.map { states, mask in
      let length = states.shape[1]
      return (selected(states, rows), rows.flatMap { mask[$0 * length..<($0 + 1) * length] })
    }
  }

  /// `[B, T, …]` and `[B, T′, …]` as `[B, T + T′, …]`.
  private func joined(_ first: Variable, _ second: Variable) -> Variable {
    let (a, b) = (first.value, second.value), batch = a.shape[0], rest = Array(a.shape.dropFirst(2))
    let result = Tensor(uninitialized: [batch, a.shape[1] + b.shape[1]] + rest)
    let (before, after) = (a.count / max(1, batch), b.count / max(1, batch))
    forEachPiece(batch) { row in
      let target = result.pointer + row * (before + after)
      target.update(from: a.pointer + row * before, count: before)
      (target + before).update(from: b.pointer + row * after, count: after)
    }
    return Variable(result)
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
