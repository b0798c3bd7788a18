import Foundation
import Tensors
import Transformers

/// Runs a model on the tensors of a file and writes what it saw to another, under the names of the reference files.
///
/// - Throws: `InputError` for files that cannot be read or written and inputs that do not fit the model.
func trace(model directory: URL, input: URL, output: URL, gradients: Bool, sites: [String]) throws {
  let model = try Model(directory: directory)
  let d = model.description
  let batch = try ModelInput(SafetensorsFile(input), for: d)
  let asked = try sites.map { text in
    guard let site = Site(text: text), site.layer.map({ $0 < d.layers }) ?? true else {
      throw InputError(
        .usage, at: "--sites", "names no site of this model", expected: "TransformerLens's names (blocks.0.attn.hook_z)",
        found: "\"\(text)\"")
    }
    return site
  }
  // Hidden states as Hugging Face counts them: the last one is after the final norm, where there is one.
  let points = (0...d.layers).map(d.residual(point:))
  let last = model.network.finalNorm == nil ? points[d.layers] : .finalNorm
  let patterns = (0..<d.layers).map { Site.pattern(layer: $0) }
  var request = TraceRequest(sites: Set(points + patterns + asked + [last, .embed, .logits]))
  if gradients {
    request.gradients = [.embed]
    request.parameterGradients = true
  }
  let seen = try model.run(batch, request)

  var file = SafetensorsWriter()
  func put(_ name: String, _ site: Site) {
    if let value = seen[site] { file.add(name, value) }
  }
  for point in 0..<d.layers { put("hidden.\(point)", points[point]) }
  put("hidden.\(d.layers)", last)
  for layer in 0..<d.layers { put("attention.\(layer)", patterns[layer]) }
  put("last_block", points[d.layers])
  put("inputs_embeds", .embed)
  put("logits", .logits)
  for site in asked { put(site.text, site) }
  if let loss = seen.loss { file.add("loss", shape: [], [Float(loss)]) }
  if let gradient = seen.gradients[.embed] { file.add("grad_inputs_embeds", gradient) }
  for parameter in model.parameters {
    if let gradient = seen.parameterGradients[parameter.name] { file.add("grad.\(parameter.name)", gradient) }
  }
  try file.write(to: output)
}

extension ModelInput {
  /// The tensors `input.…` of a file: `input_ids` `[batch, positions]`, and where given `attention_mask`,
  /// `token_type_ids` and `labels`; other names are ignored.
  init(_ file: SafetensorsFile, for d: ModelDescription) throws {
    let (shape, ids) = try file.integers("input.input_ids")
    guard shape.count == 2 else {
      throw InputError(
        at: "\(file.url.relativePath): tensor \"input.input_ids\"", "has the wrong shape",
        expected: "[batch, positions]", found: "\(shape)")
    }
    func optional(_ name: String) throws -> [Int64]? {
      file.entry("input.\(name)") == nil ? nil : try file.integers("input.\(name)").values
    }
    let mask = try optional("attention_mask")
    self.init(
      batch: shape[0], length: shape[1], ids: ids.map { Int32(clamping: $0) },
      mask: mask.map { $0.map { $0 == 0 ? 0 : 1 } } ?? Array(repeating: 1, count: ids.count),
      typeIDs: d.tokenTypes == 0 ? nil : try optional("token_type_ids").map { $0.map { Int32(clamping: $0) } },
      labels: try optional("labels").map { $0.map { Int32(clamping: $0) } })
  }
}
