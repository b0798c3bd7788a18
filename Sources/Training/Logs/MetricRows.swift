internal import Corpora
internal import Foundation
import Support
internal import Tensors

/// Logs of a row a step: JSON Lines (also W&B's), `trainer_state.json` of Hugging Face's Trainer, CSV. `telemetry.jsonl` is
/// read as the records that this program wrote.
///
/// The step of a row is the column that the job names, else the first of `step`, `_step`, `global_step`, `Step`,
/// `iteration` that is there. Members of objects are named with slashes: `train/loss`. A number may be written as text;
/// any other text is left out and noted. Lists, truth values and nulls are passed over.
struct MetricRows {
  /// The job's names of columns: what the log calls them.
  let columns: LogColumns
  let place: String

  private static let stepNames = ["step", "_step", "global_step", "Step", "iteration"]

  /// Throws `InputError` for a file without `log_history`, for a row without a step.
  func readTrainerState(_ data: Data, into log: inout LogCollector) throws {
    guard let rows = try JSON(data, place: place, .python)["log_history"]?.elements else {
      throw InputError(at: place, phrase("error.hasNoLog"), expected: phrase("expected.trainerStateJson"))
    }
    for (index, row) in rows.enumerated() {
      guard let members = row.members else { continue }
      try add(members, at: phrase("error.placeLogHistory", ["place": place, "index": index]), into: &log)
    }
  }

  /// A last line that ends within its object is what a run leaves that was killed: it is noted, and left out.
  func readLines(_ data: Data, into log: inout LogCollector) throws {
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var (options, isEmpty, isTelemetry) = (JSONOptions.python, true, false)
    for (index, line) in lines.enumerated() {
      guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { continue }
      let place = "\(place): line \(index + 1)"
      options.position = .line(index + 1)
      let value: JSON
      do {
        value = try JSON(line, place: self.place, options)
      } catch {
        guard index == lines.count - 1, !isEmpty else { throw error }
        log.notes.append(Message("note.training.cutLine", ["index": index + 1]))
        break
      }
      guard let members = value.members else {
        throw InputError(
          at: place, phrase("error.isNotAnObject"), expected: phrase("expected.onePerLine"), found: value.shown)
      }
      if isEmpty { isTelemetry = namesTelemetry && TelemetryLine.isLine(members) }
      isEmpty = false
      if isTelemetry {
        TelemetryLog.add(try TelemetryLine(JSONField(value, file: place)), columns, to: &log)
      } else {
        try add(members, at: place, into: &log)
      }
    }
    if isEmpty { throw InputError(at: place, phrase("error.isEmpty"), expected: phrase("expected.anObjectALine")) }
  }

  private var namesTelemetry: Bool {
    URL(filePath: withoutGzip(place)).lastPathComponent == TelemetryFiles.records && columns.step == nil
  }

  /// The first row names the columns; an empty cell is no entry.
  func readTable(into log: inout LogCollector) throws {
    var rows = try CSVRows(path: place)
    guard let names = try rows.next() else {
      throw InputError(at: place, phrase("error.hasNoRows"), expected: phrase("expected.namesColumnsRow"))
    }
    while let cells = try rows.next() {
      let place = "\(place): line \(rows.line)"
      guard cells.count == names.count else {
        throw InputError(
          at: place, phrase("error.hasAnotherNumberCells"), expected: "\(names.count)", found: "\(cells.count)")
      }
      let members = zip(names, cells).compactMap { name, cell -> JSONObject.Member? in
        if cell.isEmpty { return nil }
        return (name, loggedNumber(cell).map { .number(JSONNumber(exactly: $0)) } ?? .string(cell))
      }
      try add(JSONObject(members), at: place, into: &log)
    }
  }

  private func add(_ members: JSONObject, at place: String, into log: inout LogCollector) throws {
    let stepName = columns.step ?? Self.stepNames.first { members[$0] != nil }
    guard let stepName, let value = members[stepName]?.logged else {
      throw InputError(
        at: place, columns.step.map { phrase("error.hasNoColumnValue", ["value": $0]) } ?? phrase("error.hasNoStep2"),
        expected: columns.step == nil
          ? phrase("expected.oneStepnamesColumns", ["stepNames": Self.stepNames.joined(separator: ", ")]) : nil,
        found: members.keys.sorted().prefix(12).joined(separator: ", "))
    }
    guard value >= 0, value < 1e15, value.rounded() == value else {
      throw InputError(
        at: "\(place): \(stepName)", phrase("error.isNoStep"), expected: phrase("expected.wholeNumberFrom0"),
        found: members[stepName]?.shown)
    }
    log.hasRows = true
    log.beginRow()
    add(members, prefix: "", step: Int(value), except: stepName, into: &log)
  }

  private func add(
    _ members: JSONObject, prefix: String, step: Int, except: String?, into log: inout LogCollector
  ) {
    for (key, value) in members where key != except {
      let name = prefix + key
      // Clocks and process numbers of W&B's own.
      if name.hasPrefix("_") { continue }
      if let number = value.logged {
        log.add(columns.name(of: name), step: step, number)
      } else if let bins = value.histogram {
        log.add(columns.name(of: name), step: step, bins)
      } else if let inner = value.members {
        add(inner, prefix: name + "/", step: step, except: nil, into: &log)
      } else if let shown = value.unlogged {
        log.leaveOut(columns.name(of: name), shown)
      }
    }
  }
}

/// What the columns of a log are called, where the job says it: `{ step: "it", loss: "objective" }`.
package struct LogColumns: Hashable, Sendable {
  package var step: String?
  /// From the log's name to the one it gets.
  package var names: [String: String]

  package init(step: String? = nil, names: [String: String] = [:]) {
    self.step = step
    self.names = names
  }

  func name(of column: String) -> String { names[column] ?? column }
}
