import CBLAS

/// A dense matrix of doubles in row-major order: what statistics are computed in.
package struct Matrix: Hashable, Sendable {
  package var rows: Int
  package var columns: Int
  package var values: [Double]

  package init(rows: Int, columns: Int, values: [Double]) {
    precondition(values.count == rows * columns, "\(values.count) values for \(rows) × \(columns)")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  package init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, values: [Double](repeating: 0, count: rows * columns))
  }

  /// A tensor `[rows, columns]` in double.
  package init(_ tensor: Tensor) {
    precondition(tensor.shape.count == 2, "\(tensor.shape) is no matrix")
    let source = tensor.pointer
    let values = [Double](unsafeUninitializedCapacity: tensor.count) { buffer, count in
      for i in 0..<tensor.count { buffer[i] = Double(source[i]) }
      count = tensor.count
    }
    self.init(rows: tensor.shape[0], columns: tensor.shape[1], values: values)
  }

  package subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  package func row(_ index: Int) -> ArraySlice<Double> { values[index * columns..<(index + 1) * columns] }

  package var isFinite: Bool { values.allSatisfy(\.isFinite) }

  /// The mean of every column.
  package var columnMeans: [Double] {
    var means = [Double](repeating: 0, count: columns)
    values.withUnsafeBufferPointer { values in
      means.withUnsafeMutableBufferPointer { means in
        for r in 0..<rows { for c in 0..<columns { means[c] += values[r * columns + c] } }
      }
    }
    return means.map { $0 / Double(max(1, rows)) }
  }

  /// The same rows with the mean of every column taken off.
  package var centred: Matrix {
    let means = columnMeans
    var result = self
    result.values.withUnsafeMutableBufferPointer { values in
      for r in 0..<rows { for c in 0..<columns { values[r * columns + c] -= means[c] } }
    }
    return result
  }

  package var frobeniusNorm: Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}

// Row-major A[m, n] is column-major Aᵀ with leading dimension n, which is how these call Fortran.
extension Matrix {
  /// `A·B`, or `A·Bᵀ`, `Aᵀ·B` (`[m, k]·[k, n] → [m, n]` after transposing).
  package static func product(
    _ a: Matrix, _ b: Matrix, transposingFirst transposeA: Bool = false, transposingSecond transposeB: Bool = false
  ) -> Matrix {
    precondition(OpenBLAS.isReady)
    let m = transposeA ? a.columns : a.rows
    let k = transposeA ? a.rows : a.columns
    let n = transposeB ? b.rows : b.columns
    precondition(k == (transposeB ? b.columns : b.rows), "\(a.rows)×\(a.columns) and \(b.rows)×\(b.columns)")
    var result = Matrix(rows: m, columns: n)
    guard m > 0, n > 0, k > 0 else { return result }
    result.values.withUnsafeMutableBufferPointer { c in
      // Cᵀ = op(B)ᵀ·op(A)ᵀ in column-major order.
      var (one, zero) = (1.0, 0.0)
      var (rows, columns, inner) = (Int32(n), Int32(m), Int32(k))
      var (strideB, strideA, strideC) = (Int32(b.columns), Int32(a.columns), Int32(n))
      dgemm_(
        transposeB ? "T" : "N", transposeA ? "T" : "N", &rows, &columns, &inner, &one, b.values, &strideB, a.values,
        &strideA, &zero, c.baseAddress, &strideC)
    }
    return result
  }

  /// `AᵀA` (`[n, n]`), or `AAᵀ` (`[m, m]`) if `ofRows`.
  package func gram(ofRows: Bool = false) -> Matrix {
    let order = ofRows ? rows : columns
    var result = Matrix(rows: order, columns: order)
    result.values.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      Matrix.addGram(of: values, rows: rows, columns: columns, ofRows: ofRows, to: base)
      Matrix.mirrorUpper(base, order: order)
    }
    return result
  }

  /// Adds `AᵀA` (or `AAᵀ` if `ofRows`) of a row-major `A` to the upper triangle of a row-major square matrix.
  package static func addGram(
    of a: UnsafePointer<Double>, rows: Int, columns: Int, ofRows: Bool = false, to sum: UnsafeMutablePointer<Double>
  ) {
    precondition(OpenBLAS.isReady)
    guard rows > 0, columns > 0 else { return }
    var one = 1.0
    var (order, inner) = ofRows ? (Int32(rows), Int32(columns)) : (Int32(columns), Int32(rows))
    var (stride, strideC) = (Int32(columns), order)
    // The row-major upper triangle is the column-major lower one.
    dsyrk_("L", ofRows ? "T" : "N", &order, &inner, &one, a, &stride, &one, sum, &strideC)
  }

  /// Copies the upper triangle of a row-major square matrix to its lower one.
  package static func mirrorUpper(_ a: UnsafeMutablePointer<Double>, order: Int) {
    for r in 0..<order { for c in 0..<r { a[r * order + c] = a[c * order + r] } }
  }
}
