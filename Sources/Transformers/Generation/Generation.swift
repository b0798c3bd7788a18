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
  /// Texts run together whatever their lengths, and none that has ended is run on; a continuation does not depend on the
  /// other prompts, but a sampled one on its place among them.
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
    for rows in groups(prompts.map(\.count), ofOneLength: description.stack.similarity == .linear, request) {
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
  /// Lengths of the prompts, and of the whole texts at most.
  private let prompts: [Int]
  private let limits: [Int]
  /// What goes in next: whole prompts, those of one length together, then one token of each text that goes on; with the
  /// texts they belong to.
  private var inputs: [(input: ModelInput, rows: [Int])]
  private let cache: KeyValueCache
  private var texts: [[Int32]]
  private var generators: [SeededGenerator]
  /// The texts that go on.
  private(set) var live: [Int]
  /// The last step's logits `[live before it, V]`, before the model's rules.
  private(set) var logits: Tensor?

  /// - Parameters:
  ///   - places: what distinguishes the texts' draws.
  ///   - prompts: with `sources` what the targets begin with, of one length.
  init(
    _ model: Model, _ request: GenerationRequest, places: [Int], prompts: [[Int32]], sources: [[Int32]]? = nil
  ) throws {
    try model.generationRules.check(model.description)
    try request.choice.check()
    self.model = model
    self.request = request
    self.prompts = prompts.map(\.count)
    let most = model.description.maximumPositions
    limits = prompts.map { min($0.count + request.maximumTokens, most) }
    let groups = Dictionary(grouping: prompts.indices) { prompts[$0].count }.sorted { $0.key < $1.key }
    let begun = try groups.map { length, rows in
      let pad = sources == nil ? 0 : Int32(model.description.padToken ?? 0)
      var input = ModelInput(rows: rows.map { (sources ?? prompts)[$0] }, pad: pad)
      if sources != nil {
        input.target = ModelInput.Target(length: length, ids: rows.flatMap { prompts[$0] })
      }
      return (input: try input.checked(against: model.description), rows: rows)
    }
    inputs = begun.filter { prompts[$0.rows[0]].count < most && request.maximumTokens > 0 }
    live = inputs.flatMap(\.rows)
    cache = KeyValueCache(texts: prompts.count, layers: model.description.layers, capacity: limits.max() ?? 0)
    texts = prompts
    generators = places.map(request.choice.generator)
  }

  var continuations: [[Int32]] { zip(texts, prompts).map { Array($0[$1...]) } }

  /// Adds a token to every text that goes on; false where none does. A text ends without one where a logit is NaN, for
  /// then none is the likeliest.
  mutating func step() throws -> Bool {
    guard !live.isEmpty else { return false }
    var parts: [Tensor] = []
    for (input, rows) in inputs {
      cache.rows = rows
      var pass = ForwardPass(model, input, TraceRequest())
      parts.append(try pass.next(cache))
    }
    let seen = parts.count == 1 ? parts[0] : Tensor(joining: parts)  // [live, V]
    logits = seen
    let tokens = chosen(seen)
    let width = seen.shape[1]
    let hasNaN = mapPieces(live.count) { row in
      UnsafeBufferPointer(start: seen.pointer + row * width, count: width).reduce(false) { $0 || $1.isNaN }
    }
    let decided = live.indices.filter { !hasNaN[$0] }
    for row in decided { texts[live[row]].append(tokens[row]) }
    let ends = model.generationRules.endTokens
    let going = decided.filter { !ends.contains(tokens[$0]) && texts[live[$0]].count < limits[live[$0]] }
    live = going.map { live[$0] }
    let next = going.map { tokens[$0] }
    var input = ModelInput(batch: next.count, length: 1, ids: next, mask: Array(repeating: 1, count: next.count))
    if model.description.encoder != nil { input.target = ModelInput.Target(length: 1, ids: next) }
    inputs = [(input, live)]
    return true
  }

  private mutating func chosen(_ logits: Tensor) -> [Int32] {
    let rules = model.generationRules, width = logits.shape[1]
    var tokens = [Int32](repeating: 0, count: live.count)
    let (choice, texts, live, prompts, limits) = (request.choice, texts, live, prompts, limits)
    tokens.withUnsafeMutableBufferPointer { tokens in
      generators.withUnsafeMutableBufferPointer { generators in
        nonisolated(unsafe) let tokens = tokens, generators = generators
        forEachPiece(live.count) { index in
          let row = Tensor(uninitialized: [width])
          row.pointer.update(from: logits.pointer + index * width, count: width)
          rules.apply(
            to: UnsafeMutableBufferPointer(start: row.pointer, count: width), after: texts[live[index]],
            prompt: prompts[live[index]], limit: limits[live[index]])
          tokens[index] = choice.token(UnsafeBufferPointer(start: row.pointer, count: width), &generators[live[index]])
        }
      }
    }
    return tokens
  }
}
