import Foundation
import Testing

@testable import Support

@Suite struct InterruptionTests {
  @Test(
    "A signal ends the program with 130, leaves the old folder and nothing beside it", arguments: [SIGINT, SIGTERM])
  func signals(number: Int32) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "interrupted-\(number)")
    try? FileManager.default.removeItem(at: folder)
    defer { try? FileManager.default.removeItem(at: folder) }
    await #expect(processExitsWith: .exitCode(130)) { [number] in
      let folder = FileManager.default.temporaryDirectory.appending(path: "interrupted-\(number)")
      Interruption.install(message: "interrupted")
      try RunFolder.write(at: folder.appending(path: "out/run")) {
        try OutputFile.write([1], to: $0.appending(path: "old"))
      }
      try RunFolder.write(at: folder.appending(path: "out/run")) { staging in
        kill(getpid(), number)
        // Goes on writing while what it wrote is removed.
        for index in 0..<100_000 { try? OutputFile.write([2], to: staging.appending(path: "\(index)")) }
        usleep(5_000_000)
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "out").path) == ["run"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "out/run").path) == ["old"])
  }

  @Test("A signal in a first run leaves not even the folders above")
  func firstRun() async throws {
    await #expect(processExitsWith: .exitCode(130)) {
      Interruption.install(message: "interrupted")
      let folder = FileManager.default.temporaryDirectory.appending(path: "interrupted-first")
      try RunFolder.write(at: folder.appending(path: "out/run")) { _ in
        kill(getpid(), SIGTERM)
        usleep(5_000_000)
      }
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: "interrupted-first")
    #expect(!FileManager.default.fileExists(atPath: folder.path))
  }
}
