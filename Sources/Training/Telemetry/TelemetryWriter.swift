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
      if form == 0 { try records.write(record.line) } else { try events.write(EventTelemetry.event(record)) }
    }
    let seconds = (ContinuousClock.now - lastTime) / .seconds(1)
    let speed = SpeedRecord(
      step: report.step + 1, seconds: seconds, tokensPerSecond: Double(report.tokens) / seconds,
      residentBytes: residentBytes())
    try speeds.write(speed.line)
  }

  func add(_ evaluation: EvaluationReport, step: Int) throws {
    try records.write(
      JSONLine.bytes {
        $0.add("step", step)
        if let accuracy = evaluation.accuracy { $0.add("validation_accuracy", accuracy) }
        if let exact = evaluation.exactMatch { $0.add("validation_exact_match", exact.share) }
        $0.add("validation_loss", evaluation.loss)
      })
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

extension TelemetryRecord {
  /// A line of `telemetry.jsonl`.
  package var line: [UInt8] {
    let sites = attention.map(\.site), ranked = points.filter { $0.effectiveRank != nil }
    let relative = points.filter { $0.relativeFlow != nil }
    return JSONLine.bytes { line in
      if headCounts != nil {
        line.add("class", sites) { $0.add($1, (attention[$2].classes ?? []).map(\.rawValue)) }
      }
      line.add("clipping", clipping)
      line.add("depth_slope", depthSlopes.map(\.stack)) { $0.add($1, depthSlopes[$2].slope) }
      line.add(.effectiveRank, ranked.map(\.site)) { $0.add($1, ranked[$2].effectiveRank ?? .nan) }
      line.add("effective_rank_tokens", rankTokens.map(\.stack)) { $0.add($1, rankTokens[$2].count) }
      line.add(.entropy, sites) { $0.add($1, attention[$2].entropy) }
      if let fault {
        line.add("fault") {
          $0.add("batch", fault.batch)
          $0.add("infinities", fault.infinities)
          $0.add("nans", fault.nans)
          $0.add("tensor", fault.tensor)
        }
      }
      line.add(.flow, points.map(\.site)) { $0.add($1, points[$2].flow) }
      line.add("grad_norm", gradientNorm)
      if let headCounts {
        line.add(.heads, headCounts.map(\.name.rawValue)) { $0.add($1, headCounts[$2].count) }
      }
      line.add(.layers, layers.map { "\($0.stack).\($0.layer)" }) { $0.add($1, layers[$2].gradientNorm) }
      line.add("learning_rate", learningRate)
      line.add("loss", loss)
      line.add(.normalisedEntropy, sites) { $0.add($1, attention[$2].normalisedEntropy) }
      line.add(.parameters, parameters.map(\.name)) { $0.add($1, parameters[$2].add(to:)) }
      line.add(.relativeFlow, relative.map(\.site)) { $0.add($1, relative[$2].relativeFlow ?? .nan) }
      line.add("step", step)
      line.add("tokens", tokens)
    }
  }
}

extension JSONLine {
  fileprivate mutating func add(
    _ family: TelemetryFamily, _ members: [String], _ add: (inout JSONLine, String, Int) -> Void
  ) {
    self.add(family.rawValue, members, add)
  }
}

extension TelemetryRecord.Parameter {
  fileprivate func add(to line: inout JSONLine) {
    line.add("grad_norm", gradientNorm)
    line.add("grad_rms", gradientRMS)
    if let filledBins {
      line.add("histogram") {
        $0.add("counts", filledBins)
        $0.add("first_bin", filledBins.startIndex)
      }
    }
    if nans > 0 { line.add("nan", nans) }
    if negativeInfinities > 0 { line.add("negative_infinite", negativeInfinities) }
    if positiveInfinities > 0 { line.add("positive_infinite", positiveInfinities) }
    line.add("ratio", ratio)
    if let updateRatio { line.add("update_ratio", updateRatio) }
    line.add("weight_norm", weightNorm)
    if zeros > 0 { line.add("zeros", zeros) }
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
