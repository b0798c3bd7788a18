package import Tensors

/// The directions of largest variance of the rows of a matrix.
///
/// From the eigenvectors of the smaller of `XᵀX` and `XXᵀ` of the centred rows; every component's entry of largest
/// magnitude is positive.
package struct PrincipalComponents: Sendable {
  /// `[components, d]`, unit rows by falling variance.
  package let components: Matrix
  /// Singular values of the centred matrix.
  package let singularValues: [Double]
  /// `σ²/(N − 1)`, and its share of the whole variance.
  package let explainedVariance: [Double]
  package let explainedShare: [Double]
  /// `[N, components]`.
  package let projected: Matrix

  /// At most `min(N − 1, d, count)` components of `x` `[N, d]`.
  package init(_ x: Matrix, count: Int) {
    let centred = x.centred
    let ofRows = x.rows < x.columns
    let gram = centred.gram(ofRows: ofRows)
    let (eigenvalues, vectors) = gram.symmetricEigen()
    let kept = max(0, min(count, x.columns, x.rows - 1))
    let total = eigenvalues.reduce(0) { $0 + ($1 < 0 ? 0 : $1) }
    let values = eigenvalues.prefix(kept).map { $0 < 0 ? 0 : $0 }
    singularValues = values.map { $0.squareRoot() }
    explainedVariance = values.map { $0 / Double(max(1, x.rows - 1)) }
    explainedShare = values.map { total > 0 ? $0 / total : .nan }
    var directions = Matrix(
      rows: kept, columns: vectors.columns, values: Array(vectors.values.prefix(kept * vectors.columns)))
    if ofRows {
      // v = Xᵀu/σ.
      directions = Matrix.product(directions, centred)
      for r in 0..<kept where values[r] > 0 {
        for c in 0..<x.columns { directions[r, c] /= values[r].squareRoot() }
      }
    }
    for r in 0..<kept {
      let row = directions.row(r)
      if let largest = row.max(by: { abs($0) < abs($1) }), largest < 0 {
        for c in 0..<x.columns { directions[r, c] = -directions[r, c] }
      }
    }
    components = directions
    projected = Matrix.product(centred, directions, transposingSecond: true)
  }
}
