import CBLAS
import CKernels
import COneDNN
import Testing

@testable import Tensors

@Suite("Memory and kernels")
struct MemoryTests {
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
