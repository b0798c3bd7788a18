package import Foundation
import Support
package import Transformers

/// The one way to measure models over a corpus, which a report, a series of checkpoints and a study share.
///
/// The corpus is read and checked once, before any model is run. Where several models are measured, it is also cut into
/// tokens once for all that read it alike.
package final class CorpusMeasurement {
  package let corpus: CorpusSource
  private let settings: CorpusSettings
  private let tokenizer: URL?
  private let isShared: Bool
  private var cut: (key: Key, documents: TokenizedChunks)?

  /// - Parameters:
  ///   - tokenizer: the folder of another tokenizer than the models' own.
  ///   - isShared: whether several models are measured.
  /// - Throws: `InputError` for a corpus that cannot be read, with the line.
  package init(_ settings: CorpusSettings, tokenizer: URL?, isShared: Bool) throws {
    corpus = try CorpusSource(settings.file, label: settings.label, limit: settings.limit)
    self.settings = settings
    self.tokenizer = tokenizer
    self.isShared = isShared
  }

  /// A model's way through the corpus.
  ///
  /// - Parameters:
  ///   - examples: the documents whose attention is kept for figures; nil for the analysis's own choice.
  ///   - tasks: in the tokens of the corpus's tokenizer.
  ///   - analysisSettings: what the job says of single analyses.
  ///   - progress: told how many more documents are done.
  /// - Throws: `InputError` for a model that reads something else than the corpus holds, and as `CorpusReading`.
  package func run(
    _ model: Model, _ files: ModelFiles, seed: Int, examples: [String]? = nil,
    tasks: (Tokenizer?) throws -> [TokenizedTask] = { _ in [] }, analysisSettings: [String: any AnalysisSettings] = [:],
    progress: @escaping (Int) -> Void
  ) throws -> CorpusRun {
    try corpus.check(against: model.description)
    let reading = try CorpusReading(files, model, corpus, settings, tokenizer: tokenizer)
    return CorpusRun(
      model: model, reading: reading, corpus: corpus, seed: UInt64(seed), examples: examples,
      tasks: try tasks(reading.text?.tokenizer), settings: analysisSettings,
      cut: try documents(of: reading, model, files), progress: progress)
  }

  /// Where documents are kept that another model cuts alike; nil where that cannot be.
  private func documents(of reading: CorpusReading, _ model: Model, _ files: ModelFiles) throws -> TokenizedChunks? {
    guard isShared, let text = reading.text, let key = try Key(text, model, files) else { return nil }
    if let cut, cut.key == key { return cut.documents }
    let documents = TokenizedChunks()
    cut = (key, documents)
    return documents
  }

  /// What decides how a text is cut.
  private struct Key: Hashable {
    /// Names and digests of the tokenizer's files and of the model's configuration.
    var files: [String]
    var maximumLength: Int
    var decoderStart: Int32?
    var lowercases: Bool?

    /// Nil where the weights' file itself holds the tokenizer.
    init?(_ text: CorpusTokenizer, _ model: Model, _ own: ModelFiles) throws {
      guard !own.weights.contains(own.configuration) else { return nil }
      files = try text.tokenizerDigests + [SHA256.digest(of: own.configuration)]
      maximumLength = text.maximumLength
      decoderStart = text.decoderStart
      lowercases = model.pooling?.lowercases
    }
  }
}

/// The chunks of a corpus in tokens, kept up to a bound for the next model that reads them.
final class TokenizedChunks {
  /// Tokens that are kept.
  private static let most = 1 << 21
  private var chunks: [Int: [Example]] = [:]
  private var tokens = 0

  /// Those of a chunk, which `cut` makes where they are not kept.
  func examples(ofChunk chunk: Int, _ cut: () throws -> [Example]) rethrows -> [Example] {
    if let kept = chunks[chunk] { return kept }
    let examples = try cut()
    tokens += examples.reduce(0) { $0 + $1.document.ids.count + ($1.target?.labels.count ?? 0) }
    if tokens <= Self.most { chunks[chunk] = examples }
    return examples
  }
}
