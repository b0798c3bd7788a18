import Analyses
import Corpora
import Engine
import Foundation
import Support
import Transformers

/// Turns a corpus into the examples of a task.
struct DataReader {
  let task: TrainingTask
  let tokenizer: Tokenizer?
  let images: CorpusImages?
  /// Names of classes in the order of their indices.
  let classes: [String]
  let description: ModelDescription
  /// Positions of an example at most.
  let context: Int
  let packing: TrainingPlan.Packing

  /// What a decoder's input begins with.
  var decoderStart: Int32? { task == .translation ? description.decoderStart.map { Int32($0) } : nil }

  /// - Parameter documents: those of the corpus.
  func read(_ documents: [Document], of data: TrainingPlan.Data) throws -> TrainingData {
    var examples = try examples(documents, data)
    examples.removeAll { $0.ids.isEmpty && $0.image == nil }
    guard !examples.isEmpty else {
      throw InputError(
        at: data.file.path, phrase("error.hasNothingLearn"), expected: phrase("expected.leastOneExample"))
    }
    let roles = tokenizer?.roles
    let pad = roles?.padding ?? description.padToken.map { Int32($0) } ?? roles?.end ?? 0
    return try TrainingData(
      examples, task: task, pad: pad, mask: roles?.mask, vocabulary: description.vocabulary, images: images)
  }

  /// The documents of a corpus, and what was left out of it; a file that is packed whole is one document.
  static func documents(
    _ data: TrainingPlan.Data, _ packing: TrainingPlan.Packing
  ) throws -> (all: [Document], notes: [Message]) {
    guard packing == .file else {
      let corpus = try Corpus.read(data.file, label: data.label, limit: data.limit)
      return (corpus.documents, corpus.notes)
    }
    guard let file = try? Data(contentsOf: URL(filePath: data.file.path)) else {
      throw InputError(at: data.file.path, phrase("error.cannotBeRead"))
    }
    let bytes = try unpacked(file, at: data.file.path)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw InputError(at: data.file.path, phrase("error.notValidUtf"))
    }
    return ([Document(id: "doc-0", text: text)], [])
  }

  /// The classes that a corpus names, in the order of their bytes.
  static func classes(_ documents: [Document], label: String?, task: TrainingTask) -> [String] {
    var names: Set<String> = []
    for document in documents {
      if task == .tokenClassification {
        for word in document.words { if let name = label.flatMap({ word.labels[$0] }) { names.insert(name) } }
      } else if let name = label.flatMap({ document.labels[$0] }) {
        names.insert(name)
      }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private func examples(_ documents: [Document], _ data: TrainingPlan.Data) throws -> [TrainingExample] {
    let indices = Dictionary(classes.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    func index(_ name: String?) throws -> Int32? {
      guard let name else { return nil }
      guard let index = indices[name] else {
        throw InputError(
          at: data.file.path, phrase("error.hasClassModel"),
          expected: classes.prefix(8).joined(separator: ", ") + (classes.count > 8 ? ", …" : ""), found: "\"\(name)\"")
      }
      return index
    }
    if task == .imageClassification {
      return try documents.map { document in
        var example = TrainingExample(ids: [])
        example.image = document
        example.classIndex = try index(data.label.flatMap { document.labels[$0] }) ?? -100
        return example
      }
    }
    guard let tokenizer else { return [] }
    if task == .languageModel || task == .maskedLanguageModel { return try textExamples(documents, tokenizer, data) }
    let reader = try CorpusTokenizer(
      tokenizer: tokenizer, label: data.label, maximumLength: context, decoderStart: decoderStart)
    let read = map(documents) { (reader.tokenize($0), reader.target(of: $0)) }
    var examples: [TrainingExample] = []
    for (document, (tokens, target)) in zip(documents, read) {
      try check(tokens.ids, document, tokenizer, data)
      var example = TrainingExample(ids: tokens.ids, typeIDs: description.tokenTypes > 0 ? tokens.typeIDs : nil)
      switch task {
      case .tokenClassification: example.labels = try tokens.labels.map { try index($0) ?? -100 }
      case .sequenceClassification: example.classIndex = try index(tokens.documentLabel) ?? -100
      default:
        guard let target else {
          throw InputError(
            at: data.file.path, phrase("error.documentHasNo", ["document": document.id]),
            expected: phrase("expected.pairParallelFile"))
        }
        try check(target.labels, document, tokenizer, data)
        example.target = (target.document.ids, target.labels)
      }
      examples.append(example)
    }
    return examples
  }

  /// Text for language models: documents a row each, or one stream of tokens that is cut into rows.
  private func textExamples(_ documents: [Document], _ tokenizer: Tokenizer, _ data: TrainingPlan.Data) throws
    -> [TrainingExample]
  {
    let isMasked = task == .maskedLanguageModel
    let encodings = map(documents) { tokenizer.encode($0.text, addSpecialTokens: !isMasked).ids }
    let (opening, closing) = isMasked ? (tokenizer.openingTokens, tokenizer.closingTokens) : ([], [])
    let width = context - opening.count - closing.count
    guard width > 0 else { throw InputError(.usage, at: "context", phrase("error.hasNoRoom"), found: "\(context)") }
    func example(_ text: some Collection<Int32>) -> TrainingExample {
      var example = TrainingExample(ids: opening + text + closing)
      if isMasked {
        example.isMaskable =
          opening.map { _ in false } + text.map { !tokenizer.isSpecial($0) } + closing.map { _ in false }
      }
      return example
    }
    // A language model learns where a text ends.
    let end = isMasked || packing == .file ? nil : tokenizer.roles.end
    func ended(_ ids: [Int32]) -> [Int32] { end.map { ids.last == $0 ? ids : ids + [$0] } ?? ids }
    for (document, ids) in zip(documents, encodings) { try check(ids, document, tokenizer, data) }
    if packing == .documents {
      let rows = encodings.map { ended($0).prefix(width) }
      return rows.filter { $0.count > (isMasked ? 0 : 1) }.map { example($0) }
    }
    let stream = encodings.flatMap { ended($0) }
    // What is left over at the end is no whole row.
    guard stream.count >= width else {
      return stream.count > 1 ? [example(stream)] : []
    }
    return stride(from: 0, to: stream.count - width + 1, by: width).map { example(stream[$0..<$0 + width]) }
  }

  private func check(
    _ ids: [Int32], _ document: Document, _ tokenizer: Tokenizer, _ data: TrainingPlan.Data
  ) throws {
    try description.checkVocabulary(ids, of: document.id, at: data.file.path) { tokenizer.token(ids[$0]) ?? "" }
  }

  /// In parallel, results in the order of the documents.
  private func map<Result: Sendable>(_ documents: [Document], _ body: (Document) -> Result) -> [Result] {
    var results = [Result?](repeating: nil, count: documents.count)
    results.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let buffer = buffer
      forEachChunk(of: documents.count, size: 32) { range in
        for index in range { buffer[index] = body(documents[index]) }
      }
    }
    return results.compactMap { $0 }
  }
}
