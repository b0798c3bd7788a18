package import Engine
import Foundation
package import Results
import Support
import Tensors
package import Transformers

/// How good the model is at its own task: what a reader asks first. Definitions: `QualityMetrics`.
///
/// A language model by the loss of its tokens and how often the likeliest was right, a masked one by the tokens that were
/// masked; a classifier by its classes; an encoder–decoder by the loss of the corpus's targets and by its greedy
/// translations of the documents with the smallest hash, at most `mostTranslations`.
package struct QualityAnalysis: Experiment {
  package static let id = QualityMetrics.analysis
  static let mostTranslations = 200
  static let mostExamples = 8
  static let mostHard = 8
  static let mostTexts = 3
  /// Tokens of a text that is read well in a figure, and what is shown of longer ones.
  static let moderate = 8...60, longestText = 80
  /// Of a confusion matrix.
  static let mostClasses = 64

  /// A source and its reference.
  struct Pair: Codable, Sendable {
    var hash: UInt64
    var id: String
    var source: [Int32]
    var reference: String

    func precedes(_ other: Pair) -> Bool { (hash, id) < (other.hash, other.id) }
  }

  struct Hard: Codable, Sendable {
    var id: String
    var loss: Double
    var label: Int
    var named: Int

    func precedes(_ other: Hard) -> Bool { loss == other.loss ? id < other.id : loss > other.loss }
  }

  /// The loss of each token of a text but the first.
  struct Text: Codable, Sendable {
    var isModerate: Bool
    var hash: UInt64
    var id: String
    var tokens: [String]
    var losses: [Double]

    func precedes(_ other: Text) -> Bool {
      (isModerate ? 0 : 1, hash, id) < (other.isModerate ? 0 : 1, other.hash, other.id)
    }
  }

  package struct State: AnalysisState {
    /// Loss, right ones, and 1, of tokens or examples.
    fileprivate var sums = BootstrapSums(width: 3)
    /// Of each class: right ones, those it is named for, its examples.
    fileprivate var classes: BootstrapSums
    fileprivate var confusion: [Int]
    fileprivate var pairs: [Pair] = []
    fileprivate var hard: [Hard] = []
    fileprivate var texts: [Text] = []
    /// What the corpus says is right, whatever became of it.
    fileprivate var labels = 0

    package mutating func merge(_ later: State) {
      sums.merge(later.sums)
      classes.merge(later.classes)
      for index in confusion.indices { confusion[index] += later.confusion[index] }
      pairs += later.pairs
      hard += later.hard
      texts += later.texts
      labels += later.labels
      shorten()
    }

    package func fits(_ later: State) -> Bool {
      sums.fits(later.sums) && classes.fits(later.classes) && confusion.count == later.confusion.count
    }

    fileprivate mutating func shorten() {
      if pairs.count > mostTranslations { pairs = Array(pairs.sorted { $0.precedes($1) }.prefix(mostTranslations)) }
      if texts.count > mostTexts { texts = Array(texts.sorted { $0.precedes($1) }.prefix(mostTexts)) }
      if hard.count > mostHard { hard = Array(hard.sorted { $0.precedes($1) }.prefix(mostHard)) }
    }
  }

  let model: Model
  private let tokenizer: Tokenizer?
  private let names: [String]
  private let head: ModelDescription.Head
  /// Classes of a classifier; 0 of other models.
  private let count: Int

  package init(_ context: AnalysisContext) {
    model = context.model
    tokenizer = context.tokenizer
    head = model.description.head
    count = head.classes ?? 0
    names = (0..<count).map { context.classNames[$0] ?? "\($0)" }
  }

  package static func concerns(_ description: ModelDescription) -> Bool { description.head != .none }

  package var needs: Needs {
    var needs = Needs()
    if count > 0 { needs.sites = [.logits] } else { needs.tokenLosses = true }
    return needs
  }

  package var empty: State {
    State(
      classes: BootstrapSums(width: 3 * count),
      confusion: Array(repeating: 0, count: count <= Self.mostClasses ? count * count : 0))
  }

  package func observe(_ observation: Observation, into state: inout State) throws {
    if case .repeatedTokens = observation.stream { return }
    if case .corpus = observation.stream, head == .maskedLanguageModel { return }
    // Of what the model wrote itself it says nothing.
    let isOwn = model.description.encoder != nil && observation.targets.allSatisfy { $0.prediction?.reference == nil }
    state.labels += isOwn ? 0 : observation.trace.labelCount
    if count > 0 {
      addClasses(observation, to: &state)
    } else {
      addTokens(observation, to: &state)
    }
    state.shorten()
  }

  private func addTokens(_ observation: Observation, to state: inout State) {
    let (losses, hits) = (observation.trace.tokenLosses, observation.trace.tokenHits)
    // Without labels there is nothing to be right about.
    guard !losses.isEmpty else { return }
    let isPair = model.description.encoder != nil, length = losses.count / observation.documents.count
    for (row, document) in observation.documents.enumerated() {
      var values = [0.0, 0.0, 0.0]
      for place in row * length..<(row + 1) * length where !losses[place].isNaN || hits[place] {
        values[0] += losses[place]
        values[1] += hits[place] ? 1 : 0
        values[2] += 1
      }
      if isPair {
        guard row < observation.targets.count, let reference = observation.targets[row].prediction?.reference else {
          continue
        }
        state.pairs.append(Pair(hash: document.hash, id: document.id, source: document.ids, reference: reference))
      }
      if values[2] > 0 { state.sums.add(values, observation.weights[row]) }
      if head == .languageModel {
        let count = min(document.ids.count, Self.longestText)
        state.texts.append(
          Text(
            isModerate: Self.moderate.contains(document.ids.count), hash: document.hash, id: document.id,
            tokens: Array(document.tokens.prefix(count)),
            losses: Array(losses[row * length..<row * length + count - 1])))
      }
    }
  }

  private func addClasses(_ observation: Observation, to state: inout State) {
    guard let logits = observation.trace[.logits], !observation.trace.classes.isEmpty else { return }
    let right = observation.trace.classes, perDocument = right.count / observation.documents.count
    for (document, own) in observation.documents.enumerated() {
      var values = [0.0, 0.0, 0.0], last = (label: 0, named: 0), byClass = [Double](repeating: 0, count: 3 * count)
      for place in document * perDocument..<(document + 1) * perDocument where right[place] >= 0 {
        let row = UnsafeBufferPointer(start: logits.pointer + place * count, count: count), label = Int(right[place])
        let largest = row.max() ?? .nan, named = row.firstIndex { $0 == largest } ?? 0
        let sum = row.reduce(0.0) { $0 + exp(Double($1 - largest)) }
        last = (label, named)
        values[0] += log(sum) - Double(row[label] - largest)
        values[1] += named == label ? 1 : 0
        values[2] += 1
        if named == label { byClass[3 * label] += 1 }
        byClass[3 * named + 1] += 1
        byClass[3 * label + 2] += 1
        if !state.confusion.isEmpty { state.confusion[label * count + named] += 1 }
      }
      guard values[2] > 0 else { continue }
      state.sums.add(values, observation.weights[document])
      state.classes.add(byClass, observation.weights[document])
      if perDocument == 1 { state.hard.append(Hard(id: own.id, loss: values[0], label: last.label, named: last.named)) }
    }
  }

  package func finish(_ state: State, _ runner: Runner) throws -> AnalysisResult {
    let sums = state.sums, n = Int(sums.totals[2])
    guard n > 0 || state.labels > 0 else {
      return AnalysisResult(id: Self.id, notApplicable: Message("note.quality.noLabels"))
    }
    var result = AnalysisResult(id: Self.id)
    func add(_ metric: Metric, _ quantity: Quantity) {
      result.tables.append(MetricTable(metric, [MetricTable.Row(.model, quantity)]))
    }
    // A model whose numbers are none has no loss, which is another thing than a corpus without labels.
    let none = Quantity(.nan, n: state.labels)
    let loss = n > 0 ? sums.ratio(0, to: sums, 2) : none, accuracy = n > 0 ? sums.ratio(1, to: sums, 2) : none
    add(QualityMetrics.loss, loss)
    switch head {
    case .maskedLanguageModel:
      add(QualityMetrics.maskedAccuracy, accuracy)
    case .languageModel, .sequenceToSequence:
      add(
        QualityMetrics.perplexity,
        Quantity(
          loss.state == .finite ? exp(loss.number) : .nan, n: loss.n,
          interval: loss.interval.map { exp($0.lowerBound)...exp($0.upperBound) }))
      add(QualityMetrics.tokenAccuracy, accuracy)
    default:
      add(QualityMetrics.accuracy, accuracy)
      add(QualityMetrics.macroF1, score(state.classes, n: n, Self.macroF1))
      if !state.confusion.isEmpty {
        result[QualityMetrics.classes] = names
        result[QualityMetrics.confusion] = NumericArray(shape: [count, count], values: state.confusion.map(Float.init))
      }
      if !state.hard.isEmpty {
        let hard = state.hard.sorted { $0.precedes($1) }
        result[QualityMetrics.hardest] = hard.map(\.id)
        result[QualityMetrics.hardestClasses] = hard.map { names[$0.label] }
        result[QualityMetrics.hardestNamed] = hard.map { names[$0.named] }
      }
    }
    if !state.texts.isEmpty {
      let texts = state.texts.sorted { $0.precedes($1) }
      result[QualityMetrics.texts] = texts.map(\.id)
      for text in texts {
        result[QualityMetrics.tokens[text.id]] = text.tokens
        result[QualityMetrics.losses[text.id]] = NumericArray(
          shape: [text.tokens.count], values: [.nan] + text.losses.map { Float($0) })
      }
    }
    if !state.pairs.isEmpty { try addTranslations(state.pairs, runner, to: &result) }
    return result
  }

  /// A number made of sums, with its interval from the same of each replicate.
  private func score(_ sums: BootstrapSums, n: Int, _ value: ([Double]) -> Double) -> Quantity {
    let columns = (0..<sums.width).map(sums.replicates)
    let replicates = (0..<(columns.first?.count ?? 0)).map { replicate in value(columns.map { $0[replicate] }) }
    let finite = replicates.filter(\.isFinite)
    return Quantity(value(sums.totals), n: n, interval: sums.documents > 1 ? interval95(finite) : nil)
  }

  /// The mean of `2·right / (named + examples)` over the classes that have examples or are named.
  static func macroF1(_ sums: [Double]) -> Double {
    let scores = stride(from: 0, to: sums.count, by: 3).compactMap { place -> Double? in
      let all = sums[place + 1] + sums[place + 2]
      return all > 0 ? 2 * sums[place] / all : nil
    }
    return scores.reduce(0, +) / Double(scores.count)
  }

  private func addTranslations(_ pairs: [Pair], _ runner: Runner, to result: inout AnalysisResult) throws {
    guard let tokenizer else { return }
    if let unknown = model.generationRules.unknown {
      result.notes.append(Note(Message(verbatim: "\(unknown)")))
      return
    }
    let pairs = pairs.sorted { $0.precedes($1) }, longest = pairs.map(\.source.count).max() ?? 0
    // A translation is rarely twice as long as its source.
    let request = GenerationRequest(maximumTokens: min(16 + 2 * longest, model.description.maximumPositions - 1))
    let own = tokenizer.target ?? tokenizer
    let bleu = BLEU(isChinese: isChinese(pairs.map(\.reference)))
    // A tokenizer of words sets spaces that Chinese has not.
    func text(_ text: String) -> String {
      bleu.isChinese
        ? text.filter { !$0.isWhitespace } : text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    let written = try runner.written(pairs.map(\.source), request).map { text(own.decode($0, skipSpecialTokens: true)) }
    let references = pairs.map { text($0.reference) }
    var (exact, words, characters) = (
      BootstrapSums(width: 2), BootstrapSums(width: BLEU.width), BootstrapSums(width: ChrF.width)
    )
    for (pair, (output, reference)) in zip(pairs, zip(written, references)) {
      let weights = BootstrapWeights(hash: pair.hash)
      exact.add([output == reference ? 1 : 0, 1], weights)
      words.add(bleu.counts(output: output, reference: reference), weights)
      characters.add(ChrF.counts(output: output, reference: reference), weights)
    }
    for (metric, quantity) in [
      (QualityMetrics.exactMatch, exact.ratio(0, to: exact, 1)),
      (QualityMetrics.bleu, score(words, n: pairs.count, BLEU.score)),
      (QualityMetrics.chrF, score(characters, n: pairs.count, ChrF.score)),
    ] { result.tables.append(MetricTable(metric, [MetricTable.Row(.model, quantity)])) }
    result[QualityMetrics.examples] = pairs.indices.prefix(Self.mostExamples).map { index in
      let source = tokenizer.decode(pairs[index].source, skipSpecialTokens: true)
      return (source.trimmingCharacters(in: .whitespacesAndNewlines), written[index], references[index])
    }
    result.notes.append(
      Note(
        Message(
          bleu.isChinese ? "note.quality.translationsChinese" : "note.quality.translations", ["count": pairs.count])))
  }

  /// Whether more than half of the letters are Han.
  private func isChinese(_ texts: [String]) -> Bool {
    let letters = texts.joined().unicodeScalars.filter(\.properties.isAlphabetic)
    return letters.count { $0.properties.isIdeographic } * 2 > letters.count
  }
}
