import CKernels
import COneDNN
import Support

/// A matrix of bfloat16 weights `[rows, columns]`, in the layout that the processor multiplies fastest.
///
/// With AMX it lies as it is and oneDNN multiplies it. AVX-512's own bf16 instruction is slower than float32's on the
/// processors without AMX that were measured (half the rate); there the matrix lies in panels, whose weights are widened
/// as they are read, and the arithmetic is float32's. The operands are the same: both are rounded to bf16.
package final class BFloatMatrix: @unchecked Sendable {
  package let rows: Int
  package let columns: Int
  let isTiled: Bool
  /// Panels `[⌈columns / 32⌉][rows][32]`, or `[rows, columns]`.
  let pointer: UnsafeMutablePointer<UInt16>

  static let hasTiles = Precision.has(dnnl_cpu_isa_avx512_core_amx)

  /// A rounded copy. `isTiled`: laid out for oneDNN.
  package init(_ parts: [MatrixView], isTiled: Bool? = nil) {
    let isTiled = isTiled ?? Self.hasTiles
    rows = parts.first?.rows ?? 0
    columns = parts.reduce(0) { $0 + $1.columns }
    self.isTiled = isTiled
    let panels = (columns + panelColumns - 1) / panelColumns
    let count = isTiled ? rows * columns : panels * rows * panelColumns
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: max(64, count * 2), alignment: 64)
    pointer = bytes.bindMemory(to: UInt16.self, capacity: count)
    // A part that ends inside a panel goes through a dense copy.
    let isAligned = parts.dropLast().allSatisfy { $0.columns % panelColumns == 0 }
    if isAligned || isTiled {
      var start = 0
      for part in parts {
        fill(from: part, at: start)
        start += part.columns
      }
    } else {
      let dense = Tensor(uninitialized: [rows, columns])
      var start = 0
      for part in parts {
        let target = dense.matrix.columns(start..<start + part.columns)
        for row in 0..<rows {
          for column in 0..<part.columns { target.pointer[row * target.stride + column] = part[row, column] }
        }
        start += part.columns
      }
      fill(from: dense.matrix, at: 0)
    }
  }

  deinit { pointer.deallocate() }

  private func fill(from part: MatrixView, at start: Int) {
    let (row, column) = part.isTransposed ? (1, part.stride) : (part.stride, 1)
    forEachChunk(of: part.columns, size: panelColumns) { range in
      let source = part.pointer + range.lowerBound * column, first = start + range.lowerBound
      guard isTiled else {
        tk_pack_panel(
          pointer + first / panelColumns * rows * panelColumns, source, row, column, rows, range.count)
        return
      }
      var line = [Float](repeating: 0, count: range.count)
      for k in 0..<rows {
        for n in line.indices { line[n] = source[k * row + n * column] }
        tk_bfloats_from_floats(pointer + k * columns + first, line, line.count)
      }
    }
  }

  /// A column as float32: what a token's embedding is where the matrix is an output matrix.
  package func copyColumn(_ column: Int, to target: UnsafeMutablePointer<Float>) {
    let (panel, place) = (column / panelColumns, tk_panel_place(column % panelColumns))
    let first = pointer + (isTiled ? column : panel * rows * panelColumns + place)
    let step = isTiled ? columns : panelColumns
    for row in 0..<rows { target[row] = Float(bitPattern: UInt32(first[row * step]) << 16) }
  }
}

private let panelColumns = Int(TK_PANEL_COLUMNS)

extension MatrixView {
  fileprivate subscript(row: Int, column: Int) -> Float {
    pointer[isTransposed ? column * stride + row : row * stride + column]
  }
}

/// `c = a·b` with a's rows rounded to bf16, on all threads, cut into a grid that depends on the result's shape alone.
///
/// What a row becomes does not depend on the others. `finish` is called for each piece as in `multiplyInPieces`.
package func multiplyInPieces(
  _ a: MatrixView, _ b: BFloatMatrix, into c: MatrixView, finish: ((Range<Int>, Range<Int>) -> Void)? = nil
) {
  precondition(
    a.columns == b.rows && c.rows == a.rows && c.columns == b.columns && !c.isTransposed && !a.isTransposed,
    "[\(a.rows), \(a.columns)]·[\(b.rows), \(b.columns)] into [\(c.rows), \(c.columns)]")
  let rowPieces = evenPieces(of: c.rows, around: 256)
  // Few rows are soon done: more pieces, so that every thread has some.
  let columnPieces = evenPieces(of: c.columns, around: c.rows > 64 ? 1024 : 256, multiple: panelColumns)
  forEachPiece(rowPieces.count * columnPieces.count) { piece in
    let rows = rowPieces[piece % rowPieces.count], columns = columnPieces[piece / rowPieces.count]
    if b.isTiled {
      multiplyTiles(a.rows(rows), b, columns, into: c.rows(rows).columns(columns))
    } else {
      multiplyPanels(a.rows(rows), b, columns, into: c.rows(rows))
    }
    finish?(rows, columns)
  }
}

private func multiplyPanels(_ a: MatrixView, _ b: BFloatMatrix, _ columns: Range<Int>, into c: MatrixView) {
  guard a.rows > 0 else { return }
  let depth = a.columns, padded = (depth + Int(TK_PANEL_DEPTH) - 1) / Int(TK_PANEL_DEPTH) * Int(TK_PANEL_DEPTH)
  let blocks = (a.rows + Int(TK_PANEL_ROWS) - 1) / Int(TK_PANEL_ROWS), height = (a.rows + blocks - 1) / blocks
  let packed = Tensor(uninitialized: [a.rows, max(1, padded)])
  let starts = stride(from: 0, to: a.rows, by: height)
  for start in starts {
    tk_pack_rows(
      packed.pointer + start * padded, a.pointer + start * a.stride, a.stride, min(height, a.rows - start), depth)
  }
  for first in stride(from: columns.lowerBound, to: columns.upperBound, by: panelColumns) {
    let panel = b.pointer + first / panelColumns * depth * panelColumns
    for start in starts {
      tk_multiply_panel(
        c.pointer + start * c.stride + first, c.stride, packed.pointer + start * padded, panel,
        min(height, a.rows - start), depth, min(panelColumns, columns.upperBound - first))
    }
  }
}

/// By oneDNN, whose product of a row does not depend on the number of rows from 2 up.
private func multiplyTiles(_ a: MatrixView, _ b: BFloatMatrix, _ columns: Range<Int>, into c: MatrixView) {
  let depth = a.columns, rows = max(16, a.rows)
  let narrow = UnsafeMutablePointer<UInt16>.allocate(capacity: max(1, rows * depth))
  defer { narrow.deallocate() }
  narrow.update(repeating: 0, count: rows * depth)
  for row in 0..<a.rows { tk_bfloats_from_floats(narrow + row * depth, a.pointer + row * a.stride, depth) }
  let product = rows == a.rows ? nil : Tensor(uninitialized: [rows, columns.count])
  let target = product?.matrix ?? c
  omp_set_num_threads(1)
  let plain = CChar(UInt8(ascii: "N"))
  dnnl_gemm_bf16bf16f32(
    plain, plain, dnnl_dim_t(rows), dnnl_dim_t(columns.count), dnnl_dim_t(depth), 1, narrow, dnnl_dim_t(depth),
    b.pointer + columns.lowerBound, dnnl_dim_t(b.columns), 0, target.pointer, dnnl_dim_t(target.stride))
  if let product {
    for row in 0..<a.rows {
      (c.pointer + row * c.stride).update(from: product.pointer + row * columns.count, count: columns.count)
    }
  }
}
