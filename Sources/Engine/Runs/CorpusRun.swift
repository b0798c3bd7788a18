import CKernels
import Corpora
package import Results
import Support
package import Transformers

/// A model's way through a corpus: documents are read, cut into tokens, sorted by length into batches, run, and shown to
/// the analyses.
///
/// The corpus is read twice: once to be counted and checked before anything is computed, once in chunks, of which no
/// more than one is in memory.
package struct CorpusRun {
  package let model: Model
  package let reading: CorpusReading
  package let corpus: CorpusSource
  package let seed: UInt64
  /// The documents whose attention is kept for figures; nil for the analysis's own choice.
  package let examples: [String]?
  /// Told how many more documents are done.
  package let progress: (Int) -> Void

  package init(
    model: Model, reading: CorpusReading, corpus: CorpusSource, seed: UInt64, examples: [String]? = nil,
    progress: @escaping (Int) -> Void
  ) {
    self.examples = examples
    self.model = model
    self.reading = reading
    self.corpus = corpus
    self.seed = seed
    self.progress = progress
  }

  /// What a corpus turned out to hold.
  package struct Extent: Sendable {
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
  }

  /// Runs everything that the analyses need.
  ///
  /// - Throws: `InputError` for a corpus that cannot be read, where no document has two tokens, and where the files of
  ///   the weights were changed meanwhile.
  package func measure(_ analyses: [any Analysis.Type]) throws -> (results: [AnalysisResult], extent: Extent) {
    var extent = Extent()
    var remark: String?
    let context = AnalysisContext(model: model, seed: seed, label: reading.label, examples: examples)
    var documents = try corpus.reader()
    var results = try Accumulators.measure(
      analyses, context, documents: corpus.documents,
      repeated: { needs, observe in
        guard let reader = reading.text,
          let probe = RepeatedTokenProbe(
            reader.tokenizer, decoderStart: reader.decoderStart, for: model.description, seed: seed)
        else { return }
        remark = probe.tokens.note
        try probe.tokens.documents.forEach(check)
        try probe.run(model, sites: needs.repeatedTokenSites, tokenLosses: needs.tokenLosses, observe)
      },
      corpus: { chunk, needs, observe in
        let read = try examples(chunk.compactMap { _ in try documents.next() }, &extent)
        extent.windowed += Set(read.compactMap(\.document.parent)).count
        extent.windows += read.count { $0.document.parent != nil }
        for example in read {
          extent.losses.add(example.document.losses)
          if let target = example.target { extent.losses.add(target.document.losses) }
        }
        let usable = read.filter { $0.document.ids.count >= 2 }
        extent.documents += usable.count
        extent.tokens += usable.reduce(0) { $0 + $1.document.ids.count }
        extent.truncated += usable.count { $0.document.isTruncated || $0.target?.document.isTruncated ?? false }
        extent.tooShort += read.count - usable.count
        for batch in Batch.cut(usable) { try run(batch, needs, observe) }
        tk_give_back_freed_memory()
        progress(chunk.count)
      })
    if extent.documents == 0 && corpus.documents > 0 && extent.tooShort > 0 {
      throw InputError(at: corpus.path, "has no document to measure", expected: "at least two tokens in one of them")
    }
    if !results.isEmpty { results[0].notes += corpusNotes.map { Note($0) } }
    if let windows = reading.text?.windows, extent.windowed > 0, !results.isEmpty {
      results[0].notes.append(
        Note(
          "\(extent.windowed) documents are read in \(extent.windows) windows of up to \(windows.length) tokens, "
            + "\(windows.stride) tokens from one to the next; each counts as a document."))
    }
    if case .images(let images) = reading, let reason = images.remark {
      for i in results.indices where results[i].id == GradientMetrics.analysis && results[i].notApplicable != nil {
        results[i].notApplicable = reason
      }
    }
    if let remark, let attention = results.firstIndex(where: { $0.id == AttentionMetrics.analysis }) {
      results[attention].notes.append(Note(remark, about: .repeatedTokens))
    }
    if extent.generatedTargets > 0 {
      let remark = "Targets of \(extent.generatedTargets) documents were written by the model itself, greedily."
      for i in results.indices where ![WeightMetrics.analysis, WeightMetrics.census].contains(results[i].id) {
        results[i].notes.append(Note(remark))
      }
    }
    try model.checkFiles()
    return (results, extent)
  }

  /// What is left out or lost of the corpus before the model reads it, in sentences.
  package var corpusNotes: [String] {
    guard case .images(let images) = reading else { return corpus.notes }
    return corpus.notes + images.notes(on: corpus.imageTraits)
  }

  /// One batch, forward, and backward where gradients are asked for and the model has a loss on plain text.
  private func run(_ batch: Batch, _ needs: Needs, _ observe: (Observation) throws -> Void) throws {
    let (watchers, look) = needs.watch(batch.documents, batch.targets)
    var plain = TraceRequest(sites: needs.sites)
    plain.observer = look
    plain.tokenLosses = needs.tokenLosses
    var differentiated = plain
    differentiated.gradients = needs.gradients
    differentiated.parameterGradients = needs.parameterGradients
    let wantsGradients = needs.parameterGradients || !needs.gradients.isEmpty
    var input = try input(batch)
    switch model.description.head {
    case .languageModel where wantsGradients || needs.tokenLosses: input.labels = input.nextTokenLabels
    case .sequenceToSequence where wantsGradients: input.labels = batch.targetLabels
    case .maskedLanguageModel where wantsGradients && reading.text?.tokenizer.roles.mask != nil:
      try observe(batch.observation(.corpus, try model.run(input, plain), watchers))
      guard let input = masked(batch, input) else { return }
      differentiated.observer = nil
      try observe(batch.observation(.maskedCorpus, try model.run(input, differentiated)))
      return
    case .sequenceClassification(let classes) where wantsGradients && classes > 1: input.labels = batch.classes
    case .tokenClassification where wantsGradients:
      input.labels = reading.text?.classes.flatMap { batch.tokenClasses($0) }
    case .imageClassification where !wantsGradients || input.labels?.allSatisfy { $0 < 0 } ?? true: input.labels = nil
    default: break
    }
    let trace = try model.run(input, input.labels == nil ? plain : differentiated)
    try observe(batch.observation(.corpus, trace, watchers))
  }

  /// Documents as the model reads them. An encoder–decoder writes the targets that the corpus lacks itself, greedily.
  private func examples(_ documents: [Document], _ extent: inout Extent) throws -> [Example] {
    guard case .text(let reader) = reading else {
      guard case .images(let images) = reading else { return [] }
      return documents.map { Example(images.tokenize($0), image: $0) }
    }
    var examples = try documents.flatMap { document in
      try reader.documents(of: document).map {
        Example($0, target: reader.target(of: document), classIndex: reader.classIndex(of: document))
      }
    }
    for document in examples.flatMap({ [$0.document] + ($0.target.map { [$0.document] } ?? []) }) {
      try check(document)
    }
    guard model.description.encoder != nil else { return examples }
    let missing = examples.indices.filter { examples[$0].target == nil }
    // A translation is rarely twice as long as its source.
    let longest = 16 + 2 * (missing.map { examples[$0].document.ids.count }.max() ?? 0)
    let request = GenerationRequest(maximumTokens: min(longest, reader.maximumLength - 1))
    let targets = try model.targets(of: missing.map { examples[$0].document.ids }, request)
    for (index, target) in zip(missing, targets) {
      examples[index].target = reader.target(of: examples[index].document.id, generated: target)
    }
    extent.generatedTargets += missing.count
    return examples
  }

  private func check(_ document: TokenizedDocument) throws {
    try model.description.checkVocabulary(document.ids, of: document.id, at: corpus.path) { document.tokens[$0] }
  }

  /// The batch as a masked LM is trained on it; what is masked follows from seed and document.
  private func masked(_ batch: Batch, _ plain: ModelInput) -> ModelInput? {
    guard let mask = reading.text?.tokenizer.roles.mask else { return nil }
    let masking = TokenMasking(mask: mask, vocabulary: model.description.vocabulary)
    var input = plain
    input.labels = input.ids.map { _ in -100 }
    for (row, document) in batch.documents.enumerated() {
      var generator = SeededGenerator(seed: seed ^ document.hash)
      let isOrdinary = document.kinds.map { $0 == .ordinary || $0 == .punctuation }
      masking.apply(to: &input, row: row, where: isOrdinary, using: &generator)
    }
    return input.labels?.contains { $0 >= 0 } ?? false ? input : nil
  }

  /// What the model reads of a batch; images are read from their files now.
  private func input(_ batch: Batch) throws -> ModelInput {
    if case .images(let images) = reading { return try images.input(batch.examples.compactMap(\.image)) }
    return batch.input(pad: padding)
  }

  private var padding: Int32 {
    reading.text?.tokenizer.roles.padding ?? model.description.padToken.map { Int32($0) } ?? 0
  }
}
