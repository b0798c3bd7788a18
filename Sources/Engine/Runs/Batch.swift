import Corpora
import Transformers

/// One document as a model reads it, with what belongs to it.
struct Example: Sendable {
  var document: TokenizedDocument
  var target: Target?
  /// Where its image is to be read.
  var image: Document?

  init(_ document: TokenizedDocument, target: Target? = nil, image: Document? = nil) {
    self.document = document
    self.target = target
    self.image = image
  }

  /// Positions of the longest of its sequences.
  var length: Int { max(document.ids.count, target?.labels.count ?? 0) }
}

/// Documents of similar length that go through the model together.
struct Batch {
  var examples: [Example]

  /// Positions, padding included, that one batch holds at most; one long document may have more.
  private static let positions = 2048

  /// Sorts by length, equal ones by their place in the corpus, and cuts so that a batch's memory is bounded.
  static func cut(_ examples: [Example]) -> [Batch] {
    let order = examples.indices.sorted { (examples[$0].length, $0) < (examples[$1].length, $1) }
    var batches: [Batch] = []
    for index in order {
      let example = examples[index]
      if let last = batches.last, last.examples.count < positions / example.length {
        batches[batches.count - 1].examples.append(example)
      } else {
        batches.append(Batch(examples: [example]))
      }
    }
    return batches
  }

  func input(pad: Int32) -> ModelInput {
    let documents = examples.map(\.document)
    let hasTypes = documents.contains { $0.typeIDs.contains { $0 != 0 } }
    var input = ModelInput(rows: documents.map(\.ids), typeIDs: hasTypes ? documents.map(\.typeIDs) : nil, pad: pad)
    let targets = examples.compactMap(\.target)
    if targets.count == examples.count {
      let read = ModelInput(rows: targets.map(\.document.ids), pad: pad)
      input.target = ModelInput.Target(length: read.length, ids: read.ids, mask: read.mask)
    }
    return input
  }

  /// What the decoder's positions are to predict, padded.
  var targetLabels: [Int32]? {
    let labels = examples.compactMap { $0.target?.labels }
    guard labels.count == examples.count else { return nil }
    return ModelInput(rows: labels, pad: -100).ids
  }

  /// The class of each document by its label, −100 where it has none; nil where none has one.
  func classes(_ names: ClassNames) -> [Int32]? {
    let classes = documents.map { document in document.documentLabel.flatMap { names[$0] } }
    return classes.contains { $0 != nil } ? classes.map { $0 ?? -100 } : nil
  }

  /// The class of each token by its label, −100 where it has none, padded; nil where none has one.
  func tokenClasses(_ names: ClassNames) -> [Int32]? {
    let rows = documents.map { document in document.labels.map { $0.flatMap { names[$0] } ?? -100 } }
    return rows.contains { $0.contains { $0 >= 0 } } ? ModelInput(rows: rows, pad: -100).ids : nil
  }

  var documents: [TokenizedDocument] { examples.map(\.document) }
  var targets: [TokenizedDocument] { examples.compactMap { $0.target?.document } }

  func observation(
    _ stream: Observation.Stream, _ trace: Trace, _ watchers: [any AttentionWatcher] = [],
    _ gradientWatchers: [any GradientWatcher] = []
  ) -> Observation {
    Observation(
      stream: stream, documents: documents, targets: targets, trace: trace, watchers: watchers,
      gradientWatchers: gradientWatchers)
  }
}
