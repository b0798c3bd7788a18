import CKernels
import Support

/// What becomes of some elements of a value: `y = factor·x + weight·addend`.
package struct ElementChange: Sendable {
  /// Ranges of elements in storage order.
  package var region: [Range<Int>]
  package var factor: Float
  /// Element i takes number i of it, counted around where it has fewer: a vector, or one row of the batch, for all.
  package var addend: Tensor?
  package var weight: Float

  package init(region: [Range<Int>], factor: Float, addend: Tensor? = nil, weight: Float = 1) {
    self.region = region
    self.factor = factor
    self.addend = addend
    self.weight = weight
  }

  fileprivate func apply(to y: UnsafeMutablePointer<Float>, _ range: Range<Int>) {
    guard let addend else {
      if factor == 0 { (y + range.lowerBound).update(repeating: 0, count: range.count) } else { scale(y, range) }
      return
    }
    var start = range.lowerBound
    while start < range.upperBound {
      let place = start % addend.count, count = min(range.upperBound - start, addend.count - place)
      let source = addend.pointer + place
      if factor == 0 && weight == 1 {
        (y + start).update(from: source, count: count)
      } else {
        scale(y, start..<start + count)
        tk_accumulate_scaled(y + start, source, weight, count)
      }
      start += count
    }
  }

  fileprivate func scale(_ y: UnsafeMutablePointer<Float>, _ range: Range<Int>) {
    if factor == 0 {
      (y + range.lowerBound).update(repeating: 0, count: range.count)
    } else if factor != 1 {
      tk_scale(y + range.lowerBound, y + range.lowerBound, factor, range.count)
    }
  }
}

extension Tape {
  /// `y = x` but for the elements that are changed, one change after another.
  ///
  /// - Returns: y, and for each change whether any bit became another.
  package func change(_ x: Variable, _ changes: [ElementChange]) -> (y: Variable, didChange: [Bool]) {
    let y = Tensor(uninitialized: x.shape)
    forEachElementChunk(y.count) { range in
      (y.pointer + range.lowerBound).update(from: x.value.pointer + range.lowerBound, count: range.count)
    }
    let longest = changes.lazy.flatMap(\.region).map(\.count).max() ?? 0
    let former = Tensor(uninitialized: [longest])
    let didChange = changes.map { change in
      var isOther = false
      for range in change.region {
        if !isOther { former.pointer.update(from: y.pointer + range.lowerBound, count: range.count) }
        change.apply(to: y.pointer, range)
        isOther = isOther || !hasSameBits(former.pointer, y.pointer + range.lowerBound, range.count)
      }
      return isOther
    }
    let output = result(y, of: [x]) { dy, _ in
      let dx = Tensor(uninitialized: x.shape)
      dx.pointer.update(from: dy.pointer, count: dx.count)
      for change in changes.reversed() { for range in change.region { change.scale(dx.pointer, range) } }
      x.add(owned: dx)
    }
    return (output, didChange)
  }
}

private func hasSameBits(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Bool {
  (0..<count).allSatisfy { a[$0].bitPattern == b[$0].bitPattern }
}
