import Engine
import Foundation
import Support
import Tensors
import Transformers

/// Runs a model on the tensors of a file and writes what it saw to another, under the names of the reference files.
///
/// - Throws: `InputError` for files that cannot be read or written and inputs that do not fit the model.
func trace(
  model files: ModelFiles, input: URL, output: URL, gradients: Bool, sites: [String], precision: Precision
) throws {
  if !precision.isAvailable { StandardError.write(line: Precision.unavailable) }
  let model = try Model(files: files, precision: precision.available)
  let d = model.description
  let batch = try ModelInput(SafetensorsFile(input), for: d)
  let known = Set(d.sites)
  let asked = try sites.map { text in
    guard let site = Site(text: text), known.contains(site) else {
      throw InputError(
        .usage, at: "--sites", phrase("error.namesNoSite"),
        expected: phrase("expected.transformerlenssNamesLayer", ["layer": d.stack.site(.z, layer: 0).text]),
        found: "\"\(text)\"")
    }
    return site
  }
  let named = d.stacks.flatMap(names(of:))
  let embeddings = d.stacks.map { (name: embeddingName($0, d), site: $0.site(.embed)) }
  let inputs = embeddings + (d.image == nil ? [] : [(name: "pixel_values", site: Site.pixels)])
  var request = TraceRequest(sites: Set((named + embeddings).map(\.site) + asked + [.logits]))
  if gradients {
    request.gradients = Set(inputs.map(\.site))
    request.parameterGradients = true
  }
  let seen = try model.run(batch, request)

  var file = SafetensorsWriter()
  for (name, site) in named + embeddings + [(name: "logits", site: .logits)] + asked.map({ ($0.text, $0) }) {
    if let value = seen[site] { file.add(name, value) }
  }
  if let pooling = model.pooling, let states = seen[d.stack.hiddenState(d.layers)] {
    file.add("sentence_embedding", pooling.vectors(of: states, mask: batch.mask))
  }
  if let loss = seen.loss { file.add("loss", shape: [], [Float(loss)]) }
  for (name, site) in inputs {
    if let gradient = seen.gradients[site] { file.add("grad_\(name)", gradient) }
  }
  for parameter in model.parameters {
    if let gradient = seen.parameterGradients[parameter.name] { file.add("grad.\(parameter.name)", gradient) }
  }
  try file.write(to: output)
}

/// What the reference files call the values of a stack: `hidden.0`, or `encoder_hidden.0` and `decoder_hidden.0`.
private func names(of stack: StackDescription) -> [(name: String, site: Site)] {
  let prefix = stack.role == .only ? "" : "\(stack.role.rawValue)_"
  let cross = stack.role == .decoder ? 0..<stack.layers : 0..<0
  return (0...stack.layers).map { ("\(prefix)hidden.\($0)", stack.hiddenState($0)) }
    + (0..<stack.layers).map { ("\(prefix)attention.\($0)", stack.site(.pattern, layer: $0)) }
    + cross.map { ("cross_attention.\($0)", stack.site(.crossPattern, layer: $0)) }
    + [("\(prefix)last_block", stack.residual(point: stack.layers))]
}

private func embeddingName(_ stack: StackDescription, _ d: ModelDescription) -> String {
  if d.image != nil { return "patch_embeddings" }
  return stack.role == .decoder ? "decoder_inputs_embeds" : "inputs_embeds"
}

extension ModelInput {
  /// The tensors `input.…` of a file: `input_ids` `[batch, positions]` or `pixel_values`
  /// `[batch, channels, height, width]`, and where given `attention_mask`, `token_type_ids`, `decoder_input_ids` and
  /// `labels`; other names are ignored.
  init(_ file: SafetensorsFile, for d: ModelDescription) throws {
    func rows(_ name: String) throws -> (shape: [Int], values: [Int64]) {
      let (shape, values) = try file.integers("input.\(name)")
      guard shape.count == 2 else {
        throw InputError(
          at: phrase("error.urlTensorInput", ["url": file.url.relativePath, "name": name]),
          phrase("error.hasWrongShape"),
          expected: phrase("expected.batchPositions"), found: "\(shape)")
      }
      return (shape, values)
    }
    func optional(_ name: String) throws -> [Int64]? {
      file.entry("input.\(name)") == nil ? nil : try file.integers("input.\(name)").values
    }
    let labels = try optional("labels").map { $0.map { Int32(clamping: $0) } }
    if let image = d.image {
      self.init(pixels: try file.tensor("input.pixel_values"), for: image, labels: labels)
      return
    }
    let (shape, ids) = try rows("input_ids")
    let mask = try optional("attention_mask")
    self.init(
      batch: shape[0], length: shape[1], ids: ids.map { Int32(clamping: $0) },
      mask: mask.map { $0.map { $0 == 0 ? 0 : 1 } } ?? Array(repeating: 1, count: ids.count),
      typeIDs: d.tokenTypes == 0 ? nil : try optional("token_type_ids").map { $0.map { Int32(clamping: $0) } },
      labels: labels)
    if d.encoder != nil, file.entry("input.decoder_input_ids") != nil {
      let (shape, ids) = try rows("decoder_input_ids")
      target = Target(length: shape[1], ids: ids.map { Int32(clamping: $0) })
    }
  }
}
