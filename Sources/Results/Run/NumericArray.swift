/// A block of numbers too large or too shapely for a table: a spectrum, a CKA matrix, one document's attention.
package struct NumericArray: Hashable, Sendable {
  package var shape: [Int]
  package var values: [Float]

  package init(shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values for shape \(shape)")
    self.shape = shape
    self.values = values
  }

  /// Element `index` along the first axis.
  package subscript(index: Int) -> NumericArray {
    let inner = Array(shape.dropFirst())
    let size = inner.reduce(1, *)
    return NumericArray(shape: inner, values: Array(values[index * size..<(index + 1) * size]))
  }

  /// Some elements along the first axis.
  func rows(_ kept: [Int]) -> NumericArray {
    NumericArray(shape: [kept.count] + shape.dropFirst(), values: kept.flatMap { self[$0].values })
  }
}
