import CBLAS
import Foundation

let processorCount = ProcessInfo.processInfo.activeProcessorCount

/// Threads that wait for work, and the way a job is handed to them.
final class WorkerPool: Sendable {
  static let shared = WorkerPool()

  private init() { openblas_set_num_threads(1) }

  func run(_ pieces: Int, _ body: (Int) -> Void) {
    for piece in 0..<pieces { body(piece) }
  }
}
