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

  static let gpt2 = ModelShape(name: "gpt2", family: "gpt2", layers: 12, width: 768, heads: 12, vocabulary: 50257)
  static let minilm = ModelShape(name: "minilm", family: "bert", layers: 6, width: 384, heads: 12, vocabulary: 30522)

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
    family == "gpt2"
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
      let prompts = randomRows(batch, 32), request = GenerationRequest(maximumTokens: tokens)
      let t = time(3) { _ = try? model.continuations(of: prompts, request) }
      seconds.append(t.median)
      var facts = ["tokens_per_s": Double(batch * tokens) / t.median]
      if seconds.count > 1 { facts["speedup"] = seconds[0] / t.median }
      report("\(name).\(precision.rawValue)", t, facts)
    }
  }
}

private func randomRows(_ batch: Int, _ length: Int) -> [[Int32]] {
  var generator = SeededGenerator(seed: 1)
  return (0..<batch).map { _ in (0..<length).map { _ in Int32(1000 + generator.index(below: 29000)) } }
}

func productBenchmark(_ m: Int, _ k: Int, _ n: Int) -> Benchmark {
  Benchmark(name: "product.\(m)x\(k)x\(n)") { name in
    let a = Tensor(repeating: 0.5, shape: [m, k]), b = Tensor(repeating: 0.5, shape: [k, n])
    let c = Tensor(uninitialized: [m, n])
    let t = time(9) { multiplyInPieces(a.matrix, b.matrix, into: c.matrix) }
    report(name, t, ["gflops": 2 * Double(m * k * n) / t.median * 1e-9])
  }
}

/// The products of the models below, `[rows, in]·[in, out]`.
let productBenchmarks = [
  (1024, 768, 768), (1024, 768, 3072), (1024, 3072, 768), (512, 768, 3072), (2048, 384, 384), (2048, 384, 1536),
  (1024, 768, 50257),
].map(productBenchmark)

let modelBenchmarks = [(ModelShape.gpt2, 8, 128), (.gpt2, 1, 512), (.minilm, 16, 128)].flatMap { shape, batch, length in
  ["base", "lm", "lmgrad"].map { modelBenchmark(shape, batch: batch, length: length, stage: $0) }
}

let precisionBenchmarks = [
  precisionBenchmark(.minilm, batch: 16, length: 128), precisionBenchmark(.gpt2, batch: 1, length: 512),
  generationBenchmark(.gpt2, batch: 1, tokens: 32), generationBenchmark(.gpt2, batch: 32, tokens: 32),
]
