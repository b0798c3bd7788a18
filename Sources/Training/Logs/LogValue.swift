internal import Foundation
import Support
internal import Tensors

/// A value of a log in JSON, in which Python also writes `NaN` and `Infinity`.
enum LogValue: Decodable {
  case null
  case flag
  case number(Double)
  case text(String)
  case list([LogValue])
  case object([String: LogValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if (try? container.decode(Bool.self)) != nil {
      self = .flag
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([LogValue].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: LogValue].self))
    }
  }

  /// Throws `InputError` where the bytes are not JSON.
  init(_ data: Data, place: String) throws {
    let decoder = JSONDecoder()
    decoder.allowsJSON5 = true
    do {
      self = try decoder.decode(LogValue.self, from: data)
    } catch DecodingError.dataCorrupted(let context) {
      let reason = (context.underlyingError as? CocoaError)?.userInfo["NSDebugDescription"] as? String
      throw InputError(at: place, "is not valid JSON: \(reason ?? context.debugDescription)")
    }
  }

  /// The number, also where it is written as text.
  var number: Double? {
    switch self {
    case .number(let number): number
    case .text(let text): loggedNumber(text)
    default: nil
    }
  }

  /// A text, shortened and in quotation marks; nil for what needs no note where a number was expected.
  var shown: String? {
    guard case .text(let text) = self, !text.isEmpty else { return nil }
    return "\"\(text.prefix(20))\(text.count > 20 ? "…" : "")\""
  }

  /// W&B's `{"_type": "histogram", "values": […], "bins": […]}`.
  var histogram: TrainingLog.Histogram.Bins? {
    guard case .object(let members) = self, case .text("histogram") = members["_type"],
      case .list(let values) = members["values"], case .list(let bins) = members["bins"]
    else { return nil }
    let counts = values.compactMap(\.number)
    let edges = bins.compactMap(\.number)
    guard counts.count == values.count, edges.count == counts.count + 1, !counts.isEmpty,
      zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 })
    else { return nil }
    return TrainingLog.Histogram.Bins(edges: edges, counts: counts)
  }
}
