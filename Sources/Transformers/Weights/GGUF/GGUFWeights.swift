import Foundation
import Support
import Tensors

/// The tensors of a GGUF file of the Llama family, under the names and in the layouts of Hugging Face.
final class GGUFWeights: WeightFile {
  private struct Source {
    let entry: GGUFFile.Entry
    /// Heads whose rows llama.cpp keeps in pairs; nil where rows are in their usual order.
    let pairedHeads: Int?
  }

  let url: URL
  let names: [String]
  private let file: GGUFFile
  private let sources: [String: Source]

  /// - Throws: `InputError` for an architecture or a tensor that is not known, and heads that do not fit.
  init(_ file: GGUFFile) throws {
    self.file = file
    url = file.url
    let architecture = try GGUFArchitecture(file)
    var names: [String] = []
    var sources: [String: Source] = [:]
    for entry in file.entries where entry.name != GGUFArchitecture.frequencyFactors {
      guard let name = Self.name(of: entry.name) else {
        throw InputError(
          at: "\(file.place): tensor \(entry.name.quotedForMessage)",
          phrase("error.noneArchitectureModel", ["architecture": architecture.name]))
      }
      let heads = architecture.pairedHeads(entry.name)
      if let heads, heads < 1 || entry.shape[0] % (2 * heads) != 0 {
        throw InputError(
          at: "\(file.place): tensor \(entry.name.quotedForMessage)", phrase("error.doesNotFitNumber"),
          expected: phrase("expected.rowsHeadsHeads", ["heads": heads]), found: "\(entry.shape)")
      }
      names.append(name)
      sources[name] = Source(entry: entry, pairedHeads: heads)
    }
    self.names = names
    self.sources = sources
  }

  func shape(_ name: String) -> [Int]? { sources[name]?.entry.shape }

  func check() throws { try file.check() }

  /// llama.cpp rotates neighbours, Hugging Face the halves of a head: row 2i + j of a head is there row j · D / 2 + i.
  func tensor(_ name: String) throws -> Tensor {
    guard let source = sources[name] else {
      throw InputError(
        at: file.place, phrase("error.hasNoTensorQuotedformessage", ["quotedForMessage": name.quotedForMessage]))
    }
    guard let heads = source.pairedHeads else { return file.tensor(source.entry) }
    let half = source.entry.shape[0] / heads / 2
    guard source.entry.shape.count > 1 else {
      let bias = file.tensor(source.entry)
      let result = Tensor(uninitialized: bias.shape)
      for row in 0..<bias.count { result.pointer[row] = bias.pointer[Self.paired(row, half)] }
      return result
    }
    return file.tensor(source.entry) { Self.paired($0, half) }
  }

  /// The row of the file that is row `row` of Hugging Face's tensor.
  private static func paired(_ row: Int, _ half: Int) -> Int {
    let (head, inHead) = row.quotientAndRemainder(dividingBy: 2 * half)
    return head * 2 * half + inHead % half * 2 + inHead / half
  }

  /// `blk.0.attn_q.weight` → `model.layers.0.self_attn.q_proj.weight`; nil where the name is not known.
  static func name(of name: String) -> String? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let kind = parts.last, kind == "weight" || kind == "bias" else { return nil }
    if parts.count == 2 { return whole[parts[0]].map { "\($0).\(kind)" } }
    guard parts.count == 4, parts[0] == "blk", let layer = Int(parts[1]), "\(layer)" == parts[1],
      let part = ofLayer[parts[2]]
    else { return nil }
    return "model.layers.\(layer).\(part).\(kind)"
  }

  private static let whole = ["token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"]
  private static let ofLayer = [
    "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj", "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm", "ffn_norm": "post_attention_layernorm", "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
  ]
}
