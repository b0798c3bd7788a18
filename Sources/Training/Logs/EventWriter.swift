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
    var event = ProtobufWriter()
    event.add(1, Double(step))
    event.add(2, step)
    event.add(5) { summary in
      for (tag, number) in scalars {
        summary.add(1) { value in
          value.add(1, tag)
          value.add(2, Float(number))
        }
      }
      for (tag, bins) in histograms {
        summary.add(1) { value in
          value.add(1, tag)
          value.add(5) { add(bins, to: &$0) }
        }
      }
    }
    return EventRecords.frame(event.bytes)
  }

  /// Sums are those of values in the middle of their bins.
  private static func add(_ bins: TrainingLog.Histogram.Bins, to message: inout ProtobufWriter) {
    var (count, sum, squares) = (0.0, 0.0, 0.0)
    for (bin, number) in bins.counts.enumerated() {
      let middle = (bins.edges[bin] + bins.edges[bin + 1]) / 2
      count += number
      sum += middle * number
      squares += middle * middle * number
    }
    message.add(1, bins.edges.first ?? 0)
    message.add(2, bins.edges.last ?? 0)
    message.add(3, count)
    message.add(4, sum)
    message.add(5, squares)
    message.add(6, bins.edges.dropFirst())
    message.add(7, bins.counts)
  }
}
