package import Foundation
import Support

/// What was measured over some documents of a corpus, and how much these held.
package struct Tally: Sendable {
  package internal(set) var accumulators: Accumulators
  package internal(set) var extent = CorpusRun.Extent()

  init(_ accumulators: Accumulators) { self.accumulators = accumulators }

  /// Adds what was measured over later documents.
  package mutating func merge(_ later: Tally) {
    accumulators.merge(later.accumulators)
    extent.merge(later.extent)
  }

  func fits(_ later: Tally) -> Bool { accumulators.fits(later.accumulators) && extent.fits(later.extent) }
}

extension Tally: Encodable {
  private enum Key: CodingKey { case extent, states }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(extent, forKey: .extent)
    try container.encode(accumulators, forKey: .states)
  }

  /// As JSON; the same numbers are the same bytes.
  package func encoded() throws -> Data { try StateCoding.encoder.encode(self) }

  mutating func read(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    extent = try container.decode(CorpusRun.Extent.self, forKey: .extent)
    try accumulators.read(from: container.superDecoder(forKey: .states))
  }
}

/// How states are written: numbers exactly, NaN and infinities by name, keys in one order.
enum StateCoding {
  static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return encoder
  }

  static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return decoder
  }
}
