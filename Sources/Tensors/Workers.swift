import Synchronization

/// The threads that take pieces of work.
///
/// Work is cut into the same pieces whatever the number of threads, and each piece runs on one thread; so results do
/// not depend on how many there are.
package enum Workers {
  private static let limit = Atomic<Int>(0)

  /// How many threads take pieces; the machine's cores unless set.
  package static var count: Int {
    get {
      let set = limit.load(ordering: .relaxed)
      return set > 0 ? set : max(1, processorCount)
    }
    set { limit.store(newValue, ordering: .relaxed) }
  }
}

/// Runs `body` for every index in `0 ..< pieces`, on up to `Workers.count` threads, and returns when all are done.
///
/// A call from inside a piece runs on that piece's thread.
package func forEachPiece(_ pieces: Int, _ body: (Int) -> Void) {
  WorkerPool.shared.run(pieces, body)
}
