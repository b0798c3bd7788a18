import CKernels
import Foundation
import Synchronization

/// The threads that take pieces of work.
///
/// Work is cut into the same pieces whatever the number of threads, and each piece runs on one thread; so results do
/// not depend on how many there are.
package enum Workers {
  private static let limit = Atomic<Int>(0)
  private static let cores: Int = {
    tk_keep_freed_memory()
    return ProcessInfo.processInfo.activeProcessorCount
  }()

  /// How many threads take pieces; the machine's cores unless set.
  package static var count: Int {
    get {
      let set = limit.load(ordering: .relaxed)
      return set > 0 ? set : cores
    }
    set { limit.store(newValue, ordering: .relaxed) }
  }
}

/// Runs `body` for every index in `0 ..< pieces`, on up to `Workers.count` threads, and returns when all are done.
///
/// A call from inside a piece runs on that piece's thread.
package func forEachPiece(_ pieces: Int, _ body: (Int) -> Void) {
  let threads = min(pieces, Workers.count)
  if threads <= 1 || tk_inside_piece() != 0 {
    for piece in 0..<pieces { body(piece) }
  } else {
    WorkerPool.shared.run(pieces, threads: threads, body)
  }
}

/// The results of `body` for every index in `0 ..< pieces`, in their order.
///
/// - Throws: of what the pieces threw, the first by index.
package func mapPieces<T, E: Error>(_ pieces: Int, _ body: (Int) throws(E) -> T) throws(E) -> [T] {
  var results = [Result<T, E>?](repeating: nil, count: pieces)
  forEachElement(of: &results) { result, piece in
    do throws(E) { result = .success(try body(piece)) } catch { result = .failure(error) }
  }
  var values: [T] = []
  values.reserveCapacity(pieces)
  for case let result? in results { values.append(try result.get()) }
  return values
}

/// Runs `body` for every element, which it may change, and its index.
package func forEachElement<T>(of elements: inout [T], _ body: (inout T, Int) -> Void) {
  elements.withUnsafeMutableBufferPointer { buffer in
    nonisolated(unsafe) let buffer = buffer
    forEachPiece(buffer.count) { body(&buffer[$0], $0) }
  }
}

/// Runs `body` for consecutive ranges of at most `size` that together make `0 ..< count`.
package func forEachChunk(of count: Int, size: Int, _ body: (Range<Int>) -> Void) {
  guard count > 0 else { return }
  forEachPiece((count + size - 1) / size) { piece in
    body(piece * size..<min(count, (piece + 1) * size))
  }
}
