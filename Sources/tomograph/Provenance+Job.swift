import Foundation
import Reports
import Tensors
import Transformers

/// Seconds of the steps of a run.
struct Stopwatch {
  let started = Date()
  private(set) var laps: [(step: String, seconds: Double)] = []
  private var last = ContinuousClock.now

  /// Ends a step.
  mutating func lap(_ step: String) {
    let now = ContinuousClock.now
    laps.append((step, (now - last) / .seconds(1)))
    last = now
  }
}

extension Provenance {
  /// Digests of everything that the job read.
  init(_ job: Job, _ tokenizer: Tokenizer, _ watch: Stopwatch) throws {
    let files = try FileManager.default.contentsOfDirectory(at: job.model, includingPropertiesForKeys: nil)
    let weights = files.filter { $0.pathExtension == "safetensors" }.sorted {
      $0.lastPathComponent < $1.lastPathComponent
    }
    var sources = try weights.map { try Source(role: "weights", file: $0) }
    sources.append(try Source(role: "configuration", file: job.model.appending(path: "config.json")))
    for file in tokenizer.files { sources.append(try Source(role: "tokenizer", file: URL(filePath: file))) }
    sources.append(try Source(role: "corpus", file: job.corpus.file))
    if let file = job.file { sources.append(try Source(role: "job", file: file)) }
    if let file = job.thresholdsFile { sources.append(try Source(role: "thresholds", file: file)) }
    self.init(
      sources: sources, versions: [("tomograph", Command.version)], timings: watch.laps, started: watch.started,
      threads: Workers.count)
  }
}
