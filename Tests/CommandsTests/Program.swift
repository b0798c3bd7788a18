import Foundation
import TestSupport

/// The built program, run as a process.
struct Program {
  struct Outcome {
    var code: Int32
    var output: String
    var errors: String

    /// The lines of stderr.
    var errorLines: [Substring] { errors.split(separator: "\n", omittingEmptySubsequences: true) }
  }

  /// Beside the test bundle, whatever configuration was built.
  static var executable: URL {
    get throws {
      let bundle = URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      let candidates = [bundle, URL(filePath: CommandLine.arguments[0])].map {
        $0.deletingLastPathComponent().appending(path: "tomograph")
      }
      let built = candidates + [Fixtures.root.appending(path: ".build/release/tomograph")]
      guard
        let found = built.first(where: { FileManager.default.isExecutableFile(atPath: $0.path(percentEncoded: false)) })
      else { throw CocoaError(.fileNoSuchFile) }
      return found
    }
  }

  /// Runs it to its end, in `folder`, with `input` or the content of `inputFile` on stdin.
  static func run(
    _ arguments: [String], in folder: URL? = nil, input: String = "", inputFile: URL? = nil, executable: URL? = nil,
    environment: [String: String] = [:]
  ) throws -> Outcome {
    let scratch = try Scratch()
    for name in ["out", "err"] { try Data().write(to: scratch["\(name).txt"]) }
    try Data(input.utf8).write(to: scratch["in.txt"])
    let process = Process()
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.executableURL = try executable ?? Self.executable
    process.arguments = arguments
    process.currentDirectoryURL = folder ?? scratch.folder
    process.standardInput = try FileHandle(forReadingFrom: inputFile ?? scratch["in.txt"])
    process.standardOutput = try FileHandle(forWritingTo: scratch["out.txt"])
    process.standardError = try FileHandle(forWritingTo: scratch["err.txt"])
    try process.run()
    process.waitUntilExit()
    return Outcome(
      code: process.terminationStatus, output: try String(contentsOf: scratch["out.txt"], encoding: .utf8),
      errors: try String(contentsOf: scratch["err.txt"], encoding: .utf8))
  }
}

/// A folder that is removed with its last reference.
final class Scratch: Sendable {
  let folder: URL

  init() throws {
    folder = URL.temporaryDirectory.appending(path: "tomograph-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  subscript(name: String) -> URL { folder.appending(path: name) }

  /// Writes a file and gives its path.
  func write(_ text: String, to name: String) throws -> URL {
    let url = self[name]
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
    return url
  }
}
