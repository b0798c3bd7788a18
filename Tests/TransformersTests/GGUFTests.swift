import Foundation
import Support
import Tensors
import TestSupport
import Testing

@testable import Transformers

private func firstColumn(_ tensor: Tensor) -> [Float] { (0..<tensor.shape[0]).map { tensor[$0].pointer[0] } }

@Suite("GGUF files")
struct GGUFTests {
  @Test("of every format read as the independent dequantisation has them, bit for bit")
  func formats() throws {
    let file = try GGUFFile(Fixtures.url("weights/formats.gguf"))
    let expected = try SafetensorsFile(Fixtures.url("weights/formats.safetensors"))
    #expect(Set(file.entries.map(\.type)) == Set(GGUFType.allCases))
    for entry in file.entries {
      let tensor = file.tensor(entry)
      let reference = try expected.tensor(entry.name)
      #expect(tensor.shape == reference.shape)
      #expect(tensor.values.map(\.bitPattern) == reference.values.map(\.bitPattern), "\(entry.name)")
      // In another order of rows.
      let reversed = file.tensor(entry) { entry.rows - 1 - $0 }
      for row in 0..<entry.rows { #expect(reversed[row].values == tensor[entry.rows - 1 - row].values) }
    }
  }

  @Test("give what config.json would say", arguments: [UInt32(2), 3])
  func configuration(version: UInt32) throws {
    var file = GGUFBytes.llama()
    file.version = version
    try withWeights(["model.gguf": Data(file.bytes)]) { folder in
      for location in [folder, folder.appending(path: "model.gguf")] {
        let configuration = try ModelFiles(location).readConfiguration()
        #expect(configuration.architecture == "LlamaForCausalLM")
        #expect(try configuration.text("model_type") == "llama")
        #expect(try configuration.count("hidden_size") == 8)
        #expect(try configuration.count("num_hidden_layers") == 2)
        #expect(try configuration.count("num_key_value_heads") == 1)
        #expect(try configuration.count("vocab_size") == 10)
        #expect(try configuration.number("rms_norm_eps", default: 0) == 1e-5)
        #expect(try configuration.number("rope_theta", default: 0) == 100_000)
        #expect(try configuration.flag("tie_word_embeddings", default: false))
      }
    }
  }

  @Test("have Hugging Face's names, and its order of rows in queries and keys")
  func names() throws {
    try withWeights(["model.gguf": Data(GGUFBytes.llama().bytes)]) { folder in
      let checkpoint = try Checkpoint(folder)
      #expect(checkpoint.names.count == 20 && checkpoint.names[0] == "model.embed_tokens.weight")
      let query = try checkpoint.tensor("model.layers.1.self_attn.q_proj.weight", shape: [8, 8])
      #expect(firstColumn(query) == [0, 2, 1, 3, 4, 6, 5, 7])
      let key = try checkpoint.tensor("model.layers.0.self_attn.k_proj.weight", shape: [4, 8])
      #expect(firstColumn(key) == [0, 2, 1, 3])
      let value = try checkpoint.tensor("model.layers.0.self_attn.v_proj.weight", shape: [4, 8])
      #expect(firstColumn(value) == [0, 1, 2, 3])
      #expect(checkpoint.shape("model.layers.1.post_attention_layernorm.weight") == [8])
      #expect(checkpoint.shape("model.layers.1.mlp.down_proj.weight") == [8, 12])
    }
  }

  @Test("with Llama 3's frequency factors say so, with others they are refused")
  func frequencyFactors() throws {
    func scaling(_ factors: [Float]) throws -> Double {
      var file = GGUFBytes.llama()
      file.add("rope_freqs.weight", [2], factors)
      return try withWeights(["model.gguf": Data(file.bytes)]) { folder in
        #expect(try Checkpoint(folder).names.count == 20)
        let configuration = try Configuration(GGUFFile(folder.appending(path: "model.gguf")))
        let scaling = try #require(try configuration.section("rope_scaling"))
        #expect(try scaling.text("rope_type") == "llama3")
        return try scaling.number("factor")
      }
    }
    // Pair 1 turns 4.12 times in 8192 positions: not scaled at all.
    #expect(try scaling([1, 1]) == 1)
    #expect(throws: InputError.self) { try scaling([1, 8]) }
  }

  @Test("that cannot be used are refused with the reason")
  func refusals() throws {
    func line(_ change: (inout GGUFBytes) -> Void) throws -> String {
      var file = GGUFBytes.llama()
      change(&file)
      return try refusal(file.bytes, named: "a.gguf") { url in
        let checkpoint = try Checkpoint(url)
        for name in checkpoint.names { _ = try checkpoint.tensor(name, shape: checkpoint.shape(name) ?? []) }
        _ = try ModelFiles(url).readConfiguration()
      }
    }
    #expect(try line { _ in }.isEmpty)
    #expect(try line { $0.version = 1 }.contains("version 2 or 3, found 1"))
    #expect(try line { $0.version = UInt32(3).byteSwapped }.contains("big-endian"))
    #expect(try line { $0.add("blk.0.ffn_gate_inp.weight", [1], [0]) }.contains("blk.0.ffn_gate_inp.weight"))
    #expect(try line { $0.add("token_embd.weight", [1], [0]) }.contains("occurs twice"))
    #expect(try line { $0.add("output.weight", [256], type: 10, []) }.contains("found Q2_K"))
    #expect(try line { $0.add("output.weight", [33], type: 2, []) }.contains("does not fit"))
    #expect(try line { $0.add("output.weight", [1 << 62], [0]) }.contains("does not fit"))
    #expect(try line { $0.add("output.weight", [64], [0]) }.contains("do not lie in the file"))
    #expect(try line { $0.add("output.weight", [1], [.nan]) }.contains("NaN or infinite"))
    #expect(try line { $0.set("llama.expert_count", UInt32(8)) }.contains("expert_count"))
    #expect(try line { $0.set("llama.rope.scaling.type", "yarn") }.contains("yarn"))
    #expect(try line { $0.set("general.alignment", UInt32(0)) }.contains("general.alignment"))
    #expect(try line { $0.set("general.architecture", "mamba") }.contains("key occurs twice"))
    let architecture = try line {
      $0 = GGUFBytes()
      $0.set("general.architecture", "mamba")
    }
    #expect(architecture.contains("expected llama, qwen2, qwen3, found \"mamba\""))
  }

  @Test("that are damaged in any way are refused or read, nothing else", arguments: [false, true])
  func fuzz(isLlama: Bool) throws {
    var llama = GGUFBytes.llama()
    llama.set("tokenizer.ggml.model", "gpt2")
    llama.set("tokenizer.ggml.pre", "smollm")
    llama.set("tokenizer.ggml.tokens", ["a", "b", "ab", "c", "d", "e", "f", "g", "h", "<|end|>"])
    llama.set("tokenizer.ggml.token_type", [1, 1, 1, 1, 1, 1, 1, 1, 1, 3] as [Int32])
    llama.set("tokenizer.ggml.merges", ["a b"])
    llama.set("tokenizer.ggml.bos_token_id", UInt32(9))
    llama.set("tokenizer.ggml.add_bos_token", true)
    let original = isLlama ? llama.bytes : [UInt8](try Data(contentsOf: Fixtures.url("weights/formats.gguf")))
    var generator = SeededGenerator(seed: 5)
    try withWeights([:]) { folder in
      let url = folder.appending(path: "mutant.gguf")
      var refused = 0
      for round in 0..<3000 {
        // The data take most of the file: damage its head more often.
        let head = round % 3 == 0 ? original.count : original.count / 3
        try Data(mutated(Array(original[..<head]), &generator) + original[head...]).write(to: url)
        do {
          if isLlama {
            _ = try ModelFiles(url).readConfiguration()
            let checkpoint = try Checkpoint(url)
            for name in checkpoint.names { _ = try checkpoint.tensor(name, shape: checkpoint.shape(name) ?? []) }
            #expect(try Tokenizer(directory: url).encode("abc 12").count > 0)
          } else {
            let file = try GGUFFile(url)
            for entry in file.entries { _ = file.tensor(entry) }
          }
        } catch is InputError { refused += 1 }
      }
      #expect(refused > 1000 && refused < 3000)
    }
  }
}

@Suite("Tokenizers that GGUF files carry")
struct GGUFTokenizerTests {
  private func tokenizer(_ change: (inout GGUFBytes) throws -> Void) throws -> Tokenizer {
    var file = GGUFBytes.llama()
    try change(&file)
    return try withWeights(["model.gguf": Data(file.bytes)]) { folder in
      let tokenizer = try Tokenizer(directory: folder)
      #expect(tokenizer.files.map { URL(filePath: $0).lastPathComponent } == ["model.gguf"])
      return tokenizer
    }
  }

  @Test("cut text as the same tokenizer.json does")
  func bytePairs() throws {
    let folder = Fixtures.url("tokenizers/gpt2_bpe")
    let usual = try Tokenizer(directory: folder)
    let tokens = try (0..<Int32(usual.vocabularySize)).map { try #require(usual.token($0)) }
    let carried = try tokenizer { file in
      file.set("tokenizer.ggml.model", "gpt2")
      file.set("tokenizer.ggml.pre", "gpt-2")
      file.set("tokenizer.ggml.tokens", tokens)
      file.set("tokenizer.ggml.token_type", (0..<Int32(tokens.count)).map { usual.isSpecial($0) ? Int32(3) : 1 })
      let merges = try String(contentsOf: folder.appending(path: "merges.txt"), encoding: .utf8)
      file.set(
        "tokenizer.ggml.merges", merges.split(separator: "\n").filter { !$0.hasPrefix("#version") }.map(String.init))
      file.set("tokenizer.ggml.bos_token_id", UInt32(5))
      file.set("tokenizer.ggml.add_bos_token", true)
    }
    #expect(carried.openingTokens == [5] && carried.roles.beginning == 5)
    let cases = try JSONDecoder().decode(
      TokenizerCases.self, from: Data(contentsOf: folder.appending(path: "cases.json"))
    ).cases
    for item in cases {
      let encoding = carried.encode(item.text, addSpecialTokens: false)
      #expect(encoding.ids == item.plain.ids, "\(item.text.debugDescription)")
      #expect(carried.encode(item.text).ids == [5] + item.plain.ids)
      #expect(carried.encode(item.text, addSpecialTokens: false).texts == usual.encode(item.text).texts)
    }
  }

  @Test(
    "cut text as the same SentencePiece model does", .enabled(if: Fixtures.shared("reference/sentencepiece") != nil))
  func sentencePiece() throws {
    guard let folder = Fixtures.shared("reference/sentencepiece/spm_bpe") else { return }
    let usual = try Tokenizer(directory: folder)
    let model = try SentencePieceFile(folder.appending(path: "spiece.model"))
    let carried = try tokenizer { file in
      file.set("tokenizer.ggml.model", "llama")
      file.set("tokenizer.ggml.tokens", model.pieces.map(\.text))
      file.set("tokenizer.ggml.scores", model.pieces.map(\.score))
      file.set("tokenizer.ggml.token_type", model.pieces.map { Int32($0.kind.rawValue) })
      file.set("tokenizer.ggml.bos_token_id", UInt32(1))
      file.set("tokenizer.ggml.eos_token_id", UInt32(2))
      file.set("tokenizer.ggml.unknown_token_id", UInt32(0))
      file.set("tokenizer.ggml.remove_extra_whitespaces", model.removesExtraSpaces)
    }
    #expect(carried.openingTokens == [1] && carried.roles.end == 2)
    for text in ["The old cabinet.", " two  spaces ", "naïve 東京 🙂", "", "x\ny\tz 123"] {
      #expect(carried.encode(text).ids == usual.encode(text).ids, "\(text.debugDescription)")
      #expect(carried.decode(usual.encode(text).ids) == usual.decode(usual.encode(text).ids))
    }
  }

  @Test("of an unknown kind are refused by name")
  func unknown() throws {
    #expect { try tokenizer { _ in } } throws: { "\($0)".contains("has no tokenizer") }
    #expect {
      try tokenizer {
        $0.set("tokenizer.ggml.model", "bert")
        $0.set("tokenizer.ggml.tokens", ["a"])
      }
    } throws: { "\($0)".contains("found \"bert\"") }
    #expect {
      try tokenizer {
        $0.set("tokenizer.ggml.model", "gpt2")
        $0.set("tokenizer.ggml.pre", "viking")
        $0.set("tokenizer.ggml.tokens", ["a"])
        $0.set("tokenizer.ggml.merges", [String]())
      }
    } throws: { "\($0)".contains("found \"viking\"") }
  }
}
