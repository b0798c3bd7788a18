import Foundation
import Support
import Tensors
import Testing

@testable import Training
@testable import Transformers

@Suite("The composed family")
struct ComposedTests {
  private static let base: JSONObject = [
    "model_type": .string("tomograph"), "hidden_size": .integer(32), "num_hidden_layers": .integer(2),
    "num_attention_heads": .integer(4), "max_position_embeddings": .integer(32),
  ]

  /// One model for each part, each from its own random weights.
  static let variants: [(name: String, parts: JSONObject)] = [
    ("plain", [:]), ("post", ["norm_placement": .string("post")]),
    ("sandwich", ["norm_placement": .string("sandwich"), "norm": .string("rms_norm")]),
    ("no norm", ["norm": .string("none")]), ("sinusoidal", ["position_embedding_type": .string("sinusoidal")]),
    ("rope", ["position_embedding_type": .string("rope")]), ("alibi", ["position_embedding_type": .string("alibi")]),
    ("no positions", ["position_embedding_type": .string("none")]),
    ("local", ["attention_type": .string("local"), "attention_window": .integer(4)]),
    (
      "strided",
      ["attention_type": .string("strided"), "attention_window": .integer(2), "attention_stride": .integer(3)]
    ),
    ("linear", ["attention_type": .string("linear")]), ("hot", ["attention_temperature": .number(3)]),
    ("wide heads", ["head_dim": .integer(24), "num_key_value_heads": .integer(2)]),
    ("SwiGLU", ["hidden_act": .string("silu"), "gated_mlp": .bool(true)]),
    (
      // All are chosen: where the choice changes, the loss has a step.
      "experts",
      [
        "num_local_experts": .integer(3), "num_experts_per_tok": .integer(3),
        "norm_placement": .string("sandwich"),
      ]
    ),
    ("no residual", ["residual_weight": .integer(0)]), ("weighed", ["residual_weight": .number(0.9)]),
    ("MLP first", ["sublayer_order": .string("mlp_first")]),
    ("MLP first, post", ["sublayer_order": .string("mlp_first"), "norm_placement": .string("post")]),
    (
      "MLP first, sandwich",
      ["sublayer_order": .string("mlp_first"), "norm_placement": .string("sandwich"), "norm": .string("rms_norm")]
    ),
    ("parallel", ["sublayer_order": .string("parallel")]),
    (
      "parallel, sandwich",
      ["sublayer_order": .string("parallel"), "norm_placement": .string("sandwich"), "norm": .string("rms_norm")]
    ),
    ("sees ahead", ["is_causal": .bool(false)]),
  ]

  private func model(_ parts: JSONObject, of base: JSONObject = base) throws -> Model {
    let scratch = try Scratch()
    let plan = try scratch.plan("run") {
      $0.source = .scratch(.object(base.merging(parts)), Initialization(.normal, deviation: 0.3))
    }
    return try withExtendedLifetime(scratch) { try TrainingRun(plan).model }
  }

  private var input: ModelInput {
    var input = ModelInput(
      rows: [[5, 9, 33, 5, 9, 61, 100, 7, 8, 9, 10, 11], [44, 2, 44, 2, 80, 1, 3]], typeIDs: nil, pad: 0)
    input.labels = zip(input.ids, input.mask).map { $1 == 0 ? -100 : $0 }
    return input
  }

  @Test(
    "Sublayers come in their order: each reads what the others before it have written",
    arguments: [
      ["norm": .string("none")], [:], ["norm": .string("rms_norm")], ["norm_placement": .string("sandwich")],
    ] as [JSONObject])
  func order(norms: JSONObject) throws {
    func sites(_ order: String) throws -> (d: ModelDescription, trace: Trace) {
      let model = try model(norms.merging(["sublayer_order": .string(order)])), d = model.description
      let asked = d.sites.filter { !$0.kind.isByHead && !$0.kind.isSquare }
      return (d, try model.run(input, TraceRequest(sites: Set(asked))))
    }
    func sum(_ trace: Trace, _ kinds: [Site.Kind]) throws -> [Float] {
      let first = try #require(trace[Site(kinds[0], layer: 1)]).values
      return try kinds.dropFirst().reduce(first) { sum, kind in
        zip(sum, try #require(trace[Site(kind, layer: 1)]).values).map(+)
      }
    }
    func value(_ trace: Trace, _ kind: Site.Kind) throws -> [Float] {
      try #require(trace[Site(kind, layer: 1)]).values
    }
    func isClose(_ a: [Float], _ b: [Float]) -> Bool { zip(a, b).allSatisfy { abs($0 - $1) < 1e-4 * max(1, abs($1)) } }
    let plain = try sites("attention_first").trace
    #expect(try value(plain, .mlpIn) == sum(plain, [.residPre, .attentionOut]))
    let first = try sites("mlp_first").trace
    #expect(try value(first, .mlpIn) == value(first, .residPre))
    #expect(try value(first, .attentionIn) == sum(first, [.residPre, .mlpOut]))
    #expect(try value(first, .attentionIn) == value(first, .residMid))
    #expect(try isClose(value(first, .residPost), sum(first, [.residPre, .mlpOut, .attentionOut])))
    let (d, both) = try sites("parallel")
    #expect(try value(both, .mlpIn) == value(both, .residPre) && value(both, .attentionIn) == value(both, .residPre))
    #expect(try isClose(value(both, .residPost), sum(both, [.residPre, .attentionOut, .mlpOut])))
    #expect(!d.sites.contains(Site(.residMid, layer: 0)))
    // The first block's MLP says the same in all, but where attention came before.
    #expect(try value(first, .mlpOut) != value(plain, .mlpOut))
  }

  @Test("Under Post-LN each sublayer reads the norm of the sum before it")
  func orderUnderPost() throws {
    func value(_ order: String, _ kind: Site.Kind) throws -> [Float] {
      let model = try model(["sublayer_order": .string(order), "norm_placement": .string("post")])
      let site = Site(kind, layer: 1)
      return try #require(try model.run(input, TraceRequest(sites: [site]))[site]).values
    }
    let sublayers: [(order: String, read: [Site.Kind], written: [Site.Kind])] = [
      ("attention_first", [.attentionIn, .mlpIn], [.attentionOut, .mlpOut]),
      ("mlp_first", [.mlpIn, .attentionIn], [.mlpOut, .attentionOut]),
    ]
    for (order, read, written) in sublayers {
      let sums: [(before: Site.Kind, after: Site.Kind)] = [(.residPre, .residMid), (.normalizedResidMid, .residPost)]
      for (at, sum) in sums.enumerated() {
        let stream = try value(order, sum.before)
        #expect(try value(order, read[at]) == stream)
        #expect(try value(order, sum.after) == zip(stream, value(order, written[at])).map(+))
      }
    }
    #expect(throws: InputError.self) {
      try model(["sublayer_order": .string("parallel"), "norm_placement": .string("post")])
    }
    #expect(throws: InputError.self) { try model(["sublayer_order": .string("mlp_last")]) }
  }

  @Test(
    "Texts of other lengths beside it change no bit of a continued text's logits, and they are those of one pass",
    arguments: variants.map(\.name).filter { $0 != "sees ahead" })
  func continuations(name: String) throws {
    let model = try model(try #require(Self.variants.first { $0.name == name }).parts)
    // Texts of linear attention run with those of their length alone.
    let texts = (name == "linear" ? [5, 5, 5] : [5, 1, 9, 5, 3]).enumerated().map { row, length in
      (0..<length).map { Int32(3 + (row * 7 + $0 * 5) % 90) }
    }
    func logits(_ rows: [Int]) throws -> [[Int: [Float]]] {
      var generation = try Generation(
        model, GenerationRequest(maximumTokens: 8), places: rows, prompts: rows.map { texts[$0] }, sources: nil)
      var steps: [[Int: [Float]]] = []
      while true {
        let live = generation.live
        guard try generation.step(), let found = generation.logits else { return steps }
        steps.append(Dictionary(uniqueKeysWithValues: live.enumerated().map { (rows[$1], found[$0].values) }))
      }
    }
    let together = try logits(Array(texts.indices))
    for row in texts.indices {
      var text = texts[row]
      for (step, alone) in try logits([row]).enumerated() {
        let found = try #require(alone[row])
        #expect(together[step][row] == found, "\(row) at \(step)")
        let whole = try model.run(ModelInput(rows: [text], pad: 0), TraceRequest(sites: [Site(.logits)]))
        let last = try #require(whole[Site(.logits)]).values.suffix(found.count)
        let size = try #require(found.map(abs).max())
        #expect(zip(last, found).allSatisfy { abs($0 - $1) <= 1e-4 * size }, "\(row) at \(step)")
        text.append(Int32(try #require(found.indices.max { found[$0] < found[$1] })))
      }
    }
  }

  @Test("Gradients against differences of the loss", arguments: variants.map(\.name))
  func gradients(name: String) throws {
    let model = try model(try #require(Self.variants.first { $0.name == name }).parts)
    // What the loss is made of while training, and the gradient that a step would take.
    let homes = model.parameters.map { Tensor(repeating: 0, shape: $0.shape) }
    var request = TraceRequest()
    request.training = TrainingPass(gradients: homes.map { $0 })
    _ = try model.run(input, request)
    var generator = SeededGenerator(seed: 4)
    for (parameter, gradient) in zip(model.parameters, homes) {
      let direction = (0..<parameter.count).map { _ in Float(generator.normal()) }
      let kept = parameter.tensor.values, step: Float = 2e-3
      func at(_ by: Float) throws -> Double {
        for i in 0..<parameter.count { parameter.tensor.pointer[i] = kept[i] + by * direction[i] }
        return try #require(model.run(input, TraceRequest()).loss)
      }
      let numeric = (8 * (try at(step) - at(-step)) - (try at(2 * step) - at(-2 * step))) / (12 * Double(step))
      let terms = zip(gradient.values, direction).map { Double($0) * Double($1) }
      let exact = terms.reduce(0, +), size = terms.reduce(0) { $0 + $1 * $1 }.squareRoot()
      // The loss is rounded to float32.
      let rounding = 2e-7 * (try at(0)) / Double(step)
      #expect(abs(numeric - exact) < 0.02 * size + rounding, "\(parameter.name): \(numeric) against \(exact)")
    }
  }

  /// Puts the weights of one model into another under other names, transposed where the other lies that way.
  private func copy(_ source: Model, to target: Model, _ place: (String) -> (name: String, part: Int, parts: Int)) {
    let tensors = Dictionary(uniqueKeysWithValues: source.parameters.map { ($0.name, $0.tensor) })
    for parameter in target.parameters {
      let (name, part, parts) = place(parameter.name)
      guard let stored = tensors[name] else {
        Issue.record("\(name) is not there")
        continue
      }
      let width = parameter.shape.first ?? 1
      for i in 0..<parameter.count {
        let isMatrix = parts > 0 && stored.shape.count == 2
        let at = isMatrix ? i % parameter.shape[1] * stored.shape[1] + part * width + i / parameter.shape[1] : i
        parameter.tensor.pointer[i] = stored.pointer[isMatrix || parts == 0 ? at : part * width + i]
      }
    }
  }

  private func expectSame(_ a: Model, _ b: Model) throws {
    let x = try a.run(input, TraceRequest(sites: [.logits])), y = try b.run(input, TraceRequest(sites: [.logits]))
    let (p, q) = (try #require(x[.logits]).values, try #require(y[.logits]).values)
    let largest = q.reduce(0) { max($0, abs($1)) }
    // Rows of padding mean nothing.
    let real = p.indices.filter { input.mask[$0 / (p.count / input.mask.count)] != 0 }
    #expect(real.allSatisfy { abs(p[$0] - q[$0]) < 1e-5 * largest })
  }

  @Test("With GPT-2's parts it is GPT-2")
  func gpt2() throws {
    let gpt2 = try model(
      [
        "model_type": .string("gpt2"), "n_embd": .integer(32), "n_layer": .integer(2), "n_head": .integer(4),
        "n_positions": .integer(32),
      ], of: [:])
    let composed = try model(["hidden_act": .string("gelu_new")])
    let names = [
      "embed_tokens": "wte", "embed_positions": "wpe", "attention_norm": "ln_1", "mlp_norm": "ln_2", "norm": "ln_f",
      "q_proj": "attn.c_attn", "k_proj": "attn.c_attn", "v_proj": "attn.c_attn", "o_proj": "attn.c_proj",
      "up_proj": "mlp.c_fc", "down_proj": "mlp.c_proj",
    ]
    copy(gpt2, to: composed) { name in
      let parts = name.split(separator: ".").map(String.init), leaf = parts[parts.count - 1]
      let module = parts[parts.count - 2]
      let block = parts.contains("layers") ? "h.\(parts[2])." : ""
      return (
        "transformer.\(block)\(names[module] ?? module).\(leaf)", ["k_proj": 1, "v_proj": 2][module] ?? 0,
        module.hasSuffix("_proj") ? 3 : 0
      )
    }
    try expectSame(composed, gpt2)
  }

  @Test("With Llama's parts it is Llama")
  func llama() throws {
    let shape: JSONObject = [
      "intermediate_size": .integer(48), "num_key_value_heads": .integer(2), "tie_word_embeddings": .bool(false),
    ]
    var base = Self.base
    base["model_type"] = .string("llama")
    let llama = try model(shape.merging(["rms_norm_eps": .number(1e-5)]), of: base)
    let composed = try model(
      shape.merging([
        "norm": .string("rms_norm"), "position_embedding_type": .string("rope"), "hidden_act": .string("silu"),
        "gated_mlp": .bool(true), "bias": .bool(false),
      ]))
    copy(llama, to: composed) { name in
      let own = name.replacing("attention_norm", with: "input_layernorm")
      return (own.replacing("mlp_norm", with: "post_attention_layernorm"), 0, 0)
    }
    try expectSame(composed, llama)
  }

  /// The pattern of a model's second layer against the one computed here from its queries and keys.
  private func expectPattern(
    _ parts: JSONObject, weight: (_ product: Float, _ distance: Int, _ head: Int) -> Float?,
    feature: (Float) -> Float = { $0 }
  ) throws {
    let model = try model(parts)
    let trace = try model.run(input, TraceRequest(sites: [.query(layer: 1), .key(layer: 1), .pattern(layer: 1)]))
    let (query, key) = (try #require(trace[.query(layer: 1)]), try #require(trace[.key(layer: 1)]))
    let pattern = try #require(trace[.pattern(layer: 1)])
    for (head, q) in [(0, 0), (1, 3), (2, 8), (3, 11)] {
      let weights = (0...q).map { k -> Float in
        let product = (0..<8).reduce(Float(0)) {
          $0 + feature(query[0][q][head].values[$1]) * feature(key[0][k][head].values[$1])
        }
        return weight(product, q - k, head) ?? 0
      }
      let sum = weights.reduce(0, +)
      for k in 0...q { #expect(abs(pattern[0][head][q].values[k] - weights[k] / sum) < 1e-5) }
    }
  }

  @Test("Patterns are those of their formulas")
  func patterns() throws {
    let root = Float(8).squareRoot()
    try expectPattern(["position_embedding_type": .string("alibi")]) { product, distance, head in
      exp(product / root - Float(distance) * pow(2, -2 * Float(head + 1)))
    }
    try expectPattern(["attention_type": .string("linear")]) { product, _, _ in
      product
    } feature: {
      $0 > 0 ? $0 + 1 : exp($0)
    }
    try expectPattern(
      ["attention_type": .string("strided"), "attention_window": .integer(2), "attention_stride": .integer(3)]
    ) { product, distance, _ in distance < 2 || distance % 3 == 0 ? exp(product / root) : nil }
    try expectPattern(["attention_temperature": .number(0.5)]) { product, _, _ in exp(2 * product / root) }
  }

  @Test("Experts that are all alike do what one of them does")
  func experts() throws {
    let mixture = try model(["num_local_experts": .integer(3), "num_experts_per_tok": .integer(2)])
    let single = try model([:])
    copy(single, to: mixture) { name in
      guard !name.contains("router") else { return ("model.embed_tokens.weight", 0, 0) }
      let parts = name.split(separator: ".").filter { $0 != "experts" }
      let number = parts.firstIndex(of: "mlp").map { $0 + 1 }
      return (parts.enumerated().filter { $0.offset != number }.map(\.element).joined(separator: "."), 0, 0)
    }
    try expectSame(mixture, single)
    let site = mixture.description.stack.site(.expertWeights, layer: 0)
    let weights = try #require(try mixture.run(input, TraceRequest(sites: [site]))[site])
    #expect(weights.shape == [2, 12, 3])
    for row in 0..<24 {
      let own = Array(weights.values[row * 3..<row * 3 + 3])
      #expect(own.allSatisfy { $0 > 0 } && abs(own.reduce(0, +) - 1) < 1e-6)
    }
  }

  @Test("What imbalance costs reaches the router while training, and nothing else sees it")
  func imbalance() throws {
    func gradients(_ cost: Double) throws -> (loss: Double?, router: [Float]) {
      let model = try model(["num_local_experts": .integer(3), "router_aux_loss_coef": .number(cost)])
      let homes = model.parameters.map { Tensor(repeating: 0, shape: $0.shape) }
      var request = TraceRequest()
      request.training = TrainingPass(gradients: homes.map { $0 })
      let trace = try model.run(input, request)
      let place = try #require(model.parameters.firstIndex { $0.name.contains("layers.1.mlp.router") })
      return (trace.loss, homes[place].values)
    }
    let (without, with, twice) = (try gradients(0), try gradients(1), try gradients(2))
    #expect(without.loss == with.loss)
    let size = zip(without.router, with.router).reduce(0) { $0 + abs($1.0 - $1.1) }
    #expect(size > 1e-3)
    for (index, plain) in without.router.enumerated() {
      #expect(abs((twice.router[index] - plain) - 2 * (with.router[index] - plain)) < 1e-4)
    }
  }

  @Test("A norm of what is written leaves writes of unit variance")
  func sandwich() throws {
    let model = try model(["norm_placement": .string("sandwich")])
    let trace = try model.run(input, TraceRequest(sites: [.attentionOut(layer: 1), .mlpOut(layer: 1)]))
    for site in [Site.attentionOut(layer: 1), .mlpOut(layer: 1)] {
      let row = try #require(trace[site])[0][4].values.map { Double($0) }
      let mean = row.reduce(0, +) / 32, variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 32
      #expect(abs(mean) < 1e-5 && abs(variance - 1) < 1e-3)
    }
  }

  @Test("A value that is not known is named, with those that are")
  func unknown() throws {
    #expect(throws: InputError.self) { try model(["norm_placement": .string("middle")]) }
    #expect(throws: InputError.self) { try model(["attention_type": .string("local")]) }
    #expect(throws: InputError.self) { try model(["num_experts_per_tok": .integer(2)]) }
    #expect(throws: InputError.self) {
      try model(["attention_type": .string("strided"), "attention_window": .integer(4), "is_causal": .bool(false)])
    }
  }
}
