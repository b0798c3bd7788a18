import Support

/// One measured number with what is needed to judge it: how many observations it rests on, and how sure it is.
///
/// "Not computed" is not zero: a number that is missing, not applicable, NaN or infinite is carried as that state
/// through files, figures and gates.
package struct Quantity: Hashable, Sendable {
  package enum State: String, CaseIterable, Codable, Sendable {
    case finite, notApplicable = "n/a", missing, nan, infinite, negativeInfinite = "-infinite"
  }

  package var state: State
  /// The number; meaningful only where `state` is `.finite`.
  package var number: Double
  /// How many observations (rows, documents, elements; the metric says which) the number rests on.
  package var n: Int
  /// Where there is one, the 95 % bootstrap interval over documents, or the range that the metric names.
  package var interval: ClosedRange<Double>?

  /// A number, whatever its value: NaN and infinities become their states.
  package init(_ number: Double, n: Int, interval: ClosedRange<Double>? = nil) {
    self.state =
      number.isNaN ? .nan : number.isInfinite ? (number > 0 ? .infinite : .negativeInfinite) : .finite
    self.number = number.isFinite ? number : 0
    self.n = n
    self.interval = interval
  }

  private init(state: State) {
    self.state = state
    self.number = 0
    self.n = 0
  }

  package static let notApplicable = Quantity(state: .notApplicable)
  package static let missing = Quantity(state: .missing)

  /// The number if there is one.
  package var value: Double? { state == .finite ? number : nil }

  /// In another unit.
  package func scaled(by factor: Double) -> Quantity {
    guard state == .finite else { return self }
    return Quantity(number * factor, n: n, interval: interval.map { $0.lowerBound * factor...$0.upperBound * factor })
  }

  /// NaN or an infinity; a number that is missing or does not apply is neither.
  package var isNotFinite: Bool { state == .nan || state == .infinite || state == .negativeInfinite }
}

extension Quantity: Codable {
  private enum Key: String, CodingKey { case state, value, n, low, high }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    state = try fields.decodeIfPresent(State.self, forKey: .state) ?? .finite
    number = state == .finite ? try fields.decode(Double.self, forKey: .value) : 0
    n = try fields.decodeIfPresent(Int.self, forKey: .n) ?? 0
    let low = try fields.decodeIfPresent(Double.self, forKey: .low)
    let high = try fields.decodeIfPresent(Double.self, forKey: .high)
    guard (low == nil) == (high == nil), low ?? 0 <= high ?? 0 else {
      throw DecodingError.dataCorruptedError(
        forKey: low == nil ? .high : .low, in: fields, debugDescription: phrase("quantity.isNoInterval"))
    }
    if let low, let high { interval = low...high }
  }

  package func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    if state == .finite { try fields.encode(number, forKey: .value) } else { try fields.encode(state, forKey: .state) }
    try fields.encode(n, forKey: .n)
    try fields.encodeIfPresent(interval?.lowerBound, forKey: .low)
    try fields.encodeIfPresent(interval?.upperBound, forKey: .high)
  }
}
