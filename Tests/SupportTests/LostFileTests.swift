import Foundation
import Testing

@testable import Support

@Suite struct LostFileTests {
  @Test("Reading what was cut off a mapped file ends the program with a line and a code, and leaves nothing behind")
  func shortened() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "shortened-file")
    try? FileManager.default.removeItem(at: folder)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let result = await #expect(processExitsWith: .exitCode(3), observing: [\.standardErrorContent]) {
      let folder = FileManager.default.temporaryDirectory.appending(path: "shortened-file")
      Interruption.install(message: "interrupted") { address in
        (MappedFile.loss(at: address)?.description ?? "unknown", 3)
      }
      let url = folder.appending(path: "weights")
      try Data(repeating: 7, count: 1 << 16).write(to: url)
      let file = try MappedFile(url)
      try FileHandle(forWritingTo: url).truncate(atOffset: 100)
      try RunFolder.write(at: folder.appending(path: "out/run")) { _ in
        _exit(Int32(file.bytes[1 << 15]))
      }
    }
    let line = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(line.hasSuffix("shortened-file/weights: was shortened while it was being read\n"))
    #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "out").path))
  }
}
