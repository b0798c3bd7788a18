import COneDNN
import Support

/// A matrix in memory that something else owns: rows `stride` floats apart.
package struct MatrixView {
  package let pointer: UnsafeMutablePointer<Float>
  package let rows: Int
  package let columns: Int
  package let stride: Int
  package let isTransposed: Bool

  package init(
    _ pointer: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int? = nil, isTransposed: Bool = false
  ) {
    self.pointer = pointer
    self.rows = rows
    self.columns = columns
    self.stride = stride ?? (isTransposed ? rows : columns)
    self.isTransposed = isTransposed
  }

  /// The same memory read with rows and columns exchanged.
  package var transposed: MatrixView {
    MatrixView(pointer, rows: columns, columns: rows, stride: stride, isTransposed: !isTransposed)
  }

  /// Rows `range` of the matrix.
  package func rows(_ range: Range<Int>) -> MatrixView {
    MatrixView(
      pointer + range.lowerBound * (isTransposed ? 1 : stride), rows: range.count, columns: columns, stride: stride,
      isTransposed: isTransposed)
  }

  /// Columns `range` of the matrix.
  package func columns(_ range: Range<Int>) -> MatrixView { transposed.rows(range).transposed }
}

extension Tensor {
  /// The tensor as a matrix whose columns are its last axis.
  package var matrix: MatrixView {
    let columns = shape.last ?? 1
    return MatrixView(pointer, rows: columns == 0 ? 0 : count / columns, columns: columns)
  }
}

/// `c = scale·a·b`, or with `adding` `c += scale·a·b`, plus `bias` on every row; on the calling thread alone.
///
/// oneDNN's product of a row does not depend on the number of rows from 16 up; fewer are padded, so that what a row
/// becomes never depends on its neighbours.
package func multiply(
  _ a: MatrixView, _ b: MatrixView, into c: MatrixView, scale: Float = 1, adding: Bool = false
) {
  precondition(
    a.columns == b.rows && c.rows == a.rows && c.columns == b.columns && !c.isTransposed,
    "[\(a.rows), \(a.columns)]·[\(b.rows), \(b.columns)] into [\(c.rows), \(c.columns)]")
  guard c.rows > 0, c.columns > 0 else { return }
  guard a.columns > 0 else {
    if !adding { for row in 0..<c.rows { (c.pointer + row * c.stride).update(repeating: 0, count: c.columns) } }
    return
  }
  if c.rows < leastRows && !a.isTransposed {
    multiplyPadded(a, b, into: c, scale: scale, adding: adding)
    return
  }
  // A property of each thread: without it oneDNN would start threads of its own.
  omp_set_num_threads(1)
  dnnl_sgemm(
    a.isTransposed ? CChar(UInt8(ascii: "T")) : CChar(UInt8(ascii: "N")),
    b.isTransposed ? CChar(UInt8(ascii: "T")) : CChar(UInt8(ascii: "N")), dnnl_dim_t(c.rows), dnnl_dim_t(c.columns),
    dnnl_dim_t(a.columns), scale, a.pointer, dnnl_dim_t(a.stride), b.pointer, dnnl_dim_t(b.stride), adding ? 1 : 0,
    c.pointer, dnnl_dim_t(c.stride))
}

private let leastRows = 16

private func multiplyPadded(
  _ a: MatrixView, _ b: MatrixView, into c: MatrixView, scale: Float, adding: Bool
) {
  let padded = Tensor(repeating: 0, shape: [leastRows, a.columns])
  let product = Tensor(uninitialized: [leastRows, c.columns])
  for row in 0..<a.rows {
    (padded.pointer + row * a.columns).update(from: a.pointer + row * a.stride, count: a.columns)
  }
  multiply(padded.matrix, b, into: product.matrix, scale: scale)
  for row in 0..<c.rows {
    let target = c.pointer + row * c.stride, source = product.pointer + row * c.columns
    for column in 0..<c.columns { target[column] = (adding ? target[column] : 0) + source[column] }
  }
}

/// The same on all threads: the result is cut into a grid that depends on its shape alone, of at least `pieces` where
/// that leaves them wide enough.
///
/// `finish` is called for each piece when it is done, while it is still in the cache, with its rows and columns.
package func multiplyInPieces(
  _ a: MatrixView, _ b: MatrixView, into c: MatrixView, adding: Bool = false, pieces: Int = 8,
  finish: ((Range<Int>, Range<Int>) -> Void)? = nil
) {
  var (height, width) = (512, 768)
  func count(_ size: Int, _ length: Int) -> Int { (length + size / 2) / size }
  while max(1, count(height, c.rows)) * max(1, count(width, c.columns)) < pieces {
    let (tall, wide) = (min(height, c.rows), min(width, c.columns))
    guard max(tall, wide) > 64 else { break }
    if wide > tall { width = wide / 2 } else { height = tall / 2 }
  }
  let rowPieces = evenPieces(of: c.rows, around: height)
  let columnPieces = evenPieces(of: c.columns, around: width)
  forEachPiece(rowPieces.count * columnPieces.count) { piece in
    let rows = rowPieces[piece % rowPieces.count], columns = columnPieces[piece / rowPieces.count]
    multiply(a.rows(rows), b.columns(columns), into: c.rows(rows).columns(columns), adding: adding)
    finish?(rows, columns)
  }
}

/// `0 ..< count` in ranges of about `size`, all but the last a multiple of 16 (or of another number) long.
func evenPieces(of count: Int, around size: Int, multiple: Int = 16) -> [Range<Int>] {
  let pieces = max(1, (count + size / 2) / size)
  let length = max(multiple, ((count + pieces - 1) / pieces + multiple - 1) / multiple * multiple)
  return stride(from: 0, to: max(1, count), by: length).map { $0..<min(count, $0 + length) }
}

extension Tensor {
  /// A dense copy, `[rows, columns]`.
  package init(copying matrix: MatrixView) {
    self.init(uninitialized: [matrix.rows, matrix.columns])
    let (start, source) = (pointer, matrix)
    forEachChunk(of: matrix.rows, size: 16) { rows in
      guard source.isTransposed else {
        for row in rows {
          (start + row * source.columns).update(from: source.pointer + row * source.stride, count: source.columns)
        }
        return
      }
      for column in 0..<source.columns {
        for row in rows { start[row * source.columns + column] = source.pointer[column * source.stride + row] }
      }
    }
  }

  /// A dense copy of the last two axes' matrix with rows and columns exchanged.
  package var transposed: Tensor { withExtendedLifetime(self) { Tensor(copying: matrix.transposed) } }
}
