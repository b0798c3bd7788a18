package import Foundation
import Support
package import Transformers

/// How a model reads a corpus: as text, or as images.
package enum CorpusReading: Sendable {
  case text(CorpusTokenizer)
  case images(CorpusImages)

  /// What the classes of a classifier are called, by their indices.
  var classNames: [Int: String] {
    switch self {
    case .text(let text): text.classes?.names ?? [:]
    case .images(let images):
      (images.classes?.indices ?? [:]).sorted { $0.key > $1.key }.reduce(into: [:]) { $0[Int($1.value)] = $1.key }
    }
  }

  /// As the model of `files` reads it.
  ///
  /// - Parameter tokenizer: the folder of another tokenizer than the model's own.
  /// - Throws: `InputError` for a tokenizer or an image processor that cannot be read, and for more tokens than the model
  ///   has positions.
  package init(
    _ files: ModelFiles, _ model: Model, _ corpus: CorpusSource, _ settings: CorpusSettings, tokenizer: URL?
  ) throws {
    let d = model.description
    guard d.image == nil else {
      let images = try CorpusImages(
        directory: files.folder(with: ["preprocessor_config.json"]), for: d, corpus: corpus.reader(),
        label: settings.label)
      self = .images(images)
      return
    }
    let longest = d.stacks.map(\.maximumPositions).min() ?? 1
    if let length = settings.maxTokens, length > longest {
      throw InputError(
        .usage, at: "max_tokens", phrase("error.moreThanModels"),
        expected: phrase("expected.mostLongestWindow", ["longest": longest]),
        found: "\(length)")
    }
    var classes: ClassNames?
    switch d.head {
    case .sequenceClassification(let count), .tokenClassification(let count):
      classes = try ClassNames(
        directory: files.configuration.deletingLastPathComponent(), classes: count)
    default: break
    }
    let sentences = model.pooling.map { SentenceText(lowercases: $0.lowercases) }
    self = .text(
      try CorpusTokenizer(
        tokenizer: tokenizer.map { try Tokenizer(directory: $0, sentences: sentences) }
          ?? Tokenizer(of: files, sentences: sentences), label: settings.label,
        // Sentence-transformers cut texts to less than the model could read.
        maximumLength: settings.maxTokens ?? min(longest, model.pooling?.maximumLength ?? .max),
        decoderStart: d.encoder == nil ? nil : d.decoderStart.map { Int32($0) }, windows: settings.windows(),
        classes: classes))
  }

  /// The column whose labels are carried to positions.
  package var label: String? {
    switch self {
    case .text(let tokenizer): tokenizer.label
    case .images(let images): images.label
    }
  }

  /// Nil for images.
  package var text: CorpusTokenizer? { if case .text(let tokenizer) = self { tokenizer } else { nil } }
}
