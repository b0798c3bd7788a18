import Analyses
import Foundation
import Results
import Support

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
    EventWriter.record(step: record.step) { event in
      event.add("train/loss", record.loss)
      event.add("train/grad_norm", record.gradientNorm)
      event.add("train/learning_rate", record.learningRate)
      for parameter in record.parameters {
        event.add(.gradientNorm, parameter.name, parameter.gradientNorm)
        event.add(.gradientToWeight, parameter.name, parameter.ratio)
        if let ratio = parameter.updateRatio { event.add(.updateToWeight, parameter.name, ratio) }
      }
      for point in record.points {
        event.add(.flow, point.site, point.flow)
        if let flow = point.relativeFlow { event.add(.relativeFlow, point.site, flow) }
        if let rank = point.effectiveRank { event.add(.effectiveRank, point.site, rank) }
      }
      for layer in record.attention {
        for (head, (entropy, normalised)) in zip(layer.entropy, layer.normalisedEntropy).enumerated() {
          event.add(.entropy, "\(layer.site).\(head)", entropy)
          event.add(.normalisedEntropy, "\(layer.site).\(head)", normalised)
        }
      }
      for (name, count) in record.headCounts ?? [] { event.add(.heads, name.rawValue, Double(count)) }
      for parameter in record.parameters { add(parameter, to: &event) }
    }
  }

  /// The histogram of a parameter's gradient.
  private static func add(_ parameter: TelemetryRecord.Parameter, to event: inout EventSummary) {
    guard let bins = parameter.filledBins else { return }
    event.add(
      TelemetryFamily.gradientSizes.prefix, parameter.name,
      edges: (bins.startIndex...bins.endIndex).lazy.map {
        Double(GradientFormulas.lowest) + Double($0) / Double(GradientFormulas.binsPerDecade)
      },
      counts: bins.lazy.map { Double($0) })
  }

  func add(_ evaluation: EvaluationReport, step: Int) throws {
    try write(
      EventWriter.record(step: step) { event in
        event.add("eval/loss", evaluation.loss)
        if let accuracy = evaluation.accuracy { event.add("eval/accuracy", accuracy) }
        if let exact = evaluation.exactMatch { event.add("eval/exact_match", exact.share) }
      })
  }

  func close() throws { try file.close() }

  func write(_ record: [UInt8]) throws { try file.write(record) }
}

extension EventSummary {
  fileprivate mutating func add(_ family: TelemetryFamily, _ member: String, _ number: Double) {
    add(family.prefix, member, number)
  }
}
