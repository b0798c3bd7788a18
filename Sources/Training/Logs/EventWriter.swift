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

  /// One step's numbers and histograms as a record of its own.
  package static func record(step: Int, _ body: (inout EventSummary) -> Void) -> [UInt8] {
    var (event, summary) = (ProtobufWriter(), EventSummary())
    body(&summary)
    event.add(1, Double(step))
    event.add(2, step)
    event.add(5, summary.message)
    return EventRecords.frame(event.bytes)
  }
}

/// What an event has of one step, written as it is added; a tag is a family and a name in it.
package struct EventSummary {
  fileprivate var message = ProtobufWriter()

  package mutating func add(_ tag: String, _ number: Double) { add(tag, "", number) }

  package mutating func add(_ family: String, _ name: String, _ number: Double) {
    message.add(1) { value in
      value.add(1, family, name)
      value.add(2, Float(number))
    }
  }

  /// A histogram between `edges`, of which there is one more than counts. Its sums are those of values in the middle of
  /// their bins.
  package mutating func add(
    _ family: String, _ name: String = "", edges: some Collection<Double>, counts: some Collection<Double>
  ) {
    message.add(1) { value in
      value.add(1, family, name)
      value.add(5) { histogram in
        let lowest = edges.first ?? 0
        var (count, sum, squares, high) = (0.0, 0.0, 0.0, lowest)
        for (edge, number) in zip(edges.dropFirst(), counts) {
          let middle = (high + edge) / 2
          high = edge
          count += number
          sum += middle * number
          squares += middle * middle * number
        }
        histogram.add(1, lowest)
        histogram.add(2, high)
        histogram.add(3, count)
        histogram.add(4, sum)
        histogram.add(5, squares)
        histogram.add(6, edges.dropFirst())
        histogram.add(7, counts)
      }
    }
  }
}
