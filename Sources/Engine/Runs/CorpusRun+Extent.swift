package import Transformers

extension CorpusRun {
  /// What a corpus turned out to hold.
  package struct Extent: AnalysisState {
    package var documents = 0
    package var tokens = 0
    package var truncated = 0
    /// Documents of fewer than two tokens, in which there is nothing to attend to.
    package var tooShort = 0
    /// Documents whose target the model wrote itself.
    package var generatedTargets = 0
    /// Documents that were read in windows, and how many windows these made; each counts as a document.
    package var windowed = 0
    package var windows = 0
    /// Characters that the tokenizer lost.
    package var losses = CharacterLosses()

    package init() {}

    package mutating func merge(_ later: Extent) {
      documents += later.documents
      tokens += later.tokens
      truncated += later.truncated
      tooShort += later.tooShort
      generatedTargets += later.generatedTargets
      windowed += later.windowed
      windows += later.windows
      losses.add(later.losses)
    }

    package func fits(_ later: Extent) -> Bool { true }

    /// Counts what was read of some documents, and keeps what there is something to attend to in.
    mutating func usable(of read: [Example]) -> [Example] {
      windowed += Set(read.compactMap(\.document.parent)).count
      windows += read.count { $0.document.parent != nil }
      for example in read {
        losses.add(example.document.losses)
        if let target = example.target { losses.add(target.document.losses) }
      }
      let usable = read.filter { $0.document.ids.count >= 2 }
      documents += usable.count
      tokens += usable.reduce(0) { $0 + $1.document.ids.count }
      truncated += usable.count { $0.document.isTruncated || $0.target?.document.isTruncated ?? false }
      tooShort += read.count - usable.count
      return usable
    }
  }
}
