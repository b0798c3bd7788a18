package import Foundation
import Synchronization

/// What happens when the program is told to stop (SIGINT, SIGTERM, SIGHUP): what is half-written is removed, and the
/// program ends with code 130. A step that makes something whole is never cut in two.
package enum Interruption {
  private struct Unfinished {
    var url: URL
    /// Folders that were made to hold it, the innermost first; removed where they are empty.
    var parents: [URL]
  }

  private struct State {
    var unfinished: [Unfinished] = []
    var isInstalled = false
    /// What is said at the first signal where somebody ends the program himself.
    var deferral: String?
  }

  package static let exitCode: Int32 = 130
  private static let numbers = [SIGINT, SIGTERM, SIGHUP]
  private static let state = Mutex(State())
  private static let isRequestedFlag = Atomic(false)
  /// Where a signal's byte goes.
  private static let bell = Atomic<Int32>(-1)
  /// Where memory could not be read.
  private static let faultAddress = Atomic<UInt>(0)

  /// Whether a signal came; long work may look and end early.
  package static var isRequested: Bool { isRequestedFlag.load(ordering: .relaxed) }

  /// Catches the signals from now on; the message is written to stderr when one comes.
  ///
  /// - Parameter fault: what is said, and with which code the program ends, where memory at an address cannot be read
  ///   (SIGBUS): a file was shortened that is mapped there.
  package static func install(
    message: String, fault: (@Sendable (_ address: UInt) -> (line: String, code: Int32))? = nil
  ) {
    let isFirst = state.withLock { state in
      defer { state.isInstalled = true }
      return !state.isInstalled
    }
    var ends: [Int32] = [-1, -1]
    guard isFirst, pipe(&ends) == 0 else { return }
    bell.store(ends[1], ordering: .sequentiallyConsistent)
    // The handler itself may do next to nothing; a thread waits for its byte and does the rest.
    let listener = ends[0]
    // The listener alone takes signals: one that comes inside a product of oneDNN can be written over other memory.
    mask(SIG_BLOCK)
    if fault != nil { installFault() }
    for number in numbers {
      let former = signal(number) { _ in
        let saved = errno
        var byte: UInt8 = 1
        _ = write(Interruption.bell.load(ordering: .relaxed), &byte, 1)
        errno = saved
      }
      // What the caller ignores (nohup) stays ignored.
      if unsafeBitCast(former, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { signal(number, SIG_IGN) }
    }
    Thread.detachNewThread {
      mask(SIG_UNBLOCK)
      var byte: UInt8 = 0
      while true {
        while read(listener, &byte, 1) != 1 {}
        if byte == 2, let fault {
          let ending = fault(faultAddress.load(ordering: .sequentiallyConsistent))
          stop(ending.line, code: ending.code)
        }
        if !deferred() { stop(message) }
      }
    }
  }

  /// Blocks or unblocks the signals on the calling thread, and on those that it makes.
  private static func mask(_ how: Int32) {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in numbers { sigaddset(&signals, number) }
    pthread_sigmask(how, &signals, nil)
  }

  /// The thread that met the fault waits for the end: there is nothing that it could go on with.
  private static func installFault() {
    var action = sigaction()
    action.sa_flags = SA_SIGINFO
    action.__sigaction_handler.sa_sigaction = { _, information, _ in
      let address = information?.pointee._sifields._sigfault.si_addr
      Interruption.faultAddress.store(UInt(bitPattern: address), ordering: .sequentiallyConsistent)
      var byte: UInt8 = 2
      _ = write(Interruption.bell.load(ordering: .relaxed), &byte, 1)
      while true { pause() }
    }
    sigaction(SIGBUS, &action, nil)
  }

  /// Runs what ends itself soon after `isRequested` became true: the first signal does no more than that, the second one
  /// stops the program as ever.
  package static func deferred<Result>(message: String, _ body: () throws -> Result) rethrows -> Result {
    state.withLock { $0.deferral = message }
    defer { state.withLock { $0.deferral = nil } }
    return try body()
  }

  private static func deferred() -> Bool {
    state.withLock { state in
      guard let message = state.deferral, !isRequested else { return false }
      isRequestedFlag.store(true, ordering: .relaxed)
      try? FileHandle.standardError.write(contentsOf: Data((message + "\n").utf8))
      return true
    }
  }

  /// Removes whatever is unfinished and ends the program.
  private static func stop(_ message: String, code: Int32 = exitCode) {
    isRequestedFlag.store(true, ordering: .relaxed)
    // Nothing can become whole, or begin, from here on.
    state.withLock { state in
      for item in state.unfinished.reversed() {
        remove(item.url)
        for parent in item.parents { rmdir(parent.path(percentEncoded: false)) }
      }
      try? FileHandle.standardError.write(contentsOf: Data((message + "\n").utf8))
      _exit(code)
    }
  }

  /// Other threads may still be writing into a folder while it is removed.
  private static func remove(_ url: URL) {
    let path = url.path(percentEncoded: false)
    for _ in 0..<100 {
      try? FileManager.default.removeItem(at: url)
      var status = stat()
      if lstat(path, &status) != 0 { return }
      usleep(5000)
    }
  }

  /// Makes a file or folder, which is unfinished from then on; no signal comes between.
  package static func begin(parents: [URL] = [], _ make: () throws -> URL) rethrows -> URL {
    try state.withLock { state in
      let url = try make()
      state.unfinished.append(Unfinished(url: url, parents: parents))
      return url
    }
  }

  /// Makes it whole by `body`, which no signal interrupts, or gives it up; then it is no longer unfinished.
  package static func end<Result>(_ url: URL, _ body: () throws -> Result) rethrows -> Result {
    try state.withLock { state in
      defer { state.unfinished.removeAll { $0.url == url } }
      return try body()
    }
  }
}
