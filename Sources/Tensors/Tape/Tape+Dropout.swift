import CKernels

/// Which elements of a tensor are dropped: each with the same probability, decided by a hash of its place, so that the
/// backward pass and any number of threads decide alike.
package struct Dropout: Hashable, Sendable {
  /// Of being dropped, `0 ..< 1`.
  package let rate: Float
  package let seed: UInt64

  package init(rate: Float, seed: UInt64) {
    precondition((0..<1).contains(rate), "a dropout of \(rate)")
    self.rate = rate
    self.seed = seed
  }

  /// `y = x/(1 − rate)` where kept, 0 where dropped; `first` is the place of the first element.
  func apply(_ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, first: Int, count: Int) {
    tk_dropout(y, x, rate, seed, UInt64(first), count)
  }
}

extension Tape {
  /// x with some elements set to 0 and the others divided by the share that is kept (Srivastava 2014).
  package func dropout(_ x: Variable, _ dropout: Dropout) -> Variable {
    func dropped(_ x: Tensor) -> Tensor {
      let y = Tensor(uninitialized: x.shape)
      forEachElementChunk(y.count) { range in
        let start = range.lowerBound
        dropout.apply(y.pointer + start, x.pointer + start, first: start, count: range.count)
      }
      return y
    }
    return result(dropped(x.value), of: [x]) { dy, _ in x.add(owned: dropped(dy)) }
  }
}
