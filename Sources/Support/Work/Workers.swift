import CKernels
import Foundation

/// The threads that take pieces of work.
///
/// Work is cut into the same pieces whatever the number of threads, and each piece runs on one thread; so results do
/// not depend on how many there are.
package final class Workers: Sendable {
  /// How many threads take pieces.
  package let count: Int
  private let pool = WorkerPool()

  /// Threads begin with the first work that needs them, and sleep from then on until the process ends.
  package init(threads: Int) {
    tk_keep_freed_memory()
    count = max(1, threads)
  }

  /// Those of this thread of control; one a core of the machine unless others were handed in.
  @TaskLocal package static var current = Workers(threads: ProcessInfo.processInfo.activeProcessorCount)

  /// Runs `body` with this many threads; with those that there are where none is named.
  package static func with<T>(threads: Int?, _ body: () throws -> T) rethrows -> T {
    guard let threads else { return try body() }
    return try $current.withValue(Workers(threads: threads)) { try body() }
  }

  fileprivate func run(_ pieces: Int, _ body: (Int) -> Void) {
    let threads = min(pieces, count)
    if threads <= 1 || tk_inside_piece() != 0 {
      for piece in 0..<pieces { body(piece) }
    } else {
      pool.run(pieces, threads: threads, body)
    }
  }
}

/// Runs `body` for every index in `0 ..< pieces`, on the threads of `Workers.current`, and returns when all are done.
///
/// A call from inside a piece runs on that piece's thread.
package func forEachPiece(_ pieces: Int, _ body: (Int) -> Void) {
  if pieces == 1 { body(0) } else { Workers.current.run(pieces, body) }
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
