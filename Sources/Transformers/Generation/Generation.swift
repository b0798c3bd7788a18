import Support
import Tensors

/// How far texts are continued, and how each token is chosen.
package struct GenerationRequest: Hashable, Sendable {
  /// Of each continuation; fewer where an end token comes before, or the model's positions end.
  package var maximumTokens: Int
  package var choice: TokenChoice

  package init(maximumTokens: Int, choice: TokenChoice = .greedy) {
    self.maximumTokens = maximumTokens
    self.choice = choice
  }
}

extension Model {
  /// What a language model writes after each prompt: its new tokens, with the end token that it came to; cut where its
  /// logits become NaN.
  ///
  /// Prompts of one length run together, and none that ends before the others is run on; a continuation does not depend
  /// on the other prompts, but a sampled one on its place among them.
  ///
  /// - Throws: `InputError` for a model that is none, for prompts that are empty, too long or beyond the vocabulary, and
  ///   for rules of the model that are not known here.
  package func continuations(of prompts: [[Int32]], _ request: GenerationRequest) throws -> [[Int32]] {
    guard description.head == .languageModel else {
      throw InputError(
        at: "generation", phrase("error.doesNotApply"), expected: phrase("expected.causalLanguageModel"),
        found: description.task.text)
    }
    var results = [[Int32]](repeating: [], count: prompts.count)
    for rows in groups(prompts.map(\.count), ofOneLength: true, request) {
      var generation = try Generation(self, request, places: rows, prompts: rows.map { prompts[$0] })
      while try generation.step() {}
      for (row, text) in zip(rows, generation.continuations) { results[row] = text }
    }
    return results
  }

  /// What an encoder–decoder writes for each source: the target's tokens after the one that it begins with, with the end
  /// token that it came to; as labels, they make the target that the decoder reads.
  ///
  /// - Throws: `InputError` for a model that is none, for sources that are empty, too long or beyond the vocabulary, and
  ///   for rules of the model that are not known here.
  package func targets(of sources: [[Int32]], _ request: GenerationRequest) throws -> [[Int32]] {
    guard description.encoder != nil,
      let start = generationRules.decoderStart ?? description.decoderStart.map(Int32.init)
    else {
      throw InputError(
        at: "generation", phrase("error.doesNotApply"), expected: phrase("expected.anEncoderDecoder"),
        found: description.task.text)
    }
    var results = [[Int32]](repeating: [], count: sources.count)
    for rows in groups(sources.map(\.count), ofOneLength: false, request) {
      var generation = try Generation(
        self, request, places: rows, prompts: rows.map { _ in [start] }, sources: rows.map { sources[$0] })
      while try generation.step() {}
      for (row, text) in zip(rows, generation.continuations) { results[row] = text }
    }
    return results
  }

  /// Rows sorted by length, cut so that a batch's keys and values take at most `cachedBytes`.
  private func groups(_ lengths: [Int], ofOneLength: Bool, _ request: GenerationRequest) -> [[Int]] {
    let order = lengths.indices.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
    let perPosition = description.layers * description.stack.keyValueWidth * 2 * MemoryLayout<Float>.size
    var groups: [[Int]] = []
    for row in order {
      let positions = min(lengths[row] + request.maximumTokens, description.maximumPositions)
      let most = min(largestBatch, cachedBytes / max(1, perPosition * positions))
      if let last = groups.last, last.count < most, !ofOneLength || lengths[last[0]] == lengths[row] {
        groups[groups.count - 1].append(row)
      } else {
        groups.append([row])
      }
    }
    return groups
  }
}

private let largestBatch = 64
private let cachedBytes = 256 << 20

/// Texts of one batch that grow by a token a step.
struct Generation {
  private let model: Model
  private let request: GenerationRequest
  private let prompt: Int
  /// Tokens of a text, prompt included, at most.
  private let limit: Int
  /// What goes in next: the whole prompts, then one token of each text that goes on.
  private var input: ModelInput
  private let cache: KeyValueCache
  private var texts: [[Int32]]
  private var generators: [SeededGenerator]
  /// The texts that go on, in the order of the cache's rows.
  private(set) var live: [Int]
  /// The last step's logits `[live before it, V]`, before the model's rules.
  private(set) var logits: Tensor?

  /// - Parameters:
  ///   - places: what distinguishes the texts' draws.
  ///   - prompts: of one length; with `sources`, what the targets begin with.
  init(
    _ model: Model, _ request: GenerationRequest, places: [Int], prompts: [[Int32]], sources: [[Int32]]? = nil
  ) throws {
    try model.generationRules.check(model.description)
    try request.choice.check()
    self.model = model
    self.request = request
    prompt = prompts.first?.count ?? 0
    limit = min(prompt + request.maximumTokens, model.description.maximumPositions)
    if let sources {
      input = ModelInput(rows: sources, pad: Int32(model.description.padToken ?? 0))
      input.target = ModelInput.Target(length: prompt, ids: prompts.flatMap { $0 })
    } else {
      input = ModelInput(rows: prompts, pad: 0)
    }
    input = try input.checked(against: model.description)
    cache = KeyValueCache(layers: model.description.layers, capacity: limit)
    texts = prompts
    generators = places.map(request.choice.generator)
    live = prompt < limit ? Array(prompts.indices) : []
  }

  var continuations: [[Int32]] { texts.map { Array($0[prompt...]) } }

  /// Adds a token to every text that goes on; false where none does. A text ends without one where a logit is NaN, for
  /// then none is the likeliest.
  mutating func step() throws -> Bool {
    guard !live.isEmpty else { return false }
    var pass = ForwardPass(model, input, TraceRequest())
    let seen = try pass.next(cache)  // [live, V]
    logits = seen
    let tokens = chosen(seen)
    let width = seen.shape[1]
    let decided = live.indices.filter { row in (0..<width).allSatisfy { !seen.pointer[row * width + $0].isNaN } }
    for row in decided { texts[live[row]].append(tokens[row]) }
    let ends = model.generationRules.endTokens
    let going = decided.filter { !ends.contains(tokens[$0]) && texts[live[$0]].count < limit }
    if going.count < live.count && !going.isEmpty { cache.keep(going) }
    live = going.map { live[$0] }
    let next = going.map { tokens[$0] }
    input = ModelInput(batch: next.count, length: 1, ids: next, mask: Array(repeating: 1, count: next.count))
    if model.description.encoder != nil { input.target = ModelInput.Target(length: 1, ids: next) }
    return true
  }

  private mutating func chosen(_ logits: Tensor) -> [Int32] {
    let rules = model.generationRules, width = logits.shape[1]
    var tokens = [Int32](repeating: 0, count: live.count)
    let (choice, texts, live, prompt, limit) = (request.choice, texts, live, prompt, limit)
    tokens.withUnsafeMutableBufferPointer { tokens in
      generators.withUnsafeMutableBufferPointer { generators in
        nonisolated(unsafe) let tokens = tokens, generators = generators
        forEachPiece(live.count) { index in
          let row = Tensor(uninitialized: [width])
          row.pointer.update(from: logits.pointer + index * width, count: width)
          rules.apply(
            to: UnsafeMutableBufferPointer(start: row.pointer, count: width), after: texts[live[index]],
            prompt: prompt, limit: limit)
          tokens[index] = choice.token(UnsafeBufferPointer(start: row.pointer, count: width), &generators[live[index]])
        }
      }
    }
    return tokens
  }
}
