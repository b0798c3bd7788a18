/// Event files that TensorBoard opens.
///
/// There is no clock in them: an event's time is its step in seconds, so that the same training writes the same bytes.
package struct EventWriter: Sendable {
  /// The name under which TensorBoard finds the file in a folder.
  package static let fileName = "events.out.tfevents.0000000000.tomograph"

  /// What a file begins with.
  package static var opening: [UInt8] {
    var event = ProtobufWriter()
    event.add(1, 0.0)
    event.add(3, "brain.Event:2")
    return EventRecords.frame(event.bytes)
  }

  /// One step's numbers and histograms, each under its tag, as a record of its own.
  package static func record(
    step: Int, scalars: [(tag: String, value: Double)],
    histograms: [(tag: String, bins: TrainingLog.Histogram.Bins)] = []
  ) -> [UInt8] {
    var summary = ProtobufWriter()
    for (tag, number) in scalars {
      var value = ProtobufWriter()
      value.add(1, tag)
      value.add(2, Float(number))
      summary.add(1, value)
    }
    for (tag, bins) in histograms {
      var value = ProtobufWriter()
      value.add(1, tag)
      value.add(5, histogram(bins))
      summary.add(1, value)
    }
    var event = ProtobufWriter()
    event.add(1, Double(step))
    event.add(2, step)
    event.add(5, summary)
    return EventRecords.frame(event.bytes)
  }

  /// Sums are those of values in the middle of their bins.
  private static func histogram(_ bins: TrainingLog.Histogram.Bins) -> ProtobufWriter {
    let middles = zip(bins.edges, bins.edges.dropFirst()).map { ($0 + $1) / 2 }
    let weighted = zip(middles, bins.counts)
    var message = ProtobufWriter()
    message.add(1, bins.edges.first ?? 0)
    message.add(2, bins.edges.last ?? 0)
    message.add(3, bins.counts.reduce(0, +))
    message.add(4, weighted.map { $0 * $1 }.reduce(0, +))
    message.add(5, weighted.map { $0 * $0 * $1 }.reduce(0, +))
    message.add(6, Array(bins.edges.dropFirst()))
    message.add(7, bins.counts)
    return message
  }
}
