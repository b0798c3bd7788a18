import Corpora
import Diagnosis
import Engine
import Foundation
import Reports
import Results
import Support
import Training
import Transformers

/// What is looked at before the work begins that would be lost: places that cannot be written, files that are not there.
/// Each error says what to type instead.
enum Preflight {
  /// Whether a run folder can be made or replaced there; leaves nothing behind.
  static func runFolder(_ place: URL, option: String = "--out") throws {
    try hinting(phrase("preflight.folderCanWritten", ["option": option])) { try RunFolder.check(place) }
  }

  /// Whether a file can be written there; leaves it as it is.
  static func outputFile(_ file: URL, option: String) throws {
    try hinting(phrase("preflight.fileCanWritten", ["option": option])) { try OutputFile.check(file) }
  }

  /// Whether something lies there that can be read.
  static func input(_ file: URL, option: String) throws {
    guard !FileManager.default.isReadableFile(atPath: file.path(percentEncoded: false)) else { return }
    let exists = FileManager.default.fileExists(atPath: file.path(percentEncoded: false))
    throw InputError(
      at: file.relativePath, exists ? phrase("error.cannotBeRead") : phrase("error.doesNotExist"),
      expected: phrase("expected.existingFileOption", ["option": option]))
  }

  /// The job file that an operand names.
  ///
  /// - Throws: `InputError(.usage)` for a folder and for weights, with the command that takes them.
  static func job(_ operand: String, of command: String) throws -> URL {
    let url = URL(filePath: operand)
    func has(_ name: String) -> Bool {
      FileManager.default.fileExists(atPath: url.appending(path: name).path(percentEncoded: false))
    }
    if url.isFolder {
      var instead = ""
      if has("results.json") || has(Study.fileName) {
        instead = phrase("preflight.tomographRenderQuoted", ["quoted": quoted(operand)])
      } else if command == "report" {
        instead = phrase("preflight.tomographReportModel", ["quoted": quoted(operand)])
      }
      throw InputError(
        .usage, at: operand, phrase("error.isAFolder"),
        expected: phrase("expected.jobFileInstead", ["instead": instead]))
    }
    let ending = url.pathExtension.lowercased()
    if command == "report", ["gguf", "safetensors", "bin", "pt"].contains(ending) {
      let model = ending == "gguf" ? operand : url.deletingLastPathComponent().relativePath
      throw InputError(
        .usage, at: operand, phrase("error.holdsWeights"),
        expected: phrase("expected.jobFileTomograph", ["quoted": quoted(model)]))
    }
    return url
  }

  /// As a shell takes it for one word.
  private static func quoted(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || "._-/".utf8.contains(byte)
    }
    return isPlain ? path : "'" + path.replacing("'", with: "'\\''") + "'"
  }

  private static func hinting(_ expected: String, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch var error as InputError {
      error.expected = error.expected ?? expected
      throw error
    }
  }
}

extension Thresholds {
  /// The thresholds of a file that an option or a job names; the defaults where none is.
  ///
  /// - Throws: `InputError(.usage)` for one that is not there or not sound.
  init(file: URL?) throws {
    guard let file else {
      self = .defaults
      return
    }
    guard FileManager.default.fileExists(atPath: file.path(percentEncoded: false)), !file.isFolder else {
      throw InputError(
        .usage, at: file.relativePath, file.isFolder ? phrase("error.isAFolder") : phrase("error.doesNotExist"),
        expected: phrase("expected.fileThresholdsTomograph"))
    }
    try self.init(contentsOf: file)
  }
}

extension Job {
  /// - Throws: `InputError` for files that the job names and that are not there.
  func checkInputs() throws {
    for file in taskFiles { try Preflight.input(file, option: phrase("preflight.tasks")) }
    if readsCorpus { try checkCorpus() }
    for checkpoint in training.checkpoints?.all ?? [] {
      try Preflight.input(files(of: checkpoint.folder).configuration, option: "checkpoints")
    }
  }

  private func checkCorpus() throws {
    let (corpus, parallel, labels) = (corpus.file.url, corpus.file.parallel, corpus.file.labels)
    try Preflight.input(corpus, option: phrase("preflight.corpusPathCorpus"))
    if let parallel { try Preflight.input(URL(filePath: parallel), option: phrase("preflight.corpusParallelParallel")) }
    if let labels { try Preflight.input(URL(filePath: labels), option: phrase("preflight.corpusLabelsLabels")) }
  }
}

extension URL {
  /// Whether a folder lies there.
  var isFolder: Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path(percentEncoded: false), isDirectory: &isFolder)
      && isFolder.boolValue
  }
}
