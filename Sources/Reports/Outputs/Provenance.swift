package import Foundation
import Support

/// Where a run's numbers come from and what it took: the content of `provenance.json`, the only file of a run that knows
/// of clocks and machines.
package struct Provenance: Sendable {
  /// A file that the run read.
  package struct Source: Sendable {
    /// `weights`, `tokenizer`, `corpus`, `job`, `thresholds`, `configuration`, `theme`, `template`.
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

    fileprivate var json: JSON {
      .object(["role": .string(role), "name": .string(name), "sha256": .string(sha256)])
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

  /// What decides how a report looks, and is another when it is drawn again.
  private static let roles = ["theme", "template"]

  /// The content of `provenance.json` with other themes and templates: as it is where they are the same.
  ///
  /// - Returns: nil for a file that is no provenance.
  package static func redrawn(_ json: Data, with sources: [Source]) -> Data? {
    guard case .object(var members)? = try? JSON(json, place: "provenance.json"),
      let before = members["sources"]?.elements
    else { return nil }
    let isLook = { (source: JSON) in source["role"]?.string.map(roles.contains) ?? false }
    guard !sources.isEmpty || before.contains(where: isLook) else { return json }
    members["sources"] = .array(before.filter { !isLook($0) } + sources.map(\.json))
    return Data(JSON.object(members).bytes)
  }

  var json: JSON {
    let process = ProcessInfo.processInfo
    return .object([
      "schema": .integer(1),
      "sources": .array(sources.map(\.json)),
      "versions": .object(JSONObject(versions.map { ($0.name, .string($0.version)) })),
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
