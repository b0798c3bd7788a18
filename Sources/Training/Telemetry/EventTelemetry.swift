import Analyses
import Foundation
import Tensors

/// Writes records as an event file that TensorBoard shows while the training runs: `tensorboard/` beside the checkpoints,
/// the same bytes in every run of a plan.
///
/// Tags: `train/loss`, `train/grad_norm`, `train/learning_rate`, `eval/loss`, `eval/accuracy`, `eval/exact_match`; by
/// parameter `grad_norm/…`, `grad_to_weight/…`, `update_to_weight/…` and the histograms `log10_grad/…`; by site `flow/…`,
/// `relative_flow/…`, `effective_rank/…`; by head `entropy/…`, `normalised_entropy/…`; by class the number of heads,
/// `heads/…`. Events of steps beyond the one that a run goes on from are taken away first.
final class EventTelemetry {
  static let folder = "tensorboard"

  private let file: OutputFile

  init(_ folder: URL, keptUpTo step: Int) throws {
    let place = folder.appending(path: Self.folder)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    let url = place.appending(path: EventWriter.fileName)
    var bytes = EventWriter.opening
    if step > 0, let before = try? Data(contentsOf: url) {
      for record in EventRecords.read(before, place: url.relativePath).records.dropFirst()
      where EventFile.step(of: record) <= step {
        bytes += EventRecords.frame(Array(record))
      }
    }
    file = try OutputFile(url)
    try file.write(bytes)
  }

  /// The event of a record.
  static func event(_ record: TelemetryRecord) -> [UInt8] {
    var scalars: [(tag: String, value: Double)] = [
      ("train/loss", record.loss), ("train/grad_norm", record.gradientNorm),
      ("train/learning_rate", record.learningRate),
    ]
    var histograms: [(tag: String, bins: TrainingLog.Histogram.Bins)] = []
    for parameter in record.parameters {
      scalars.append(("grad_norm/" + parameter.name, parameter.gradientNorm))
      scalars.append(("grad_to_weight/" + parameter.name, parameter.ratio))
      if let ratio = parameter.updateRatio { scalars.append(("update_to_weight/" + parameter.name, ratio)) }
      if let counts = parameter.histogram, let bins = bins(counts) {
        histograms.append(("log10_grad/" + parameter.name, bins))
      }
    }
    for point in record.points {
      scalars.append(("flow/" + point.site, point.flow))
      if let flow = point.relativeFlow { scalars.append(("relative_flow/" + point.site, flow)) }
      if let rank = point.effectiveRank { scalars.append(("effective_rank/" + point.site, rank)) }
    }
    for layer in record.attention {
      for (head, (entropy, normalised)) in zip(layer.entropy, layer.normalisedEntropy).enumerated() {
        scalars.append(("entropy/\(layer.site).\(head)", entropy))
        scalars.append(("normalised_entropy/\(layer.site).\(head)", normalised))
      }
    }
    scalars += (record.headCounts ?? []).map { ("heads/\($0.name.rawValue)", Double($0.count)) }
    return EventWriter.record(step: record.step, scalars: scalars, histograms: histograms)
  }

  func add(_ evaluation: EvaluationReport, step: Int) throws {
    var scalars = [("eval/loss", evaluation.loss)]
    if let accuracy = evaluation.accuracy { scalars.append(("eval/accuracy", accuracy)) }
    if let exact = evaluation.exactMatch { scalars.append(("eval/exact_match", exact.share)) }
    try write(EventWriter.record(step: step, scalars: scalars))
  }

  func close() throws { try file.close() }

  /// The bins from the first to the last that holds anything; nil where none does.
  private static func bins(_ counts: [UInt64]) -> TrainingLog.Histogram.Bins? {
    guard let first = counts.firstIndex(where: { $0 > 0 }), let last = counts.lastIndex(where: { $0 > 0 }) else {
      return nil
    }
    return TrainingLog.Histogram.Bins(
      edges: (first...last + 1).map {
        Double(GradientFormulas.lowest) + Double($0) / Double(GradientFormulas.binsPerDecade)
      },
      counts: counts[first...last].map { Double($0) })
  }

  func write(_ record: [UInt8]) throws { try file.write(record) }
}
