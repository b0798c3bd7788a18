import Support

/// Collects a log's entries in the order in which they were written.
///
/// A training that was resumed replaces what it had logged from the step of its restart on. A restart is what an event
/// file records as one, a new event file whose steps begin before the last one's end, and, in a log of rows, a step
/// that goes back. Rows whose steps only fall are read from the last one on; rows in no order are sorted and all kept.
struct LogCollector {
  private enum Value: Equatable {
    case number(Double)
    case bins(TrainingLog.Histogram.Bins)

    /// NaN is the same as NaN.
    static func == (a: Value, b: Value) -> Bool {
      switch (a, b) {
      case (.number(let a), .number(let b)): a == b || a.isNaN && b.isNaN
      case (.bins(let a), .bins(let b)): a == b
      default: false
      }
    }
  }

  private struct Entry {
    var series: Int
    var step: Int
    var value: Value
    /// Which row or record it was written with, and which file.
    var row: Int
    var file: Int
  }

  private struct Series: Hashable {
    var name: String
    var isHistogram: Bool
  }

  private var series: [Series] = []
  private var indices: [Series: Int] = [:]
  private var entries: [Entry] = []
  /// Restarts that were recorded: at a step, behind so many entries.
  private var restarts: [(step: Int, entry: Int)] = []
  private var row = 0
  private var file = 0
  /// Texts where a number was expected, by name.
  private var unread: [String: (count: Int, first: String)] = [:]
  private var unreadNames: [String] = []
  var notes: [Message] = []
  /// Whether the log is a file of rows, in which a step that goes back is a restart.
  var hasRows = false

  mutating func beginRow() { row += 1 }

  mutating func beginFile() { file += 1 }

  /// The training was started again at a step.
  mutating func restart(at step: Int) { restarts.append((step, entries.count)) }

  mutating func add(_ name: String, step: Int, _ value: Double) {
    add(Series(name: name, isHistogram: false), step, .number(value))
  }

  mutating func add(_ name: String, step: Int, _ bins: TrainingLog.Histogram.Bins) {
    add(Series(name: name, isHistogram: true), step, .bins(bins))
  }

  /// A text that is not a number.
  mutating func leaveOut(_ name: String, _ shown: String) {
    if unread[name] == nil { unreadNames.append(name) }
    unread[name, default: (0, shown)].count += 1
  }

  private mutating func add(_ key: Series, _ step: Int, _ value: Value) {
    let index = indices[key] ?? series.count
    if index == series.count {
      series.append(key)
      indices[key] = index
    }
    entries.append(Entry(series: index, step: step, value: value, row: row, file: file))
  }

  /// - Parameter place: the file or folder, for notes.
  func log(_ place: String) -> TrainingLog {
    var log = TrainingLog(notes: notes)
    let order = order
    var course = Course(series: series.count)
    var recorded = restarts[...]
    for (index, entry) in (order == .newestFirst ? entries.reversed() : entries).enumerated() {
      while order != .newestFirst, let restart = recorded.first, restart.entry <= index {
        course.purge(from: restart.step, before: entry.row)
        recorded.removeFirst()
      }
      course.add(entry, mayRestart: { [hasRows] in hasRows ? order == .ascending : $0.file != entry.file })
    }
    for restart in recorded where order != .newestFirst { course.purge(from: restart.step, before: .max) }

    for (index, key) in series.enumerated() {
      let entries = course.final(index)
      let steps = entries.map(\.step)
      if key.isHistogram {
        let bins = entries.compactMap { if case .bins(let bins) = $0.value { bins } else { nil } }
        if !steps.isEmpty { log.histograms.append(.init(name: key.name, steps: steps, bins: bins)) }
      } else {
        let values = entries.compactMap { if case .number(let number) = $0.value { number } else { nil } }
        if !steps.isEmpty { log.scalars.append(.init(name: key.name, steps: steps, values: values)) }
      }
    }
    log.notes += course.notes(place)
    if course.steppedBack > 0, !hasRows {
      log.notes.append(Message("note.training.stepsBack", ["place": place]))
    }
    if order == .none { log.notes.append(Message("note.training.unorderedSteps", ["place": place])) }
    if let note = unreadNote(place) { log.notes.append(note) }
    return log
  }

  private enum Order { case ascending, newestFirst, none }

  /// How steps follow each other within series. Restarts are rare; where a third of all steps goes back, there is no
  /// order.
  private var order: Order {
    guard hasRows else { return .ascending }
    var (back, all) = (0, 0)
    var last: [Int: Int] = [:]
    for entry in entries {
      if let before = last.updateValue(entry.step, forKey: entry.series), before != entry.step {
        all += 1
        if entry.step < before { back += 1 }
      }
    }
    return back > 0 && back == all ? .newestFirst : back > 2 && 3 * back > all ? .none : .ascending
  }

  private func unreadNote(_ place: String) -> Message? {
    guard !unreadNames.isEmpty else { return nil }
    let shown = unreadNames.prefix(6).compactMap { name in
      unread[name].map { unread -> Message.Argument in
        .message(Message("note.training.unreadValue", ["name": name, "count": unread.count, "first": unread.first]))
      }
    }
    return Message(
      "note.training.unreadValues",
      ["place": place, "shown": Message.Argument.list(shown), "more": max(0, unreadNames.count - 6)])
  }

  /// The entries of all series as they are added, each restart taking away what lay behind it.
  private struct Course {
    private var kept: [[Entry]]
    private var removed = 0
    /// The steps at which entries were taken away.
    private var restarts: [Int] = []
    private(set) var steppedBack = 0
    private var replaced = 0

    init(series: Int) { kept = Array(repeating: [], count: series) }

    mutating func add(_ entry: Entry, mayRestart: (Entry) -> Bool) {
      if let last = kept[entry.series].last, entry.step < last.step {
        if mayRestart(last) { purge(from: entry.step, before: entry.row) } else { steppedBack += 1 }
      }
      kept[entry.series].append(entry)
    }

    /// Takes away what earlier rows hold from a step on.
    mutating func purge(from step: Int, before row: Int) {
      var count = 0
      for index in kept.indices {
        var start = kept[index].count
        while start > 0, kept[index][start - 1].step >= step { start -= 1 }
        // Steps that went back without a restart may hide more.
        if steppedBack > 0 { start = 0 }
        let rest = kept[index][start...].filter { $0.step < step || $0.row >= row }
        count += kept[index].count - start - rest.count
        kept[index].replaceSubrange(start..., with: rest)
      }
      guard count > 0 else { return }
      removed += count
      restarts.append(step)
    }

    /// A series by step; of several entries of one step the last.
    mutating func final(_ series: Int) -> [Entry] {
      let entries = kept[series].enumerated().sorted { ($0.element.step, $0.offset) < ($1.element.step, $1.offset) }
      var final: [Entry] = []
      for (_, entry) in entries {
        guard let last = final.last, last.step == entry.step else {
          final.append(entry)
          continue
        }
        if last.value != entry.value { replaced += 1 }
        final[final.count - 1] = entry
      }
      return final
    }

    func notes(_ place: String) -> [Message] {
      var notes: [Message] = []
      if let first = restarts.first {
        notes.append(
          Message(
            "note.training.restarts",
            ["place": place, "first": first, "more": restarts.count - 1, "removed": removed]))
      }
      if replaced > 0 { notes.append(Message("note.training.replaced", ["place": place, "replaced": replaced])) }
      return notes
    }
  }
}
