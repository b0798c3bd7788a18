import Foundation
import Support
import Tensors
import TestSupport
import Testing

@testable import Transformers

/// Continuations by Hugging Face's `generate`.
private struct GenerationCase: CustomTestStringConvertible, Sendable {
  let model: String
  private let fields: JSONObject
  let limit: Int
  let inputs: [[Int32]]
  let outputs: [[Int32]]

  static let all: [GenerationCase] = {
    let list = (try? JSON(contentsOf: Fixtures.url("generation/cases.json")))?.elements ?? []
    return list.compactMap { item in
      func ids(_ key: String) -> [[Int32]]? {
        item[key]?.elements?.map { $0.elements?.compactMap { $0.number?.integer.map(Int32.init) } ?? [] }
      }
      guard let model = item["model"]?.string, let rules = item["rules"]?.members,
        let limit = item["limit"]?.number?.integer, let inputs = ids("inputs"), let outputs = ids("outputs")
      else { return nil }
      return GenerationCase(model: model, fields: rules, limit: limit, inputs: inputs, outputs: outputs)
    }
  }()

  var testDescription: String { "\(model) \(fields.keys.sorted().joined(separator: " "))" }

  var rules: Configuration? { fields.isEmpty ? nil : Configuration(path: "rules", fields: fields) }

  /// The model, with the case's rules added to its own.
  func load() throws -> Model {
    let model = try Model(directory: Fixtures.url("models/\(model)"))
    guard let rules else { return model }
    var changed = try GenerationRules(rules)
    if !rules.has("eos_token_id") { changed.endTokens = model.generationRules.endTokens }
    if !rules.has("forced_eos_token_id") { changed.forcedLast = model.generationRules.forcedLast }
    changed.decoderStart = model.generationRules.decoderStart
    changed.banned.removeAll { words in changed.endTokens.contains { [$0] == words } }
    return Model(
      description: model.description, parameters: model.parameters, network: model.network, generationRules: changed)
  }
}

@Suite struct GenerationTests {
  @Test("Greedy continuations are those of the reference library", arguments: GenerationCase.all)
  fileprivate func matchesReference(item: GenerationCase) throws {
    let model = try item.load(), request = GenerationRequest(maximumTokens: item.limit)
    let found =
      model.description.encoder == nil
      ? try model.continuations(of: item.inputs, request) : try model.targets(of: item.inputs, request)
    #expect(found == item.outputs)
  }

  @Test("There are cases") func casesAreRead() { #expect(GenerationCase.all.count == 24) }

  @Test(
    "At every step the logits behind a cache are those of the whole text without one",
    arguments: GenerationCase.all.filter { $0.rules == nil })
  fileprivate func cacheIsExact(item: GenerationCase) throws {
    let model = try item.load(), d = model.description, request = GenerationRequest(maximumTokens: item.limit)
    for (input, output) in zip(item.inputs, item.outputs) {
      let start = d.encoder == nil ? input : [try #require(d.decoderStart.map { Int32($0) })]
      var generation = try Generation(
        model, request, places: [0], prompts: [start], sources: d.encoder == nil ? nil : [input])
      var steps = 0
      while try generation.step() {
        let text = start + output.prefix(steps)
        var whole = ModelInput(rows: [d.encoder == nil ? text : input], pad: 0)
        if d.encoder != nil { whole.target = ModelInput.Target(length: text.count, ids: text) }
        let logits = try #require(try model.run(whole, TraceRequest(sites: [.logits]))[.logits])
        let last = logits[0][text.count - 1].reshaped([1, d.vocabulary])
        let cached = try #require(generation.logits)
        #expect(cached.largestDifference(from: last) <= 2e-5 * max(1, last.largest), "step \(steps)")
        steps += 1
      }
      #expect(steps == output.count)
    }
  }

  @Test("A continuation does not depend on what runs beside it", arguments: ["mistral", "gpt_neo", "marian"])
  func batchesDoNotMatter(name: String) throws {
    let item = try #require(GenerationCase.all.first { $0.model == name && $0.rules == nil })
    let model = try item.load()
    let request = GenerationRequest(maximumTokens: item.limit)
    func run(_ inputs: [[Int32]]) throws -> [[Int32]] {
      try model.description.encoder == nil
        ? model.continuations(of: inputs, request) : model.targets(of: inputs, request)
    }
    let many = try run(Array(repeating: item.inputs, count: 20).flatMap { $0 })
    #expect(many == Array(repeating: item.outputs, count: 20).flatMap { $0 })
    #expect(try run([]) == [])
  }

  @Test(
    "Texts of other lengths beside it change no bit of a text's logits",
    arguments: ["llama", "gpt_neo", "mistral", "opt", "bart", "t5"])
  func lengthsDoNotMatter(name: String) throws {
    let model = try Model(directory: Fixtures.url("models/\(name)")), isPair = model.description.encoder != nil
    let lengths = [5, 1, 9, 5, 3, 12, 2]
    let texts = lengths.enumerated().map { row, length in (0..<length).map { Int32(3 + (row * 7 + $0 * 5) % 40) } }
    func logits(_ rows: [Int]) throws -> [[Int: [Float]]] {
      let own = rows.map { isPair ? [Int32(model.description.decoderStart ?? 0)] : texts[$0] }
      var generation = try Generation(
        model, GenerationRequest(maximumTokens: 8), places: rows, prompts: own,
        sources: isPair ? rows.map { texts[$0] } : nil)
      var steps: [[Int: [Float]]] = []
      while true {
        let live = generation.live
        guard try generation.step(), let found = generation.logits else { return steps }
        steps.append(Dictionary(uniqueKeysWithValues: live.enumerated().map { (rows[$1], found[$0].values) }))
      }
    }
    let together = try logits(Array(lengths.indices))
    for row in lengths.indices {
      for (step, alone) in try logits([row]).enumerated() {
        // An encoder pads its sources to the longest.
        if isPair {
          let pairs = zip(try #require(together[step][row]), try #require(alone[row]))
          #expect(pairs.allSatisfy { abs($0 - $1) <= 1e-5 * max(1, abs($1)) }, "\(row) at \(step)")
        } else {
          #expect(together[step][row] == alone[row], "\(row) at \(step)")
        }
      }
    }
  }

  @Test("Sampling repeats itself with its seed, keeps to the likeliest tokens and follows their probabilities")
  func sampling() throws {
    let logits: [Float] = [0, 2, 1, -1, 1.5]
    func draw(_ sampling: TokenChoice.Sampling, _ count: Int) -> [Int] {
      var generator = TokenChoice.sampling(sampling).generator(text: 3), counts = [Int](repeating: 0, count: 5)
      for _ in 0..<count {
        let token = logits.withUnsafeBufferPointer { TokenChoice.sampling(sampling).token($0, &generator) }
        counts[Int(token)] += 1
      }
      return counts
    }
    let free = draw(TokenChoice.Sampling(temperature: 0.7, seed: 5), 20_000)
    let weights = logits.map { exp(Double($0) / 0.7) }
    for (count, weight) in zip(free, weights) {
      let share = weight / weights.reduce(0, +)
      #expect(abs(Double(count) / 20_000 - share) < 4 * (share * (1 - share) / 20_000).squareRoot())
    }
    #expect(free == draw(TokenChoice.Sampling(temperature: 0.7, seed: 5), 20_000))
    #expect(free != draw(TokenChoice.Sampling(temperature: 0.7, seed: 6), 20_000))
    #expect(draw(TokenChoice.Sampling(topK: 2, seed: 1), 500).map { $0 > 0 } == [false, true, false, false, true])
    // Shares of 0.44, 0.27, 0.16, 0.06, 0.02: two reach 0.7, one reaches 0.4.
    #expect(draw(TokenChoice.Sampling(topP: 0.7, seed: 1), 500).map { $0 > 0 } == [false, true, false, false, true])
    #expect(draw(TokenChoice.Sampling(topP: 0.4, seed: 1), 500) == [0, 500, 0, 0, 0])
  }

  @Test("Sampled texts are the same again, and greedy ones at a temperature near 0")
  func sampledTexts() throws {
    let item = try #require(GenerationCase.all.first { $0.model == "llama" && $0.rules == nil })
    let model = try item.load()
    func run(_ temperature: Double, _ seed: UInt64) throws -> [[Int32]] {
      try model.continuations(
        of: item.inputs,
        GenerationRequest(
          maximumTokens: item.limit,
          choice: .sampling(TokenChoice.Sampling(temperature: temperature, topK: 50, topP: 0.95, seed: seed))))
    }
    #expect(try run(1, 3) == run(1, 3))
    #expect(try run(1, 3) != run(1, 4))
    #expect(try run(1e-4, 3) == item.outputs)
  }

  @Test("Texts end at the model's last position")
  func positionLimit() throws {
    let model = try Model(directory: Fixtures.url("models/mistral"))
    let prompt = [Int32](repeating: 7, count: 60)
    #expect(try model.continuations(of: [prompt], GenerationRequest(maximumTokens: 100)).map(\.count) == [4])
    #expect(
      try model.continuations(of: [Array(repeating: 7, count: 64)], GenerationRequest(maximumTokens: 100)) == [[]])
  }

  @Test("What cannot be continued is refused in one line")
  func refusals() throws {
    let llama = try Model(directory: Fixtures.url("models/llama"))
    let bert = try Model(directory: Fixtures.url("models/bert_mlm"))
    let request = GenerationRequest(maximumTokens: 4)
    func expect(_ words: String, _ body: () throws -> Void) {
      #expect { try body() } throws: { "\($0)".contains(words) }
    }
    expect("a causal language model") { _ = try bert.continuations(of: [[1]], request) }
    expect("an encoder–decoder") { _ = try llama.targets(of: [[1]], request) }
    expect("is empty") { _ = try llama.continuations(of: [[1], []], request) }
    expect("out of range") { _ = try llama.continuations(of: [[120]], request) }
    expect("longer than the model's positions") {
      _ = try llama.continuations(of: [Array(repeating: 1, count: 65)], request)
    }
    expect("temperature") {
      _ = try llama.continuations(
        of: [[1]],
        GenerationRequest(maximumTokens: 4, choice: .sampling(TokenChoice.Sampling(temperature: 0, seed: 0))))
    }
    func ruled(_ fields: String) throws -> Model {
      Model(
        description: llama.description, parameters: llama.parameters, network: llama.network,
        generationRules: try GenerationRules(Configuration(path: "rules", contents: Data(fields.utf8))))
    }
    expect("\"sequence_bias\"") { _ = try ruled(#"{"sequence_bias": [[[1], 2.0]]}"#).continuations(of: [[1]], request) }
    expect("\"guidance_scale\"") { _ = try ruled(#"{"guidance_scale": 2}"#).continuations(of: [[1]], request) }
    expect("beyond the vocabulary") {
      _ = try ruled(#"{"forced_eos_token_id": 120}"#).continuations(of: [[1]], request)
    }
    expect("ids of tokens") { _ = try ruled(#"{"eos_token_id": "end"}"#) }
    #expect(
      try ruled(#"{"bad_words_ids": [[500]], "eos_token_id": 50256}"#).continuations(of: [[1]], request)[0].count == 4)
  }
}
