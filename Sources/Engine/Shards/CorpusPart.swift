package import Foundation
import Support

/// What was measured of some chunks of a corpus, each chunk by itself. Parts that together have all chunks make up the
/// whole, and the same bytes of it however the corpus was cut into parts.
package struct CorpusPart: Sendable {
  package let origin: PartOrigin
  /// Before the first document.
  let empty: Tally
  /// By chunk.
  package internal(set) var tallies: [Int: Tally] = [:]

  init(origin: PartOrigin, empty: Tally) {
    self.origin = origin
    self.empty = empty
  }

  /// The whole: the tallies of all chunks, merged in their order.
  ///
  /// - Throws: `InputError` at `place` for a part of another origin than this one, for a chunk that no part has, that two
  ///   have or that the corpus has not, and for states that do not fit the others.
  func reduced(_ parts: [CorpusPart], chunks: Int, at place: String) throws -> Tally {
    for part in parts { try origin.check(part.origin, at: place) }
    let strays = Set(parts.flatMap(\.tallies.keys)).filter { !(0..<chunks).contains($0) }
    var total = empty
    for chunk in Array(0..<chunks) + strays.sorted() {
      let found = parts.compactMap { $0.tallies[chunk] }
      guard found.count == 1, let tally = found.first, chunk < chunks, chunk >= 0 else {
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
      guard total.fits(tally) else {
        throw InputError(
          at: place, phrase("error.statesDoNotFit", ["chunk": chunk]), expected: phrase("expected.shapesOfAnalyses"))
      }
      total.merge(tally)
    }
    return total
  }

  /// JSON Lines: the origin, then a chunk each in their order.
  package func encoded() throws -> Data {
    var bytes = try StateCoding.encoder.encode(origin)
    for (chunk, tally) in tallies.sorted(by: { $0.key < $1.key }) {
      bytes.append(UInt8(ascii: "\n"))
      bytes += try StateCoding.encoder.encode(Line(chunk: chunk, tally: tally))
    }
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  /// Reads what `encoded` wrote of another part of the same whole.
  ///
  /// - Throws: `InputError` for anything else, with the line.
  package init(_ bytes: Data, like other: CorpusPart, at place: String) throws {
    self.init(origin: other.origin, empty: other.empty)
    let decoder = StateCoding.decoder
    decoder.userInfo[Line.empty] = empty
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, text) in lines.enumerated() where index == 0 || !text.isEmpty {
      let place = "\(place): line \(index + 1)"
      do {
        guard index > 0 else {
          try origin.check(decoder.decode(PartOrigin.self, from: text), at: place)
          continue
        }
        let line = try decoder.decode(Line.self, from: text)
        guard tallies.updateValue(line.tally, forKey: line.chunk) == nil else {
          throw InputError(at: place, phrase("error.repeatsChunk", ["chunk": line.chunk]))
        }
      } catch let error as DecodingError {
        throw InputError(at: place, phrase("error.holdsNoStates"), found: "\(error)")
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
