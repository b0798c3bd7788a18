import Foundation
import Support
import Testing

@testable import Transformers

/// A folder of files by name, gone when the test ends.
@discardableResult
func withWeights<Result>(_ files: [String: Data], _ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: "weights-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  for (name, data) in files { try data.write(to: folder.appending(path: name)) }
  return try body(folder)
}

/// The line with which a file is refused, empty where it is not.
func refusal(_ data: some Collection<UInt8>, named name: String, _ open: (URL) throws -> Void) throws -> String {
  try withWeights([name: Data(data)]) { folder in
    do {
      try open(folder.appending(path: name))
      return ""
    } catch let error as InputError {
      return error.description
    }
  }
}

/// Damages bytes in the ways that files are damaged: cut, changed, repeated, and numbers that lie.
func mutated(_ original: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
  var bytes = original
  func below(_ bound: Int) -> Int { Int(generator.next() % UInt64(max(1, bound))) }
  for _ in 0...below(4) {
    let place = below(bytes.count)
    switch below(6) {
    case 0: bytes.removeSubrange(place...)
    case 1: bytes[place] ^= 1 << UInt8(below(8))
    case 2: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
    case 3: bytes.removeSubrange(place..<min(bytes.count, place + below(20)))
    case 4: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + below(20))], at: below(bytes.count))
    default:
      let lies: [UInt64] = [0, 1, UInt64.max, 1 << 63, 1 << 62, 1 << 31, 0xFFFF_FFFF, 0x7FFF]
      let value = lies[below(lies.count)]
      let width = [1, 2, 4, 8][below(4)]
      for index in place..<min(bytes.count, place + width) {
        bytes[index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * (index - place)))
      }
    }
    if bytes.isEmpty { bytes = [0] }
  }
  return bytes
}
