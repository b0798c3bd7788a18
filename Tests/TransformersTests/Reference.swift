import Foundation
import Tensors
import Testing
import Transformers

/// A reference model with the file of what it must compute.
struct Reference {
  let model: Model
  let file: SafetensorsFile
  let input: ModelInput

  init(_ directory: URL, file: URL? = nil) throws {
    model = try Model(directory: directory)
    self.file = try SafetensorsFile(file ?? directory.appending(path: "reference.safetensors"))
    let (shape, ids) = try self.file.integers("input.input_ids")
    func optional(_ name: String, _ file: SafetensorsFile) throws -> [Int64]? {
      file.entry("input.\(name)") == nil ? nil : try file.integers("input.\(name)").values
    }
    input = ModelInput(
      batch: shape[0], length: shape[1], ids: ids.map { Int32($0) },
      mask: try optional("attention_mask", self.file)?.map { UInt8($0) } ?? Array(repeating: 1, count: ids.count),
      typeIDs: try optional("token_type_ids", self.file)?.map { Int32($0) },
      labels: try optional("labels", self.file)?.map { Int32($0) })
  }

  /// Compares the rows of real positions: what padded queries become means nothing.
  func expect(_ found: Tensor?, _ name: String, within tolerance: Float) throws {
    let found = try #require(found), wanted = try file.tensor(name)
    #expect(found.shape == wanted.shape)
    let isSquare = name.hasPrefix("attention")
    let rowAxis = isSquare ? 2 : 1
    guard wanted.shape.count > rowAxis else {
      #expect(found.largestDifference(from: wanted) <= tolerance * max(1, wanted.largest), "\(name)")
      return
    }
    let rows = wanted.shape[rowAxis], width = wanted.shape.dropFirst(rowAxis + 1).reduce(1, *)
    let perDocument = wanted.count / wanted.shape[0]
    var worst: Float = 0
    for row in 0..<wanted.count / width {
      let document = row * width / perDocument, position = row % rows
      guard input.mask[document * input.length + position] != 0 else { continue }
      for column in row * width..<(row + 1) * width {
        worst = max(worst, abs(found.pointer[column] - wanted.pointer[column]))
      }
    }
    #expect(worst <= tolerance * max(1, wanted.largest), "\(name)")
  }
}

extension Tensor {
  var largest: Float { values.map(abs).max() ?? 0 }

  /// NaN differs from everything.
  func largestDifference(from other: Tensor) -> Float {
    zip(values, other.values).reduce(0) { worst, pair in
      let difference = abs(pair.0 - pair.1)
      return difference.isNaN ? .infinity : max(worst, difference)
    }
  }
}
