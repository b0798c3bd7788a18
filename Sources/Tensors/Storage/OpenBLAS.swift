import CBLAS
import COneDNN
import Foundation

/// The library behind `Matrix`: it runs on the calling thread alone, as threads take pieces of work above it.
enum OpenBLAS {
  /// True once the library is as it should be; asked before every call.
  static let isReady: Bool = {
    takeTheProcessorsKernels()
    openblas_set_num_threads(1)
    return true
  }()

  /// A release older than the processor takes it for a Prescott of 2004 and multiplies several times more slowly than it
  /// could: it is told which of its kernels fit, and asked to choose again. What the environment says goes first.
  private static func takeTheProcessorsKernels() {
    guard let name = openblas_get_corename(), String(cString: name) == "Prescott",
      let kernels = Precision.has(dnnl_cpu_isa_avx512_core)
        ? "SkylakeX" : Precision.has(dnnl_cpu_isa_avx2) ? "Haswell" : nil,
      // Only a library with kernels for several processors has these.
      let forget = dlsym(nil, "gotoblas_dynamic_quit"), let choose = dlsym(nil, "gotoblas_dynamic_init")
    else { return }
    setenv("OPENBLAS_CORETYPE", kernels, 0)
    for function in [forget, choose] { unsafeBitCast(function, to: (@convention(c) () -> Void).self)() }
  }
}
