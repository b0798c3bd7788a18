package import Foundation
import Results

/// Where a run's numbers come from and what it took: the content of `provenance.json`, the only file of a run that knows
/// of clocks and machines.
package struct Provenance: Sendable {
  /// A file that the run read.
  package struct Source: Sendable {
    /// `weights`, `tokenizer`, `corpus`, `job`, `thresholds`, `configuration`.
    package var role: String
    /// Its name, without the folders that it lies in.
    package var name: String
    package var sha256: String

    /// - Throws: `InputError` where the file cannot be read.
    package init(role: String, file: URL) throws {
      self.role = role
      name = file.lastPathComponent
      sha256 = try SHA256.digest(of: file)
    }

    package init(role: String, name: String, bytes: [UInt8]) {
      self.role = role
      self.name = name
      sha256 = SHA256.digest(bytes)
    }
  }

  package var sources: [Source]
  /// Of the program and the libraries it uses.
  package var versions: [(name: String, version: String)]
  /// Seconds for each step, in their order.
  package var timings: [(step: String, seconds: Double)]
  package var started: Date
  package var threads: Int
  /// In which numbers the model ran: `f32` or `bf16`.
  package var precision: String

  package init(
    sources: [Source], versions: [(name: String, version: String)], timings: [(step: String, seconds: Double)],
    started: Date, threads: Int, precision: String = "f32"
  ) {
    self.sources = sources
    self.versions = versions
    self.timings = timings
    self.started = started
    self.threads = threads
    self.precision = precision
  }

  /// The most memory that the process has held, in bytes.
  private static var peakMemory: Int {
    var usage = rusage()
    getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }

  var json: JSONText {
    let process = ProcessInfo.processInfo
    return .object([
      "schema": .integer(1),
      "sources": .array(
        sources.map { .object(["role": .string($0.role), "name": .string($0.name), "sha256": .string($0.sha256)]) }),
      "versions": .object(Dictionary(versions.map { ($0.name, JSONText.string($0.version)) }) { $1 }),
      "timings": .array(
        timings.map { .object(["step": .string($0.step), "seconds": .number(($0.seconds * 1e4).rounded() / 1e4)]) }),
      "precision": .string(precision),
      "started": .string(started.formatted(.iso8601)),
      "peakMemoryBytes": .integer(Self.peakMemory),
      "machine": .object([
        "system": .string(process.operatingSystemVersionString), "processors": .integer(process.activeProcessorCount),
        "threads": .integer(threads), "memoryBytes": .integer(Int(process.physicalMemory)),
      ]),
    ])
  }
}
