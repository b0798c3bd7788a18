/// The loss of the tokens at some positions: mean, interval, and how many they are.
package struct LossBin: Sendable {
  /// The first position; 1 is that of the token that is predicted from the first.
  package var position: Int
  package var loss: Quantity

  package init(position: Int, loss: Quantity) {
    self.position = position
    self.loss = loss
  }
}

extension LossBin {
  package static func write(_ bins: [LossBin], to result: inout AnalysisResult) {
    result[InContextMetrics.loss] = NumericArray(
      shape: [bins.count, 5],
      values: bins.flatMap { bin -> [Float] in
        let interval = bin.loss.interval
        return [
          Float(bin.position), Float(bin.loss.value ?? .nan), Float(interval?.lowerBound ?? .nan),
          Float(interval?.upperBound ?? .nan), Float(bin.loss.n),
        ]
      })
  }

  /// In the order of their positions; what no bin can be is left out.
  package static func all(in result: AnalysisResult) -> [LossBin] {
    guard let array = result[InContextMetrics.loss], array.shape.count == 2, array.shape[1] == 5 else { return [] }
    return (0..<array.shape[0]).compactMap { row in
      let values = array[row].values
      guard let position = Int(exactly: values[0]), let n = Int(exactly: values[4]) else { return nil }
      let interval = values[2] <= values[3] ? Double(values[2])...Double(values[3]) : nil
      return LossBin(position: position, loss: Quantity(Double(values[1]), n: n, interval: interval))
    }
  }
}
