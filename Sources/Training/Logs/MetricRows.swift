internal import Corpora
internal import Foundation
import Support
internal import Tensors

/// Logs of a row a step: JSON Lines (also W&B's), `trainer_state.json` of Hugging Face's Trainer, CSV.
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
    guard case .object(let state) = try LogValue(data, place: place), case .list(let rows) = state["log_history"] else {
      throw InputError(at: place, "has no log_history", expected: "a trainer_state.json of Hugging Face's Trainer")
    }
    for (index, row) in rows.enumerated() {
      guard case .object(let members) = row else { continue }
      try add(members, at: "\(place): log_history[\(index)]", into: &log)
    }
  }

  /// A last line that ends within its object is what a run leaves that was killed: it is noted, and left out.
  func readLines(_ data: Data, into log: inout LogCollector) throws {
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var isEmpty = true
    for (index, line) in lines.enumerated() {
      guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { continue }
      let place = "\(place): line \(index + 1)"
      let value: LogValue
      do {
        value = try LogValue(Data(line), place: place)
      } catch {
        guard index == lines.count - 1, !isEmpty else { throw error }
        log.notes.append("Line \(index + 1) of the log: the file ends within this line, which was left out.")
        break
      }
      guard case .object(let members) = value else {
        throw InputError(at: place, "is no object", expected: "one a line")
      }
      isEmpty = false
      try add(members, at: place, into: &log)
    }
    if isEmpty { throw InputError(at: place, "is empty", expected: "an object a line") }
  }

  /// The first row names the columns; an empty cell is no entry.
  func readTable(into log: inout LogCollector) throws {
    var rows = try CSVRows(path: place)
    guard let names = try rows.next() else {
      throw InputError(at: place, "has no rows", expected: "names of columns, and a row a step")
    }
    while let cells = try rows.next() {
      let place = "\(place): line \(rows.line)"
      guard cells.count == names.count else {
        throw InputError(
          at: place, "has another number of cells", expected: "\(names.count)", found: "\(cells.count)")
      }
      var members: [String: LogValue] = [:]
      for (name, cell) in zip(names, cells) {
        if !cell.isEmpty { members[name] = loggedNumber(cell).map { .number($0) } ?? .text(cell) }
      }
      try add(members, order: names, at: place, into: &log)
    }
  }

  private func add(
    _ members: [String: LogValue], order: [String]? = nil, at place: String, into log: inout LogCollector
  ) throws {
    let stepName = columns.step ?? Self.stepNames.first { members[$0] != nil }
    guard let stepName, let value = members[stepName]?.number else {
      throw InputError(
        at: place, columns.step.map { "has no column \"\($0)\"" } ?? "has no step",
        expected: columns.step == nil
          ? "one of \(Self.stepNames.joined(separator: ", ")), or columns.step in the job" : nil,
        found: members.keys.sorted().prefix(12).joined(separator: ", "))
    }
    guard value >= 0, value < 1e15, value.rounded() == value else {
      throw InputError(
        at: "\(place): \(stepName)", "is no step", expected: "a whole number from 0 on", found: "\(value)")
    }
    log.hasRows = true
    log.beginRow()
    add(members, order: order ?? members.keys.sorted(), prefix: "", step: Int(value), except: stepName, into: &log)
  }

  private func add(
    _ members: [String: LogValue], order: [String], prefix: String, step: Int, except: String,
    into log: inout LogCollector
  ) {
    for key in order where key != except {
      guard let value = members[key] else { continue }
      let name = prefix + key
      // Clocks and process numbers of W&B's own.
      if name.hasPrefix("_") { continue }
      if let number = value.number {
        log.add(columns.name(of: name), step: step, number)
      } else if let bins = value.histogram {
        log.add(columns.name(of: name), step: step, bins)
      } else if case .object(let inner) = value {
        add(inner, order: inner.keys.sorted(), prefix: name + "/", step: step, except: "", into: &log)
      } else if let shown = value.shown {
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
