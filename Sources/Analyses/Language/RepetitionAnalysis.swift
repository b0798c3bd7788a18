package import Engine
package import Results
import Support
import Transformers

/// Lets the model continue documents of the corpus greedily, and counts what it says again; the documents' own
/// continuations beside it. Definitions: `RepetitionMetrics`.
///
/// Of the documents those are taken whose hash is smallest, long ones first: `prompts` that go on for at least
/// `newTokens` behind a prompt of `promptTokens` if the corpus has as many. A shorter document gives its first half as
/// the prompt. The model writes when the corpus has been seen. An encoder–decoder reads a whole document and writes its
/// target, beside that of the corpus where it has one.
package struct RepetitionAnalysis: Experiment {
  package static let id = RepetitionMetrics.analysis
  static let prompts = 32
  static let promptTokens = 32
  static let newTokens = 64
  /// Longest n-gram.
  static let longest = 8

  /// The beginning of a document, and how it goes on.
  struct Prompt: Codable, Sendable {
    var hash: UInt64
    var id: String
    var tokens: [Int32]
    var rest: [Int32]

    private var isShort: Bool { rest.count < newTokens }

    func precedes(_ other: Prompt) -> Bool {
      (isShort ? 1 : 0, hash, id) < (other.isShort ? 1 : 0, other.hash, other.id)
    }
  }

  package struct State: AnalysisState {
    fileprivate var kept: [Prompt] = []

    package mutating func merge(_ later: State) {
      kept += later.kept
      shorten()
    }

    package func fits(_ later: State) -> Bool { true }

    fileprivate mutating func shorten() {
      guard kept.count > RepetitionAnalysis.prompts else { return }
      kept = Array(kept.sorted { $0.precedes($1) }.prefix(RepetitionAnalysis.prompts))
    }
  }

  /// Continuations that are shown.
  static let shown = 6

  let model: Model
  private let tokenizer: Tokenizer?

  package init(_ context: AnalysisContext) {
    model = context.model
    tokenizer = context.tokenizer
  }

  private var continues: Bool { model.description.writesText }

  package var needs: Needs {
    var needs = Needs()
    needs.documents = continues
    return needs
  }

  package var empty: State { State() }

  package func observe(_ observation: Observation, into state: inout State) throws {
    guard case .corpus = observation.stream, continues else { return }
    if model.description.encoder == nil {
      state.kept += observation.documents.compactMap(prompt)
    } else {
      for (index, document) in observation.documents.enumerated() {
        let target = index < observation.targets.count ? text(observation.targets[index]).dropFirst() : []
        state.kept.append(
          Prompt(
            hash: document.hash, id: document.id, tokens: document.ids, rest: Array(target.prefix(Self.newTokens))))
      }
    }
    state.shorten()
  }

  /// The tokens of a document without those that close it.
  private func text(_ document: TokenizedDocument) -> [Int32] {
    Array(document.ids.prefix((document.kinds.lastIndex { $0 != .closing } ?? -1) + 1))
  }

  /// What a language model gets of a document; nil where it is too short.
  private func prompt(_ document: TokenizedDocument) -> Prompt? {
    let text = text(document)
    let length = min(Self.promptTokens, text.count / 2, model.description.maximumPositions / 2)
    guard length > 0 else { return nil }
    return Prompt(
      hash: document.hash, id: document.id, tokens: Array(text[..<length]),
      rest: Array(text[length...].prefix(Self.newTokens)))
  }

  package func finish(_ state: State, _ runner: Runner) throws -> AnalysisResult {
    func notApplicable(_ reason: Message) -> AnalysisResult {
      AnalysisResult(id: Self.id, notApplicable: reason)
    }
    guard continues else {
      return notApplicable(Message("note.repetition.noText", ["task": model.description.task]))
    }
    if let unknown = model.generationRules.unknown { return notApplicable(Message(verbatim: "\(unknown)")) }
    let prompts = state.kept.sorted { $0.precedes($1) }
    guard !prompts.isEmpty else { return notApplicable(Message("note.repetition.none")) }
    let request = GenerationRequest(maximumTokens: Self.newTokens)
    let isPair = model.description.encoder != nil
    let written = try runner.written(prompts.map(\.tokens), request)
    let ends = model.generationRules.endTokens
    let texts = written.map { text in text.last.map(ends.contains) == true ? text.dropLast() : text[...] }
    // Targets that the corpus lacks are the model's own.
    let hasCorpus = !isPair || zip(prompts, texts).contains { !$1.prefix($0.rest.count).elementsEqual($0.rest) }
    var (own, corpus) = (RepetitionCounts(), RepetitionCounts())
    for (prompt, text) in zip(prompts, texts) {
      let weights = BootstrapWeights(hash: prompt.hash)
      own.add(text, weights)
      if hasCorpus { corpus.add(prompt.rest, weights) }
    }
    let hasCut = zip(prompts, written).contains { isCut($1, after: isPair ? 1 : $0.tokens.count) }
    func said(_ quantity: Quantity) -> Quantity { hasCut ? Quantity(.nan, n: prompts.count) : quantity }
    func table(_ metric: Metric, _ quantity: Quantity) -> MetricTable {
      MetricTable(metric, [MetricTable.Row(.model, quantity)])
    }
    var result = AnalysisResult(id: Self.id)
    result.tables = [
      table(RepetitionMetrics.rate, said(own.rate(of: 4))), table(RepetitionMetrics.corpusRate, corpus.rate(of: 4)),
      table(RepetitionMetrics.loops, said(own.loops)), table(RepetitionMetrics.length, said(own.length)),
    ]
    result[RepetitionMetrics.byLength] = array((1...Self.longest).map { (said(own.rate(of: $0)), corpus.rate(of: $0)) })
    result[RepetitionMetrics.alongText] = array(
      (0..<RepetitionCounts.stretches).map { (said(own.rate(inStretch: $0)), corpus.rate(inStretch: $0)) })
    if let tokenizer, !isPair {
      result[RepetitionMetrics.examples] = prompts.indices.prefix(Self.shown).map { index in
        func text(_ ids: some Sequence<Int32>) -> String { tokenizer.decode(Array(ids), skipSpecialTokens: true) }
        return (text(prompts[index].tokens), text(texts[index]), text(prompts[index].rest))
      }
    }
    let lengths = prompts.map(\.tokens.count)
    let given =
      lengths.min() == lengths.max()
      ? Message(verbatim: "\(lengths[0])")
      : Message("note.repetition.range", ["min": lengths.min() ?? 0, "max": lengths.max() ?? 0])
    result.notes = [
      Note(
        isPair
          ? Message("note.repetition.targets", ["prompts": prompts.count, "newTokens": Self.newTokens])
          : Message(
            "note.repetition.continuations",
            ["prompts": prompts.count, "given": given, "newTokens": Self.newTokens]))
    ]
    return result
  }

  /// Whether a text ended before it had to, at logits that are NaN.
  private func isCut(_ text: [Int32], after prompt: Int) -> Bool {
    text.count < min(Self.newTokens, model.description.maximumPositions - prompt)
      && text.last.map { !model.generationRules.endTokens.contains($0) } ?? true
  }

  private func array(_ rates: [(model: Quantity, corpus: Quantity)]) -> NumericArray {
    NumericArray(
      shape: [2, rates.count, 3],
      values: (rates.map(\.model) + rates.map(\.corpus)).flatMap { quantity -> [Float] in
        let value = quantity.value.map { Float($0) } ?? .nan
        let interval = quantity.interval
        return [value, interval.map { Float($0.lowerBound) } ?? .nan, interval.map { Float($0.upperBound) } ?? .nan]
      })
  }
}
