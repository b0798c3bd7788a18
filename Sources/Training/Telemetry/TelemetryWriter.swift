import Analyses
package import Foundation
package import Results
import Synchronization
import Tensors

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
  private let records: LineFile
  private let speeds: LineFile
  private let events: EventTelemetry
  /// Writes while the next step runs.
  private let background = Background()
  private var lastTime = ContinuousClock.now

  package init(
    _ folder: URL, _ plan: TelemetryPlan, trainer: Trainer, from step: Int, tokens: TelemetryTokens
  ) throws {
    self.plan = plan
    self.trainer = trainer
    self.tokens = tokens
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    records = try LineFile(folder.appending(path: Self.file), keptUpTo: step)
    speeds = try LineFile(folder.appending(path: Self.speedFile), keptUpTo: step)
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
    let looked = try recorder ?? StepRecorder(trainer, bare), magnitudes = looked.magnitudes(report)
    let seconds = (ContinuousClock.now - lastTime) / .seconds(1)
    let speed = SpeedRecord(
      step: report.step + 1, seconds: seconds, tokensPerSecond: Double(report.tokens) / seconds,
      residentBytes: residentBytes())
    try background.run { [records, events, speeds] in
      let record = looked.record(report, magnitudes)
      try records.write(record.json.line)
      try events.write(EventTelemetry.event(record))
      try speeds.write(speed.json.line)
    }
  }

  func add(_ evaluation: EvaluationReport, step: Int) throws {
    var members: [String: JSONText] = ["step": .integer(step), "validation_loss": .number(evaluation.loss)]
    if let accuracy = evaluation.accuracy { members["validation_accuracy"] = .number(accuracy) }
    if let exact = evaluation.exactMatch { members["validation_exact_match"] = .number(exact.share) }
    try background.run { [records, events, members] in
      try records.write(JSONText.object(members).line)
      try events.add(evaluation, step: step)
    }
  }

  /// Waits until everything is written that was added.
  func flush() throws { try background.finish() }

  package func close() throws {
    try flush()
    try records.close()
    try speeds.close()
    events.close()
  }
}

/// Work that is done one after another beside what goes on; a failure is thrown by the next call, and ends it.
final class Background: Sendable {
  private let queue = DispatchQueue(label: "telemetry")
  private let failure = Mutex<(any Error)?>(nil)
  /// Whoever is further ahead waits.
  private let room = DispatchSemaphore(value: 4)

  func run(_ work: @escaping @Sendable () throws -> Void) throws {
    try failure.withLock { if let error = $0 { throw error } }
    room.wait()
    queue.async { [self] in
      defer { room.signal() }
      guard failure.withLock({ $0 == nil }) else { return }
      do { try withoutWorkers(work) } catch { failure.withLock { $0 = error } }
    }
  }

  func finish() throws {
    queue.sync {}
    try failure.withLock { if let error = $0 { throw error } }
  }
}

/// A file of lines, written line by line; on one thread at a time.
private final class LineFile: @unchecked Sendable {
  private let handle: FileHandle
  private let path: String

  /// Keeps what is there of steps up to `step`.
  init(_ url: URL, keptUpTo step: Int) throws {
    path = url.relativePath
    var kept: [UInt8] = []
    if step > 0, let data = try? Data(contentsOf: url) {
      for line in data.split(separator: 0x0A) {
        guard let members = try? JSONDecoder().decode(JSONText.self, from: Data(line)).members,
          case .integer(let number)? = members["step"], number <= step
        else { break }
        kept += Array(line) + [0x0A]
      }
    }
    try OutputFile.write(kept, to: url)
    guard let handle = try? FileHandle(forWritingTo: url) else {
      throw InputError(at: path, "cannot be written")
    }
    self.handle = handle
    _ = try? handle.seekToEnd()
  }

  func write(_ line: String) throws {
    do {
      try handle.write(contentsOf: Data(line.utf8))
    } catch {
      throw InputError(at: path, "cannot be written", found: "\(error.localizedDescription)")
    }
  }

  func close() throws { try? handle.close() }
}

extension TelemetryRecord {
  /// A line of `telemetry.jsonl`.
  package var json: JSONText {
    var members: [String: JSONText] = [
      "step": .integer(step), "loss": .number(loss), "learning_rate": .number(learningRate),
      "grad_norm": .number(gradientNorm), "clipping": .number(clipping), "tokens": .integer(tokens),
      "parameters": .object(Dictionary(parameters.map { ($0.name, $0.json) }, uniquingKeysWith: { first, _ in first })),
      "layers": .object(
        Dictionary(
          layers.map { ("\($0.stack).\($0.layer)", .number($0.gradientNorm)) }, uniquingKeysWith: { first, _ in first })
      ),
      "flow": .object(Dictionary(points.map { ($0.site, .number($0.flow)) }, uniquingKeysWith: { first, _ in first })),
      "relative_flow": .object(
        Dictionary(
          points.compactMap { point in point.relativeFlow.map { (point.site, .number($0)) } },
          uniquingKeysWith: { first, _ in first })),
      "effective_rank": .object(
        Dictionary(
          points.compactMap { point in point.effectiveRank.map { (point.site, .number($0)) } },
          uniquingKeysWith: { first, _ in first })),
      "effective_rank_tokens": .object(
        Dictionary(rankTokens.map { ($0.stack, .integer($0.count)) }, uniquingKeysWith: { first, _ in first })),
      "depth_slope": .object(
        Dictionary(depthSlopes.map { ($0.stack, .number($0.slope)) }, uniquingKeysWith: { first, _ in first })),
      "entropy": .object(
        Dictionary(
          attention.map { ($0.site, .array($0.entropy.map { .number($0) })) }, uniquingKeysWith: { first, _ in first })),
      "normalised_entropy": .object(
        Dictionary(
          attention.map { ($0.site, .array($0.normalisedEntropy.map { .number($0) })) },
          uniquingKeysWith: { first, _ in first })),
    ]
    if let headCounts {
      members["class"] = .object(
        Dictionary(
          attention.map { ($0.site, .strings(($0.classes ?? []).map(\.rawValue))) },
          uniquingKeysWith: { first, _ in first }))
      members["heads"] = .object(
        Dictionary(headCounts.map { ($0.name.rawValue, .integer($0.count)) }, uniquingKeysWith: { first, _ in first }))
    }
    if let fault {
      members["fault"] = .object([
        "tensor": .string(fault.tensor), "nans": .integer(fault.nans), "infinities": .integer(fault.infinities),
        "batch": .integer(fault.batch),
      ])
    }
    return .object(members)
  }
}

extension TelemetryRecord.Parameter {
  fileprivate var json: JSONText {
    var members: [String: JSONText] = [
      "grad_norm": .number(gradientNorm), "grad_rms": .number(gradientRMS), "weight_norm": .number(weightNorm),
      "ratio": .number(ratio),
    ]
    if let updateRatio { members["update_ratio"] = .number(updateRatio) }
    for (key, count) in [
      ("zeros", zeros), ("nan", nans), ("positive_infinite", positiveInfinities),
      ("negative_infinite", negativeInfinities),
    ] where count > 0 { members[key] = .integer(count) }
    if let histogram, let first = histogram.firstIndex(where: { $0 > 0 }),
      let last = histogram.lastIndex(where: { $0 > 0 })
    {
      // The bins from the first to the last that holds anything.
      members["histogram"] = .object([
        "first_bin": .integer(first), "counts": .array(histogram[first...last].map { .integer(Int($0)) }),
      ])
    }
    return .object(members)
  }
}

extension SpeedRecord {
  fileprivate var json: JSONText {
    .object([
      "step": .integer(step), "seconds": .number(seconds), "tokens_per_second": .number(tokensPerSecond),
      "resident_bytes": .integer(residentBytes),
    ])
  }
}

/// What the process holds in memory, as the system counts it; 0 where it does not say.
private func residentBytes() -> Int {
  guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
  let fields = text.split(separator: " ")
  return fields.count > 1 ? (Int(fields[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE)) : 0
}
