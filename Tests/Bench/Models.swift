import CKernels
import Foundation
import Support
import Tensors
import Transformers

/// Shapes of the peers' models, with random weights.
struct ModelShape {
  let name: String
  let family: String
  let layers: Int
  let width: Int
  let heads: Int
  let vocabulary: Int
  /// Of the MLP; four times the width where nil.
  var innerWidth: Int?
  /// Most positions of a GPT-2.
  var positions = 1024
  /// Of a Llama.
  var keyValueHeads = 0

  static let gpt2 = ModelShape(name: "gpt2", family: "gpt2", layers: 12, width: 768, heads: 12, vocabulary: 50257)
  static let bert = ModelShape(name: "bert", family: "bert", layers: 12, width: 768, heads: 12, vocabulary: 30522)
  static let minilm = ModelShape(name: "minilm", family: "bert", layers: 6, width: 384, heads: 12, vocabulary: 30522)

  /// SmolLM2's.
  static let llama = ModelShape(
    name: "llama135m", family: "llama", layers: 30, width: 576, heads: 9, vocabulary: 49152, innerWidth: 1536,
    keyValueHeads: 3)

  /// A model directory in Hugging Face layout, made once in the temporary folder.
  func model(_ precision: Precision = .f32) throws -> Model {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tomograph-bench-\(name)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(configuration.utf8).write(to: folder.appending(path: "config.json"))
    var file = SafetensorsWriter()
    var generator = SeededGenerator(seed: 0)
    for (tensor, shape) in tensors {
      let isGain = tensor.hasSuffix("weight") && shape.count == 1
      let values = (0..<shape.reduce(1, *)).map { _ in isGain ? 1 : Float(generator.uniform() - 0.5) * 0.07 }
      file.add(tensor, Tensor(values, shape: shape))
    }
    try file.write(to: folder.appending(path: "model.safetensors"))
    return try Model(directory: folder, precision: precision)
  }

  private var configuration: String {
    if family == "llama" {
      return """
        {"model_type": "llama", "hidden_size": \(width), "num_attention_heads": \(heads), "vocab_size": \(vocabulary),
         "num_key_value_heads": \(keyValueHeads), "num_hidden_layers": \(layers), "tie_word_embeddings": true,
         "intermediate_size": \(innerWidth ?? 4 * width), "max_position_embeddings": 2048, "rms_norm_eps": 1e-5}
        """
    }
    return family == "gpt2"
      ? """
      {"model_type": "gpt2", "n_embd": \(width), "n_head": \(heads), "n_layer": \(layers), "n_positions": \(positions), "n_inner": \(innerWidth ?? 4 * width),
       "vocab_size": \(vocabulary)}
      """
      : """
      {"model_type": "bert", "hidden_size": \(width), "num_attention_heads": \(heads), "num_hidden_layers": \(layers),
       "intermediate_size": \(4 * width), "max_position_embeddings": 512, "vocab_size": \(vocabulary)}
      """
  }

  private var tensors: [(String, [Int])] {
    let c = width, f = innerWidth ?? 4 * width
    if family == "gpt2" {
      return [
        ("wte.weight", [vocabulary, c]), ("wpe.weight", [positions, c]), ("ln_f.weight", [c]), ("ln_f.bias", [c]),
      ]
        + (0..<layers).flatMap { l -> [(String, [Int])] in
          [
            ("ln_1.weight", [c]), ("ln_1.bias", [c]), ("attn.c_attn.weight", [c, 3 * c]), ("attn.c_attn.bias", [3 * c]),
            ("attn.c_proj.weight", [c, c]), ("attn.c_proj.bias", [c]), ("ln_2.weight", [c]), ("ln_2.bias", [c]),
            ("mlp.c_fc.weight", [c, f]), ("mlp.c_fc.bias", [f]), ("mlp.c_proj.weight", [f, c]),
            ("mlp.c_proj.bias", [c]),
          ].map { ("h.\(l).\($0.0)", $0.1) }
        }
    }
    if family == "llama" {
      let shared = width / heads * keyValueHeads
      return [("model.embed_tokens.weight", [vocabulary, c]), ("model.norm.weight", [c])]
        + (0..<layers).flatMap { l -> [(String, [Int])] in
          [
            ("input_layernorm", [c]), ("post_attention_layernorm", [c]), ("self_attn.q_proj", [c, c]),
            ("self_attn.k_proj", [shared, c]), ("self_attn.v_proj", [shared, c]), ("self_attn.o_proj", [c, c]),
            ("mlp.gate_proj", [f, c]), ("mlp.up_proj", [f, c]), ("mlp.down_proj", [c, f]),
          ].map { ("model.layers.\(l).\($0.0).weight", $0.1) }
        }
    }
    func linear(_ name: String, _ from: Int, _ to: Int) -> [(String, [Int])] {
      [("\(name).weight", [to, from]), ("\(name).bias", [to])]
    }
    func norm(_ name: String) -> [(String, [Int])] { [("\(name).weight", [c]), ("\(name).bias", [c])] }
    return [
      ("bert.embeddings.word_embeddings.weight", [vocabulary, c]),
      ("bert.embeddings.position_embeddings.weight", [512, c]),
      ("bert.embeddings.token_type_embeddings.weight", [2, c]), ("cls.predictions.bias", [vocabulary]),
    ] + norm("bert.embeddings.LayerNorm") + linear("cls.predictions.transform.dense", c, c)
      + norm("cls.predictions.transform.LayerNorm")
      + (0..<layers).flatMap { l -> [(String, [Int])] in
        let p = "bert.encoder.layer.\(l)."
        return ["query", "key", "value"].flatMap { linear(p + "attention.self.\($0)", c, c) }
          + linear(p + "attention.output.dense", c, c) + norm(p + "attention.output.LayerNorm")
          + linear(p + "intermediate.dense", c, f) + linear(p + "output.dense", f, c) + norm(p + "output.LayerNorm")
      }
  }
}

/// `base`: forward, all attentions and hidden states kept. `lm`: with the head's logits. `lmgrad`: forward, loss,
/// backward and the norm of every gradient.
func modelBenchmark(_ shape: ModelShape, batch: Int, length: Int, stage: String) -> Benchmark {
  Benchmark(name: "model.\(shape.name).\(batch)x\(length).\(stage)") { name in
    guard let model = try? shape.model() else { return print("\(name): the model could not be made") }
    var generator = SeededGenerator(seed: 1)
    let ids = (0..<batch * length).map { _ in Int32(1000 + generator.index(below: 29000)) }
    let d = model.description
    let input = ModelInput(
      batch: batch, length: length, ids: ids, mask: Array(repeating: 1, count: ids.count),
      labels: stage == "lmgrad" ? ids : nil)
    var sites = Set((0...d.layers).map(d.residual(point:)) + (0..<d.layers).map { Site.pattern(layer: $0) })
    if stage != "base" { sites.insert(.logits) }
    let request = TraceRequest(sites: sites, parameterGradients: stage == "lmgrad")
    report(
      name,
      time(5) {
        guard let trace = try? model.run(input, request) else { return }
        for gradient in trace.parameterGradients.values { _ = gradient.sumOfSquares }
      })
  }
}

/// A forward pass in f32 and in bf16, and how many times faster the second is; then as many tokens as are named, written
/// greedily behind prompts of 32.
func precisionBenchmark(_ shape: ModelShape, batch: Int, length: Int) -> Benchmark {
  Benchmark(name: "precision.\(shape.name).\(batch)x\(length)") { name in
    var seconds: [Double] = []
    for precision in Precision.allCases where precision.isAvailable {
      guard let model = try? shape.model(precision) else { return print("\(name): the model could not be made") }
      let input = ModelInput(rows: randomRows(batch, length), pad: 0)
      let request = TraceRequest(sites: [.logits])
      let t = time(5) { _ = try? model.run(input, request) }
      seconds.append(t.median)
      report("\(name).\(precision.rawValue)", t, seconds.count > 1 ? ["speedup": seconds[0] / t.median] : [:])
    }
  }
}

func generationBenchmark(_ shape: ModelShape, batch: Int, tokens: Int) -> Benchmark {
  Benchmark(name: "generate.\(shape.name).\(batch)x\(tokens)") { name in
    var seconds: [Double] = []
    for precision in Precision.allCases where precision.isAvailable {
      guard let model = try? shape.model(precision) else { return print("\(name): the model could not be made") }
      let prompts = randomRows(batch, 32)
      func timed(_ tokens: Int) -> (median: Double, least: Double, most: Double) {
        time(3) { _ = try? model.continuations(of: prompts, GenerationRequest(maximumTokens: tokens)) }
      }
      // What the prompts take is had by a second run of one token.
      let whole = timed(tokens), first = timed(1), step = (whole.median - first.median) / Double(tokens - 1)
      seconds.append(step)
      let bytes = model.parameterCount * (precision == .f32 ? 4 : 2)
      var facts = [
        "tokens_per_s": Double(batch) / step, "with_prompts_per_s": Double(batch * tokens) / whole.median,
        "share_of_reading": Double(bytes) / step / readingSpeed(),
      ]
      if seconds.count > 1 { facts["speedup"] = seconds[0] / step }
      report("\(name).\(precision.rawValue)", whole, facts)
    }
  }
}

private func randomRows(_ batch: Int, _ length: Int) -> [[Int32]] {
  var generator = SeededGenerator(seed: 1)
  return (0..<batch).map { _ in (0..<length).map { _ in Int32(1000 + generator.index(below: 29000)) } }
}

/// Bytes a second at which all threads read memory that is in no cache.
private func readingSpeed() -> Double {
  let count = 1 << 27, memory = Tensor(repeating: 1, shape: [count]), chunk = 1 << 16
  let t = time(5) {
    forEachChunk(of: count, size: chunk) { range in
      _ = Tensor(storage: memory.storage, offset: range.lowerBound, shape: [range.count]).sumOfSquares
    }
  }
  return Double(4 * count) / t.median
}

func productBenchmark(_ m: Int, _ k: Int, _ n: Int) -> Benchmark {
  Benchmark(name: "product.\(m)x\(k)x\(n)") { name in
    let a = Tensor(repeating: 0.5, shape: [m, k]), b = Tensor(repeating: 0.5, shape: [k, n])
    let c = Tensor(uninitialized: [m, n])
    let t = time(9) { multiplyInPieces(a.matrix, b.matrix, into: c.matrix) }
    report(name, t, ["gflops": 2 * Double(m * k * n) / t.median * 1e-9])
  }
}

/// What arithmetic allows: products of six rows that stay in the nearest cache, on all threads.
let peakBenchmark = Benchmark(name: "peak") { name in
  let (rows, depth, columns, times) = (6, 96, 64, 20_000), pieces = 16
  let x = Tensor(repeating: 0.5, shape: [rows, depth]), w = Tensor(repeating: 0.5, shape: [depth, columns])
  let t = time(5) {
    forEachPiece(pieces) { _ in
      let y = Tensor(uninitialized: [rows, columns])
      for _ in 0..<times {
        tk_step_input_major(y.pointer, columns, x.pointer, rows, w.pointer, columns, depth, columns)
      }
    }
  }
  report(name, t, ["gflops": 2e-9 * Double(rows * depth * columns * times * pieces) / t.least])
}

/// The products of the models below, `[rows, in]·[in, out]`.
let productBenchmarks = [
  (1024, 768, 768), (1024, 768, 3072), (1024, 3072, 768), (512, 768, 3072), (2048, 384, 384), (2048, 384, 1536),
  (1024, 768, 50257),
].map(productBenchmark)

let modelBenchmarks = [
  (ModelShape.gpt2, 8, 128), (.gpt2, 1, 512), (.bert, 16, 128), (.minilm, 16, 128), (.llama, 4, 256),
].flatMap { shape, batch, length in
  ["base", "lm", "lmgrad"].map { modelBenchmark(shape, batch: batch, length: length, stage: $0) }
}

let precisionBenchmarks = [
  precisionBenchmark(.minilm, batch: 16, length: 128), precisionBenchmark(.gpt2, batch: 1, length: 512),
  generationBenchmark(.gpt2, batch: 1, tokens: 32), generationBenchmark(.gpt2, batch: 32, tokens: 32),
]
