import Foundation
import TestSupport
import Testing

@Suite("Interruption")
struct InterruptionTests {
  @Test("SIGINT, SIGTERM and SIGHUP end the program with code 130 and a line", arguments: [SIGINT, SIGTERM, SIGHUP])
  func signals(number: Int32) throws {
    let process = Process()
    let (input, errors) = (Pipe(), Pipe())
    process.executableURL = try Program.executable
    // Waits for its input, which does not come.
    process.arguments = ["tokenize", "examples/shakespeare/model"]
    process.currentDirectoryURL = Fixtures.root
    process.standardInput = input
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try withUnblockedSignals { try process.run() }
    usleep(300_000)
    kill(process.processIdentifier, number)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self) == "tomograph: interrupted\n")
  }

  /// The threads of tests block signals, and a program inherits what its parent blocks.
  private func withUnblockedSignals(_ body: () throws -> Void) rethrows {
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
  }
}
