import CBLAS
import CKernels
import COneDNN
import Foundation
import Synchronization
import Testing

@testable import Tensors

@Suite("Pieces of work and their memory")
struct WorkersTests {
  private struct Failure: Error, Equatable { var piece: Int }

  @Test("Results come in the order of pieces", arguments: [0, 1, 7, 1000])
  func results(count: Int) {
    #expect(mapPieces(count) { "\($0)" } == (0..<count).map { "\($0)" })
  }

  @Test("Of several failures the first by index is thrown, and every piece runs")
  func failures() {
    let runs = Atomic(0)
    #expect(throws: Failure(piece: 30)) {
      _ = try mapPieces(100) { piece -> Int in
        runs.add(1, ordering: .relaxed)
        if piece % 40 == 30 { throw Failure(piece: piece) }
        return piece
      }
    }
    #expect(runs.load(ordering: .relaxed) == 100)
  }

  @Test("Every element is changed once")
  func elements() {
    var values = Array(0..<500)
    forEachElement(of: &values) { value, index in value += index }
    #expect(values == (0..<500).map { 2 * $0 })
  }

  @Test("Memory lies at multiples of 64; a block of the same size comes back to its thread")
  func memory() throws {
    for bytes in [4, 63, 64, 100, 4096, (4 << 20) + 4, 64 << 20] {
      let block = try #require(tk_allocate(bytes))
      #expect(Int(bitPattern: block) % 64 == 0)
      tk_free(block, bytes)
    }
    let block = tk_allocate(12_340)
    tk_free(block, 12_340)
    let other = tk_allocate(12_344), same = tk_allocate(12_340)
    #expect(other != block)
    #expect(same == block)
    tk_free(other, 12_344)
    tk_free(same, 12_340)
    // More than there is of addresses.
    #expect(tk_allocate(1 << 62) == nil)
  }

  @Test("Decompositions run on kernels of this processor")
  func kernels() throws {
    _ = Matrix.product(Matrix(rows: 2, columns: 2), Matrix(rows: 2, columns: 2))
    let name = String(cString: try #require(openblas_get_corename()))
    #expect(name != "Prescott" || !Precision.has(dnnl_cpu_isa_avx2))
  }
}
