import CKernels
import Foundation
import Synchronization

/// Threads that wait for jobs. A job is a number of pieces; whoever is free takes the next one, the caller too.
///
/// Jobs come one at a time: a second caller works through its pieces alone.
final class WorkerPool: Sendable {
  private final class Job: @unchecked Sendable {
    let pieces: Int
    /// The language of the caller.
    private let catalogue = Catalogue.current
    /// Where the caller is.
    private let cpu = tk_current_cpu()
    /// Lives on the caller's stack until every piece is finished; a thread that comes late finds none to take.
    private let body: UnsafePointer<(Int) -> Void>
    private let next = Atomic<Int>(0)
    private let finished = Atomic<Int>(0)

    init(pieces: Int, body: UnsafePointer<(Int) -> Void>) {
      self.pieces = pieces
      self.body = body
    }

    /// Takes pieces on a thread of the pool, in the caller's language. A thread that wakes where the caller is would stay
    /// behind it for as long as a short job takes: it goes elsewhere.
    func help() {
      if tk_current_cpu() == cpu { tk_leave_cpu(cpu) }
      Catalogue.$current.withValue(catalogue) { work() }
    }

    /// Takes pieces until none is left.
    func work() {
      tk_set_inside_piece(1)
      defer { tk_set_inside_piece(0) }
      while true {
        let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if piece >= pieces { return }
        run(piece)
        finished.wrappingAdd(1, ordering: .releasing)
      }
    }

    @inline(never) private func run(_ piece: Int) { body.pointee(piece) }

    var isDone: Bool { finished.load(ordering: .acquiring) >= pieces }
  }

  private struct State: Sendable {
    var job: Job?
    /// Threads that may still join the job.
    var seats = 0
    var threads = 0
  }

  private let state = Mutex(State())
  /// Wakes sleeping threads; and the caller, when the last piece is done.
  private let wake = DispatchSemaphore(value: 0)
  private let busy = Mutex(())

  func run(_ pieces: Int, threads: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { body in
        let job = Job(pieces: pieces, body: body)
        let worked: Void? = busy.withLockIfAvailable { (_: inout Void) -> Void in
          invite(threads - 1, to: job)
          job.work()
          state.withLock { $0.job = nil }
          // Only pieces that others have begun are left.
          while !job.isDone { sched_yield() }
        }
        if worked == nil { job.work() }
      }
    }
  }

  private func invite(_ helpers: Int, to job: Job) {
    let missing = state.withLock { state in
      state.job = job
      state.seats = helpers
      let missing = max(0, helpers - state.threads)
      state.threads += missing
      return missing
    }
    for _ in 0..<missing { start() }
    for _ in 0..<helpers { wake.signal() }
  }

  private func start() {
    let thread = Thread { [self] in
      while true {
        wake.wait()
        let job = state.withLock { state -> Job? in
          guard state.seats > 0, let job = state.job else { return nil }
          state.seats -= 1
          return job
        }
        job?.help()
      }
    }
    thread.stackSize = 8 << 20
    thread.start()
  }
}
