import CBLAS

extension Matrix {
  /// Singular values in falling order, `min(rows, columns)` of them; all NaN where an entry is not finite or LAPACK does
  /// not converge.
  ///
  /// They are roots of the eigenvalues of the smaller Gram matrix where that loses nothing that matters (a condition
  /// number under 10⁴, relative error of the smallest about 10⁻⁸), else LAPACK's `dgesdd`.
  package func singularValues() -> [Double] {
    let count = min(rows, columns)
    guard count > 0 else { return [] }
    guard isFinite else { return [Double](repeating: .nan, count: count) }
    let eigenvalues = gram(ofRows: rows < columns).symmetricEigenvalues()
    if let largest = eigenvalues.first, let smallest = eigenvalues.last, smallest > 1e-8 * largest, largest.isNormal {
      return eigenvalues.map { $0.squareRoot() }
    }
    return singularValueDecomposition(vectors: false).values
  }

  /// The thin decomposition `A = U·diag(σ)·Vᵀ` by `dgesdd`: `left` `[rows, k]`, `values` falling, `rightTransposed`
  /// `[k, columns]`, `k = min(rows, columns)`. Everything is NaN where an entry is not finite or it does not converge;
  /// the matrices are empty without `vectors`.
  package func singularValueDecomposition(
    vectors: Bool = true
  ) -> (left: Matrix, values: [Double], rightTransposed: Matrix) {
    let k = min(rows, columns)
    var values = [Double](repeating: .nan, count: k)
    var left = Matrix(rows: vectors ? rows : 0, columns: vectors ? k : 0)
    var right = Matrix(rows: vectors ? k : 0, columns: vectors ? columns : 0)
    guard k > 0 else { return (left, values, right) }
    var info: Int32 = -1
    if isFinite, OpenBLAS.isReady {
      // The column-major view is Aᵀ = V·Σ·Uᵀ.
      var a = self.values
      var (m, n, small) = (Int32(columns), Int32(rows), Int32(k))
      var job = [Int32](repeating: 0, count: 8 * k)
      var length: Int32 = -1
      var best = [0.0]
      let mode = vectors ? "S" : "N"
      dgesdd_(mode, &m, &n, &a, &m, &values, &right.values, &m, &left.values, &small, &best, &length, &job, &info)
      length = Int32(best[0])
      var work = [Double](repeating: 0, count: Int(length))
      dgesdd_(mode, &m, &n, &a, &m, &values, &right.values, &m, &left.values, &small, &work, &length, &job, &info)
    }
    if info != 0 {
      values = values.map { _ in .nan }
      left.values = left.values.map { _ in .nan }
      right.values = right.values.map { _ in .nan }
    }
    return (left, values, right)
  }

  /// The eigenvalues of a symmetric matrix in falling order; all NaN where an entry is not finite.
  package func symmetricEigenvalues() -> [Double] { symmetricEigen(vectors: false).values }

  /// The eigenvalues of a symmetric matrix in falling order and, in the rows of `vectors`, their unit eigenvectors
  /// (LAPACK `dsyevd`); all NaN where an entry is not finite or it does not converge.
  package func symmetricEigen(vectors wanted: Bool = true) -> (values: [Double], vectors: Matrix) {
    precondition(rows == columns, "\(rows) × \(columns) is not square")
    let order = rows
    guard order > 0 else { return ([], self) }
    var a = values
    var eigenvalues = [Double](repeating: .nan, count: order)
    var info: Int32 = -1
    if isFinite, OpenBLAS.isReady {
      var n = Int32(order)
      var (length, integers): (Int32, Int32) = (-1, -1)
      var best = [0.0]
      var bestIntegers: [Int32] = [0]
      // The upper triangle is the faster one to reduce; eigenvectors keep the signs that they have from the lower.
      let mode = wanted ? "V" : "N", triangle = wanted ? "L" : "U"
      dsyevd_(mode, triangle, &n, &a, &n, &eigenvalues, &best, &length, &bestIntegers, &integers, &info)
      (length, integers) = (Int32(best[0]), bestIntegers[0])
      var work = [Double](repeating: 0, count: Int(length))
      var integerWork = [Int32](repeating: 0, count: Int(integers))
      dsyevd_(mode, triangle, &n, &a, &n, &eigenvalues, &work, &length, &integerWork, &integers, &info)
    }
    guard info == 0 else {
      let nan = [Double](repeating: .nan, count: order * order)
      return (
        [Double](repeating: .nan, count: order),
        wanted ? Matrix(rows: order, columns: order, values: nan) : Matrix(rows: 0, columns: 0)
      )
    }
    eigenvalues.reverse()
    guard wanted else { return (eigenvalues, Matrix(rows: 0, columns: 0)) }
    // Column-major columns are our rows, rising: turn them round.
    var turned = Matrix(rows: order, columns: order)
    for r in 0..<order {
      let source = (order - 1 - r) * order
      for c in 0..<order { turned.values[r * order + c] = a[source + c] }
    }
    return (eigenvalues, turned)
  }

  /// The eigenvalues of a square matrix in the order of LAPACK's `dgeev`; all NaN where an entry is not finite or it
  /// does not converge.
  package func eigenvalues() -> [(real: Double, imaginary: Double)] {
    precondition(rows == columns, "\(rows) × \(columns) is not square")
    var real = [Double](repeating: .nan, count: rows)
    var imaginary = real
    var info: Int32 = -1
    if isFinite, rows > 0, OpenBLAS.isReady {
      // The column-major view is the transpose, which has the same eigenvalues.
      var a = values
      var (n, one, length): (Int32, Int32, Int32) = (Int32(rows), 1, -1)
      var (best, none) = ([0.0], [0.0])
      var noneEither = [0.0]
      dgeev_("N", "N", &n, &a, &n, &real, &imaginary, &none, &one, &noneEither, &one, &best, &length, &info)
      length = Int32(best[0])
      var work = [Double](repeating: 0, count: Int(length))
      dgeev_("N", "N", &n, &a, &n, &real, &imaginary, &none, &one, &noneEither, &one, &work, &length, &info)
    }
    if info != 0 { (real, imaginary) = (real.map { _ in .nan }, imaginary.map { _ in .nan }) }
    return zip(real, imaginary).map { (real: $0, imaginary: $1) }
  }
}
