package import Foundation
import Support

/// What was measured of some chunks of a corpus, each chunk by itself. Parts that together have all chunks make up the
/// whole, and the same bytes of it however the corpus was cut into parts.
package struct CorpusPart: Sendable {
  /// By chunk.
  package internal(set) var tallies: [Int: Tally] = [:]

  init() {}

  /// The whole: the tallies of all chunks, merged in their order.
  ///
  /// - Throws: `InputError` for a chunk that no part has or that two have, at `place`.
  static func reduced(_ parts: [CorpusPart], chunks: Int, _ empty: Tally, at place: String) throws -> Tally {
    var total = empty
    for chunk in 0..<chunks {
      let found = parts.compactMap { $0.tallies[chunk] }
      guard found.count == 1, let tally = found.first else {
        throw InputError(
          at: place, phrase("error.notWholeThese"), expected: phrase("expected.eachChunksChunks", ["chunks": chunks]),
          found: phrase(
            "found.chunkChunkFound",
            [
              "chunk": chunk,
              "found": found.isEmpty
                ? phrase("corpusPart.inNone") : phrase("corpusPart.inFound", ["found": found.count]),
            ]))
      }
      total.merge(tally)
    }
    return total
  }

  /// JSON Lines, a chunk each in their order.
  package func encoded() throws -> Data {
    var bytes = Data()
    for (chunk, tally) in tallies.sorted(by: { $0.key < $1.key }) {
      bytes += try StateCoding.encoder.encode(Line(chunk: chunk, tally: tally))
      bytes.append(UInt8(ascii: "\n"))
    }
    return bytes
  }

  /// Reads what `encoded` wrote of the analyses of `empty`.
  ///
  /// - Throws: `InputError` for anything else, with the line.
  package init(_ bytes: Data, _ empty: Tally, at place: String) throws {
    let decoder = StateCoding.decoder
    decoder.userInfo[Line.empty] = empty
    for (number, text) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
      do {
        let line = try decoder.decode(Line.self, from: text)
        tallies[line.chunk] = line.tally
      } catch let error as DecodingError {
        throw InputError(
          at: "\(place): line \(number + 1)", phrase("error.holdsNoStates"), found: "\(error)")
      }
    }
  }
}

private struct Line: Codable {
  /// The decoder's tally without documents, which has the analyses.
  static let empty = CodingUserInfoKey(rawValue: "empty")!
  private enum Key: CodingKey { case chunk, tally }

  let chunk: Int
  let tally: Tally

  init(chunk: Int, tally: Tally) {
    self.chunk = chunk
    self.tally = tally
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    chunk = try container.decode(Int.self, forKey: .chunk)
    guard var tally = decoder.userInfo[Self.empty] as? Tally else {
      throw DecodingError.dataCorruptedError(
        forKey: .tally, in: container, debugDescription: phrase("corpusPart.noAnalysesKnown"))
    }
    try tally.read(from: container.superDecoder(forKey: .tally))
    self.tally = tally
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(chunk, forKey: .chunk)
    try container.encode(tally, forKey: .tally)
  }
}
