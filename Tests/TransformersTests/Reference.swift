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
    input = try ModelInput(reference: self.file, for: model.description)
  }

  /// Every folder of models beside the tests.
  static let families = [
    "gpt2", "gpt2_hub", "gpt_neo", "gpt_neox", "opt", "opt_postnorm", "llama", "llama_tied", "llama3_rope",
    "llama_bf16_sharded", "mistral", "qwen2", "qwen3", "gemma", "phi", "bert_mlm", "bert_cls", "roberta", "roberta_cls",
    "distilbert", "albert", "vit", "t5", "t5_gated", "bart", "marian",
    "xlm_roberta", "mt5", "umt5", "llama_cls", "gpt2_tokens",
  ]

  /// Compares the rows of real positions: what padded queries become means nothing.
  func expect(_ found: Tensor?, _ name: String, within tolerance: Float) throws {
    let found = try #require(found), wanted = try file.tensor(name)
    #expect(found.shape == wanted.shape)
    let isSquare = name.contains("attention")
    let rowAxis = isSquare ? 2 : 1
    guard wanted.shape.count > 2 else {
      #expect(found.largestDifference(from: wanted) <= tolerance * max(1, wanted.largest), "\(name)")
      return
    }
    let mask =
      name.hasPrefix("decoder") || name.hasPrefix("cross") || input.target != nil && name == "logits"
      ? input.target?.mask ?? [] : input.mask
    let rows = wanted.shape[rowAxis], width = wanted.shape.dropFirst(rowAxis + 1).reduce(1, *)
    let perDocument = wanted.count / wanted.shape[0]
    var worst: Float = 0
    for row in 0..<wanted.count / width {
      let document = row * width / perDocument, position = row % rows
      guard mask[document * rows + position] != 0 else { continue }
      for column in row * width..<(row + 1) * width {
        worst = max(worst, abs(found.pointer[column] - wanted.pointer[column]))
      }
    }
    #expect(worst <= tolerance * max(1, wanted.largest), "\(name)")
  }
}

extension ModelInput {
  /// The tensors `input.…` of a reference file.
  init(reference file: SafetensorsFile, for d: ModelDescription) throws {
    func optional(_ name: String) throws -> [Int64]? {
      file.entry("input.\(name)") == nil ? nil : try file.integers("input.\(name)").values
    }
    let labels = try optional("labels")?.map { Int32($0) }
    if let image = d.image {
      self.init(pixels: try file.tensor("input.pixel_values"), for: image, labels: labels)
      return
    }
    let (shape, ids) = try file.integers("input.input_ids")
    self.init(
      batch: shape[0], length: shape[1], ids: ids.map { Int32($0) },
      mask: try optional("attention_mask")?.map { UInt8($0) } ?? Array(repeating: 1, count: ids.count),
      typeIDs: try optional("token_type_ids")?.map { Int32($0) }, labels: labels)
    if let target = try optional("decoder_input_ids") {
      self.target = Target(length: target.count / shape[0], ids: target.map { Int32($0) })
    }
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
