import Analyses
import Corpora
import Engine
import Foundation
import Reports
import Support
import Tensors
import Training
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
  init(_ sources: [Source], _ precision: Precision, _ watch: Stopwatch) {
    self.init(
      sources: sources, versions: [("tomograph", Command.version)], timings: watch.laps, started: watch.started,
      threads: Workers.current.count, precision: precision.rawValue)
  }

  /// Digests of everything that the job read.
  static func sources(of job: Job, _ files: ModelFiles, _ reading: CorpusReading?) throws -> [Source] {
    var sources = try files.weights.map { try Source(role: "weights", file: $0) }
    if !files.weights.contains(files.configuration) {
      sources.append(try Source(role: "configuration", file: files.configuration))
    }
    sources += try files.adapterFiles.map { try Source(role: "adapter", file: $0) }
    switch reading {
    case .text(let text):
      for file in (text.tokenizer.files + text.tokenizer.settingsFiles).map({ URL(filePath: $0) })
      where !files.weights.contains(where: { $0.path == file.path }) {
        sources.append(try Source(role: "tokenizer", file: file))
      }
    case .images(let images):
      if let file = images.processor.file {
        sources.append(try Source(role: phrase("provenance.imageProcessor"), file: file))
      }
    case nil: break
    }
    if job.readsCorpus { sources += try job.corpus.file.sources }
    sources += try job.taskFiles.map { try Source(role: phrase("provenance.task"), file: $0) }
    if let file = job.file { sources.append(try Source(role: "job", file: file)) }
    if let file = job.thresholdsFile { sources.append(try Source(role: "thresholds", file: file)) }
    for file in try job.training.logs.flatMap({ try TrainingLog.files(at: $0.path) }).flatMap(\.files) {
      sources.append(try Source(role: phrase("provenance.trainingLog"), file: file))
    }
    for checkpoint in job.training.checkpoints?.all ?? [] {
      let files = try job.files(of: checkpoint.folder)
      sources += try ((files.adapterFiles.last.map { [$0] }) ?? files.weights).map { file in
        try Source(role: phrase("provenance.weightsOfCheckpoint", ["checkpoint": checkpoint.name]), file: file)
      }
    }
    return sources + (try job.appearance.sources)
  }
}

extension Provenance.Source {
  /// A folder of images as a whole: the digest of their names, each with its file's digest, a line an image.
  init(role: String = "corpus", images folder: URL) throws {
    var reader = try CorpusReader(CorpusFile(path: folder.relativePath, format: .images), leavingOut: [])
    var listing = ""
    while let document = try reader.next() {
      guard let path = document.image else { continue }
      let image = try Self(role: "image", file: URL(filePath: path))
      listing += "\(image.sha256)  \(document.text)\n"
    }
    self.init(role: role, name: folder.lastPathComponent, bytes: Array(listing.utf8))
  }
}

extension CorpusFile {
  /// The files of a corpus.
  fileprivate var sources: [Provenance.Source] {
    get throws {
      var sources = [
        try format == .images ? Provenance.Source(images: url) : Provenance.Source(role: "corpus", file: url)
      ]
      if let labels { sources.append(try Provenance.Source(role: "labels", file: URL(filePath: labels))) }
      if let parallel {
        sources.append(
          try Provenance.Source(role: phrase("provenance.parallelCorpus"), file: URL(filePath: parallel)))
      }
      if parallel != nil, let alignment {
        sources.append(
          try Provenance.Source(role: phrase("provenance.wordAlignment"), file: URL(filePath: alignment)))
      }
      return sources
    }
  }
}
