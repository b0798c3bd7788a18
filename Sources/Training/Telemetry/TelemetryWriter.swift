import Analyses
package import Foundation
import Results
import Support

/// Writes records as lines of JSON beside the checkpoints: `telemetry.jsonl`, the same in every run of a plan, and
/// `speed.jsonl`, which is not; and as an event file for TensorBoard.
///
/// Lines of steps beyond the one that a run goes on from are taken away first.
package final class TelemetryWriter {
  static let file = "telemetry.jsonl"
  static let speedFile = "speed.jsonl"

  private let plan: TelemetryPlan
  private let trainer: Trainer
  private let tokens: TelemetryTokens
  private let records: OutputFile
  private let speeds: OutputFile
  private let events: EventTelemetry
  private var lastTime = ContinuousClock.now

  package init(
    _ folder: URL, _ plan: TelemetryPlan, trainer: Trainer, from step: Int, tokens: TelemetryTokens
  ) throws {
    self.plan = plan
    self.trainer = trainer
    self.tokens = tokens
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    records = try OutputFile(lines: folder.appending(path: Self.file), keptUpTo: step)
    speeds = try OutputFile(lines: folder.appending(path: Self.speedFile), keptUpTo: step)
    events = try EventTelemetry(folder, keptUpTo: step)
  }

  /// Who looks at a step; nil for a step of which nothing is recorded.
  package func recorder(for step: Int) throws -> StepRecorder? {
    lastTime = ContinuousClock.now
    return step % plan.every == 0 ? try StepRecorder(trainer, plan, tokens) : nil
  }

  /// A step with a fault is recorded whether or not it was looked at.
  package func add(_ report: StepReport, _ recorder: StepRecorder?) throws {
    guard recorder != nil || report.fault != nil else { return }
    var bare = plan
    bare.classes = 0
    let record = try (recorder ?? StepRecorder(trainer, bare)).record(report)
    _ = try mapPieces(2) { form in
      if form == 0 {
        try records.write(TelemetryLine.step(record).bytes)
      } else {
        try events.write(EventTelemetry.event(record))
      }
    }
    let seconds = (ContinuousClock.now - lastTime) / .seconds(1)
    let speed = SpeedRecord(
      step: report.step + 1, seconds: seconds, tokensPerSecond: Double(report.tokens) / seconds,
      residentBytes: residentBytes())
    try speeds.write(speed.line)
  }

  func add(_ evaluation: EvaluationReport, step: Int) throws {
    try records.write(TelemetryLine.evaluation(EvaluationRecord(evaluation, step: step)).bytes)
    try events.add(evaluation, step: step)
  }

  package func close() throws {
    try records.close()
    try speeds.close()
    try events.close()
  }
}

extension OutputFile {
  /// A file of lines of JSON that is gone on with: it begins with what is there of steps up to `step`.
  fileprivate convenience init(lines url: URL, keptUpTo step: Int) throws {
    var kept: [UInt8] = []
    if step > 0, let data = try? Data(contentsOf: url) {
      for line in data.split(separator: 0x0A) {
        guard let number = try? JSON(line, place: url.relativePath)["step"]?.number?.integer, number <= step else {
          break
        }
        kept += Array(line) + [0x0A]
      }
    }
    try self.init(url)
    try write(kept)
  }
}

extension SpeedRecord {
  fileprivate var line: [UInt8] {
    JSONLine.bytes {
      $0.add("resident_bytes", residentBytes)
      $0.add("seconds", seconds)
      $0.add("step", step)
      $0.add("tokens_per_second", tokensPerSecond)
    }
  }
}

/// What the process holds in memory, as the system counts it; 0 where it does not say.
private func residentBytes() -> Int {
  struct Source { static let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC) }
  return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 128) { text in
    let count = pread(Source.file, text.baseAddress, text.count, 0)
    let fields = text.prefix(max(0, count)).split(separator: UInt8(ascii: " "))
    guard fields.count > 1, let pages = Int(String(decoding: fields[1], as: UTF8.self)) else { return 0 }
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }
}
