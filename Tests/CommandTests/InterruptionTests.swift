import Foundation
import TestSupport
import Testing

@testable import tomograph

@Suite("Interruption and scratch folders")
struct InterruptionTests {
  @Test("a scratch folder is gone after success and after an error")
  func scratchFolder() throws {
    let scratch = try Scratch()
    let folder = scratch["run"]
    func write() throws { _ = try scratch.write("half", to: "run/index.html") }
    try Interruption.withScratch(folder) { try write() }
    #expect(!FileManager.default.fileExists(atPath: folder.path(percentEncoded: false)))
    #expect(throws: CocoaError.self) {
      try Interruption.withScratch(folder) {
        try write()
        throw CocoaError(.fileWriteOutOfSpace)
      }
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path(percentEncoded: false)))
  }

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
    try process.run()
    usleep(300_000)
    kill(process.processIdentifier, number)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self) == "tomograph: interrupted\n")
  }
}
