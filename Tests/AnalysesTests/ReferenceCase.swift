import Foundation
import Tensors
import TestSupport
import Testing

/// Inputs and expected values of one case of `Fixtures/analysis`, or of any safetensors file.
struct ReferenceCase {
  private var tensors: [String: (shape: [Int], values: [Double])] = [:]
  private var facts: [String: Any] = [:]

  /// `Fixtures/analysis/<name>`.
  init(_ name: String) throws {
    let folder = Fixtures.url("analysis/\(name)")
    try self.init(file: folder.appending(path: "tensors.safetensors"))
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: "case.json")))
    facts = try #require(object as? [String: Any])
  }

  /// A safetensors file of F64, F32 and I64.
  init(file: URL) throws {
    let data = try Data(contentsOf: file)
    let length = data.withUnsafeBytes { Int($0.loadUnaligned(as: UInt64.self)) }
    let header = try #require(
      try JSONSerialization.jsonObject(with: data[8..<8 + length]) as? [String: Any])
    for (name, entry) in header where name != "__metadata__" {
      let entry = try #require(entry as? [String: Any])
      let shape = try #require(entry["shape"] as? [Int])
      let offsets = try #require(entry["data_offsets"] as? [Int])
      let type = try #require(entry["dtype"] as? String)
      let bytes = Data(data[8 + length + offsets[0]..<8 + length + offsets[1]])
      tensors[name] = (
        shape,
        bytes.withUnsafeBytes { raw in
          switch type {
          case "F64": (0..<raw.count / 8).map { raw.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self) }
          case "F32": (0..<raw.count / 4).map { Double(raw.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self)) }
          default: (0..<raw.count / 8).map { Double(raw.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self)) }
          }
        }
      )
    }
  }

  func shape(_ name: String) throws -> [Int] { try #require(tensors[name], "no tensor \(name)").shape }
  func values(_ name: String) throws -> [Double] { try #require(tensors[name], "no tensor \(name)").values }

  func matrix(_ name: String) throws -> Matrix {
    let shape = try shape(name)
    return Matrix(rows: shape[0], columns: shape[1], values: try values(name))
  }

  func tensor(_ name: String) throws -> Tensor { Tensor(try values(name).map(Float.init), shape: try shape(name)) }

  /// A number of `case.json`, by its path.
  func number(_ path: String...) throws -> Double {
    var object: Any = facts
    for key in path { object = try #require((object as? [String: Any])?[key], "no \(path)") }
    return try #require(object as? Double ?? (object as? Int).map(Double.init), "\(path) is not a number")
  }
}

/// Whether two numbers agree to a share of the second.
func agree(_ a: Double, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
  abs(a - b) <= tolerance * max(abs(b), 1e-300) || a == b
}

/// The largest difference, as a share of the largest expected value.
func largestError(_ a: [Double], _ b: [Double]) -> Double {
  precondition(a.count == b.count, "\(a.count) and \(b.count) values")
  let scale = b.reduce(0) { max($0, abs($1)) }
  return zip(a, b).reduce(0) { max($0, ($1.0 - $1.1).isNaN ? .infinity : abs($1.0 - $1.1)) } / max(scale, 1e-300)
}
