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
    // From when it catches signals on.
    for _ in 0..<1000 where !catches(number, process.processIdentifier) { usleep(10_000) }
    kill(process.processIdentifier, number)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self) == "tomograph: interrupted\n")
  }

  @Test("A report that is stopped while it is written leaves the old run as it was, and nothing beside it")
  func duringReport() throws {
    let run = try SmallRun()
    #expect(
      [0, 1].contains(try Program.run(["report", "--quiet", "--seed", "7"] + run.arguments, in: run.folder).code))
    let before = try run.files(in: "out")
    #expect(before.count > 100)

    let process = Process()
    process.executableURL = try Program.executable
    process.arguments = ["report", "--quiet", "--threads", "1"] + run.arguments
    process.currentDirectoryURL = run.folder
    process.standardInput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    try withUnblockedSignals { try process.run() }
    // Once some of its figures are there.
    func unfinished() -> String? {
      let names = try? FileManager.default.contentsOfDirectory(atPath: run["out"].path(percentEncoded: false))
      return names?.first { $0.contains("unfinished") }
    }
    func figures() -> Int {
      let folder = unfinished().map { run["out/\($0)/figures"].path(percentEncoded: false) }
      return folder.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0).count } ?? 0
    }
    while process.isRunning, figures() < 10 { usleep(1000) }
    #expect(unfinished() != nil)
    kill(process.processIdentifier, SIGTERM)
    process.waitUntilExit()

    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self) == "tomograph: interrupted\n")
    #expect(unfinished() == nil)
    #expect(try run.files(in: "out") == before)
  }

  /// The threads of tests block signals, and a program inherits what its parent blocks.
  private func withUnblockedSignals(_ body: () throws -> Void) rethrows {
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
  }

  private func catches(_ number: Int32, _ process: Int32) -> Bool {
    let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
    let caught = line.flatMap { UInt64($0.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16) } ?? 0
    return caught >> (number - 1) & 1 == 1
  }
}
