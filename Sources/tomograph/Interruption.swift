import Foundation
import Glibc
import Synchronization

/// SIGINT, SIGTERM and SIGHUP: what was half-written is taken away and the program ends with code 130.
///
/// A thread of its own waits for the signals, so what it does is not bound by the rules for signal handlers.
enum Interruption {
  private static let scratch = Mutex<[URL]>([])
  private static let isInterrupted = Atomic<Bool>(false)

  /// Has to be called before any other thread is there. A signal that the caller has set to be ignored stays ignored.
  static func watch() {
    signal(SIGPIPE, SIG_IGN)
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      var current = sigaction()
      sigaction(number, nil, &current)
      let isIgnored = unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self) == 1
      if !isIgnored { sigaddset(&signals, number) }
    }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let waited = signals
    Thread.detachNewThread {
      var signals = waited
      var number: Int32 = 0
      while sigwait(&signals, &number) != 0 {}
      end()
    }
  }

  /// Runs `body`, which may write to `folder`; when it returns, throws or is interrupted, what is still there is removed.
  static func withScratch<Result>(_ folder: URL, _ body: () throws -> Result) throws -> Result {
    scratch.withLock { $0.append(folder) }
    defer {
      waitIfInterrupted()
      try? FileManager.default.removeItem(at: folder)
      scratch.withLock { $0.removeAll { $0 == folder } }
    }
    return try body()
  }

  /// Keeps the main thread from reporting errors that only come from the folder being taken away beneath it.
  private static func waitIfInterrupted() {
    while isInterrupted.load(ordering: .acquiring) { sleep(1) }
  }

  private static func end() -> Never {
    isInterrupted.store(true, ordering: .releasing)
    for folder in scratch.withLock({ $0 }) {
      // Other threads may still be writing to it for a moment.
      for _ in 0..<100 where FileManager.default.fileExists(atPath: folder.path(percentEncoded: false)) {
        try? FileManager.default.removeItem(at: folder)
        usleep(2000)
      }
    }
    StandardError.write(line: "tomograph: interrupted")
    _exit(ExitCode.interrupted.rawValue)
  }
}

/// A trap, which is a fault of the program, ends it with the code that says so, unless a backtrace was asked for.
enum Faults {
  static func watch() {
    guard getenv("SWIFT_BACKTRACE") == nil else { return }
    for number in [SIGILL, SIGTRAP, SIGSEGV, SIGFPE, SIGABRT] {
      signal(number) { _ in
        let line: StaticString = "tomograph: a fault of the program: it has stopped where it should not be able to\n"
        _ = Glibc.write(STDERR_FILENO, line.utf8Start, line.utf8CodeUnitCount)
        _exit(4)
      }
    }
  }
}
