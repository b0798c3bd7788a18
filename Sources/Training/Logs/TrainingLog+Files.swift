internal import Corpora
package import Foundation
internal import Results
import Support
internal import Tensors

extension TrainingLog {
  /// Reads what a training left: a `trainer_state.json`, an event file of TensorBoard, JSON Lines, CSV, or a folder.
  ///
  /// In a folder event files are read in the order of their names, and so are those of the folders in it, whose names
  /// then stand before the tags where several hold the same one; where there are none, a `trainer_state.json`.
  ///
  /// Throws `InputError` for a file that is not there, cannot be read or is of no such kind, and for a folder without
  /// any. Damaged parts of event files are noted.
  package init(contentsOf url: URL, columns: LogColumns = LogColumns()) throws {
    let runs = try Self.files(at: url)
    self = Self.merged(
      try runs.map { folder, files in
        var log = LogCollector()
        for file in files { try Self.read(file, columns, into: &log) }
        return (folder, log.log(folder.isEmpty ? url.lastPathComponent : folder))
      })
  }

  /// The files that a path names, by the folder within it that holds them.
  package static func files(at url: URL) throws -> [(folder: String, files: [URL])] {
    let path = url.relativePath
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path(percentEncoded: false), isDirectory: &isFolder) else {
      throw InputError(at: path, phrase("error.doesNotExist"))
    }
    guard isFolder.boolValue else { return [("", [url])] }
    let runs = try eventFolders(url)
    if !runs.isEmpty { return runs }
    let state = URL(filePath: "\(path)/trainer_state.json")
    guard FileManager.default.fileExists(atPath: state.path(percentEncoded: false)) else {
      throw InputError(at: path, phrase("error.holdsNoLog"), expected: phrase("expected.eventFilesTensorboard"))
    }
    return [("", [state])]
  }

  /// Several logs of one training, each with a name that its series get where another has them too, and those of an
  /// evaluation where only that name says so.
  package static func merged(_ logs: [(name: String, log: TrainingLog)]) -> TrainingLog {
    var uses: [String: Int] = [:]
    for (_, log) in logs {
      for name in log.scalars.map(\.name) + log.histograms.map(\.name) { uses[name, default: 0] += 1 }
    }
    var whole = TrainingLog()
    let evaluations = LogPart.evaluations(logs)
    whole.isDivided =
      evaluations.contains(true) || logs.contains { $0.log.isDivided || LogPart(of: $0.name) == .training }
    for ((folder, log), isEvaluation) in zip(logs, evaluations) {
      func name(_ name: String, isOther: Bool = false) -> String {
        (uses[name, default: 0] > 1 || isOther) && !folder.isEmpty ? "\(folder): \(name)" : name
      }
      whole.scalars += log.scalars.map { scalar in
        let role = isEvaluation ? CurveRole.ofEvaluation(scalar.name) : nil
        return Scalar(
          name: name(scalar.name, isOther: role != nil), steps: scalar.steps, values: scalar.values,
          role: role ?? scalar.role)
      }
      whole.histograms += log.histograms.map { Histogram(name: name($0.name), steps: $0.steps, bins: $0.bins) }
      whole.notes += log.notes
    }
    return whole
  }

  private static func read(_ url: URL, _ columns: LogColumns, into log: inout LogCollector) throws {
    let path = url.relativePath
    guard let file = try? Data(contentsOf: url, options: .mappedIfSafe) else {
      throw InputError(at: path, phrase("error.cannotBeRead"))
    }
    let data = try unpacked(file, at: path)
    let rows = MetricRows(columns: columns, place: path)
    if isEventFile(url) {
      EventFile.read(data, place: url.lastPathComponent, into: &log)
      return
    }
    switch URL(filePath: withoutGzip(path)).pathExtension.lowercased() {
    case "jsonl", "ndjson": try rows.readLines(data, into: &log)
    case "json": try rows.readTrainerState(data, into: &log)
    case "csv": try rows.readTable(into: &log)
    default:
      throw InputError(
        .usage, at: path, phrase("error.noLogKnown"),
        expected: phrase("expected.trainerStateJsonEvent"))
    }
  }

  private static func isEventFile(_ url: URL) -> Bool { url.lastPathComponent.contains("tfevents") }

  /// Folders at any depth that hold event files, under their path from the top, in the order of their names.
  private static func eventFolders(_ top: URL) throws -> [(folder: String, files: [URL])] {
    var found: [(folder: String, files: [URL])] = []
    func look(_ folder: URL, _ name: String) throws {
      let names: [String]
      do {
        names = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted()
      } catch {
        throw InputError(at: folder.relativePath, phrase("error.cannotBeRead"))
      }
      var files: [URL] = []
      for entry in names {
        let url = URL(filePath: "\(folder.relativePath)/\(entry)")
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: url.path(percentEncoded: false), isDirectory: &isFolder)
        if exists, isFolder.boolValue {
          try look(url, name.isEmpty ? entry : "\(name)/\(entry)")
        } else if isEventFile(url) {
          files.append(url)
        }
      }
      if !files.isEmpty { found.append((name, files)) }
    }
    try look(top, "")
    return found.sorted { $0.folder < $1.folder }
  }
}
