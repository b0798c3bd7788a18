import Glibc
import Support
import Synchronization

/// How far a run has come, on stderr: a bar with rate and time left on a terminal, plain lines now and then elsewhere.
final class Progress: Sendable {
  private struct Stage {
    var title: String
    var unit: String
    var total: Int
    var done = 0
    /// What is said beside the numbers: the loss.
    var remark = ""
    var start = ContinuousClock.now
    var shown = ContinuousClock.now
  }

  private enum Form { case silent, lines, bar }

  private let form: Form
  private let stage = Mutex<Stage?>(nil)

  var isQuiet: Bool { form == .silent }

  init(isQuiet: Bool) {
    let isDumb = getenv("TERM").map { String(cString: $0) } == "dumb"
    form = isQuiet ? .silent : StandardError.isTerminal && !isDumb ? .bar : .lines
  }

  /// Starts a stage of `total` units and ends the one before.
  func begin(_ title: String, of total: Int, unit: String) {
    end()
    stage.withLock { stage in
      stage = Stage(title: title, unit: unit, total: total)
      guard form != .silent, let stage else { return }
      if form == .bar { StandardError.write(bar(stage)) } else if total > 0 { StandardError.write(plain(stage)) }
    }
  }

  /// Says that the stage has more to do.
  func extend(by count: Int) { stage.withLock { $0?.total += count } }

  /// Says that more is done, and how things stand; from any thread.
  func advance(by count: Int = 1, state remark: String? = nil) {
    stage.withLock { current in
      guard var stage = current else { return }
      stage.done += count
      if let remark { stage.remark = remark }
      let now = ContinuousClock.now
      if form != .silent, now - stage.shown > (form == .bar ? .milliseconds(100) : .seconds(10)) {
        stage.shown = now
        StandardError.write(form == .bar ? bar(stage) : plain(stage))
      }
      current = stage
    }
  }

  /// Ends the stage with a line that stays.
  func end() {
    stage.withLock { current in
      guard let stage = current else { return }
      current = nil
      guard form != .silent, stage.total > 0 else { return }
      let seconds = (ContinuousClock.now - stage.start) / .seconds(1)
      StandardError.write(
        line: phrase(
          "progress.titleDoneUnit",
          [
            "title": stage.title, "done": stage.done, "unit": stage.unit, "oneDecimal": seconds.oneDecimal,
            "remark": stage.remark.isEmpty ? "none" : stage.remark,
          ]))
    }
  }

  /// A line that stays.
  func note(_ line: String) {
    if form != .silent { StandardError.write(line: line) }
  }

  private func plain(_ stage: Stage) -> String { "\(stage.title): \(state(stage))\n" }

  private func state(_ stage: Stage) -> String {
    var text = phrase(
      "progress.doneTotalUnit",
      [
        "done": stage.done, "total": stage.total, "unit": stage.unit,
        "remark": stage.remark.isEmpty ? "none" : stage.remark,
      ])
    let seconds = (ContinuousClock.now - stage.start) / .seconds(1)
    guard stage.done > 0, seconds > 0.3 else { return text }
    let rate = Double(stage.done) / seconds
    text += ", \(rate.oneDecimal)/s"
    let left = Int((Double(max(0, stage.total - stage.done)) / rate).rounded(.up))
    text +=
      left < 60
      ? phrase("progress.leftSLeft", ["left": left])
      : phrase("progress.leftMinLeft2", ["left": left / 60, "left2": left % 60])
    return text
  }

  private func bar(_ stage: Stage) -> String {
    var size = winsize()
    let columns = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    let text = "\(stage.title)  \(state(stage))"
    let cells = min(30, columns - text.count - 5)
    let share = min(1, Double(stage.done) / Double(max(1, stage.total)))
    let filled = Int(share * Double(max(0, cells)))
    let line =
      cells < 5
      ? text
      : "[" + String(repeating: "=", count: filled) + String(repeating: " ", count: cells - filled) + "]  " + text
    return "\r\u{1B}[K" + line.prefix(columns - 1)
  }
}

extension Double {
  /// `12.3`
  fileprivate var oneDecimal: String {
    let tenths = Int((Swift.min(self, 1e15) * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
