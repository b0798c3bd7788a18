import CKernels
import Corpora
package import Results
package import Support
package import Transformers

/// A model's way through a corpus: documents are read, cut into tokens, sorted by length into batches, run, and shown to
/// the analyses.
///
/// The corpus was counted and checked before; it goes through the model in chunks.
package struct CorpusRun {
  package let model: Model
  package let reading: CorpusReading
  package let corpus: CorpusSource
  package let seed: UInt64
  /// The documents whose attention is kept for figures; nil for the analysis's own choice.
  package let examples: [String]?
  /// The job's tasks, and what it sets of single analyses.
  package let tasks: [TokenizedTask]
  private let settings: [String: any AnalysisSettings]
  /// Told how many more documents are done.
  package let progress: (Int) -> Void
  package let chunks: CorpusChunks
  /// Where documents in tokens are kept for another model; nil where there is none.
  private let cut: TokenizedChunks?

  package init(
    model: Model, reading: CorpusReading, corpus: CorpusSource, seed: UInt64, examples: [String]? = nil,
    chunkLength: Int = CorpusChunks.length, progress: @escaping (Int) -> Void
  ) {
    self.init(
      model: model, reading: reading, corpus: corpus, seed: seed, examples: examples, chunkLength: chunkLength,
      tasks: [], settings: [:], cut: nil, progress: progress)
  }

  init(
    model: Model, reading: CorpusReading, corpus: CorpusSource, seed: UInt64, examples: [String]?,
    chunkLength: Int = CorpusChunks.length, tasks: [TokenizedTask], settings: [String: any AnalysisSettings],
    cut: TokenizedChunks?, progress: @escaping (Int) -> Void
  ) {
    self.tasks = tasks
    self.settings = settings
    chunks = CorpusChunks(documents: corpus.documents, length: chunkLength)
    self.cut = cut
    self.examples = examples
    self.model = model
    self.reading = reading
    self.corpus = corpus
    self.seed = seed
    self.progress = progress
  }

  /// What decides what the analyses find beside the model and the corpus.
  var analysisFacts: [String] {
    settings.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" } + tasks.map { "task \($0.name) \($0.pairs)" }
  }

  /// Runs everything that the analyses need.
  ///
  /// - Throws: `InputError` for a corpus that cannot be read, where no document has two tokens, and where the files of
  ///   the weights were changed meanwhile.
  ///
  /// - Parameter runner: runs what experiments plan when the corpus has been read.
  package func measure(
    _ analyses: [any Analysis.Type], _ runner: Runner? = nil
  ) throws -> (results: [AnalysisResult], extent: Extent) {
    let empty = tally(analyses)
    var total = empty
    try measure(0..<chunks.count, empty) { total.merge($1) }
    return try results(of: total, runner)
  }

  /// Of some chunks of the corpus, each by itself.
  ///
  /// - Throws: As `measure(_:)`.
  package func part(_ analyses: [any Analysis.Type], chunks: Range<Int>) throws -> CorpusPart {
    var part = try part(analyses)
    try measure(chunks, part.empty) { part.tallies[$0] = $1 }
    return part
  }

  /// A part without chunks, which others of the same run can be read like and merged with.
  ///
  /// - Throws: `InputError` where a file of the corpus or of the tokenizer cannot be read.
  package func part(_ analyses: [any Analysis.Type]) throws -> CorpusPart {
    CorpusPart(origin: try PartOrigin(self, analyses), empty: tally(analyses))
  }

  /// The whole that parts make up which together have every chunk.
  ///
  /// - Throws: `InputError` for a part of another model, corpus or settings, for a chunk that no part has or that two
  ///   have, and for states that do not fit the others.
  package func reduced(_ parts: [CorpusPart], _ analyses: [any Analysis.Type]) throws -> Tally {
    try part(analyses).reduced(parts, chunks: chunks.count, at: corpus.path)
  }

  /// Before the first document.
  private func tally(_ analyses: [any Analysis.Type]) -> Tally {
    var context = AnalysisContext(
      model: model, seed: seed, label: reading.label, examples: examples, tasks: tasks, settings: settings)
    context.tokenizer = reading.text?.tokenizer
    context.classNames = reading.classNames
    return Tally(Accumulators(analyses, context))
  }

  /// Measures chunks in their order. The first of the corpus has the repeated-token sequences with it.
  private func measure(_ chunks: Range<Int>, _ empty: Tally, _ finished: (Int, Tally) -> Void) throws {
    let needs = empty.accumulators.needs
    var documents = try corpus.stream()
    for chunk in chunks {
      var tally = empty
      if chunk == 0, needs.readsRepeatedTokens, let probe = repeatedTokens {
        try probe.tokens.documents.forEach(check)
        try probe.run(model, sites: needs.repeatedTokenSites, tokenLosses: needs.tokenLosses) {
          try tally.accumulators.observe($0)
        }
      }
      if needs.readsCorpus {
        let range = self.chunks[chunk]
        func read() throws -> [Example] { try examples(documents.read(range)) }
        let usable = try usable(cut?.examples(ofChunk: chunk, read) ?? read(), &tally.extent)
        for batch in Batch.cut(usable) { try run(batch, needs) { try tally.accumulators.observe($0) } }
        tk_give_back_freed_memory()
        progress(range.count)
      }
      finished(chunk, tally)
    }
  }

  /// Shows documents, in their order, with what sites of a stack have at their positions: of each site `[B, T, …]`, of
  /// which the document is row `row`.
  ///
  /// - Throws: As `measure(_:)`.
  package func show(
    _ sites: Set<Site>, of stack: Site.Stack,
    _ look: (_ document: TokenizedDocument, _ row: Int, _ trace: Trace) throws -> Void
  ) throws {
    var documents = try corpus.stream(), extent = Extent()
    for chunk in 0..<chunks.count {
      let examples = try usable(examples(documents.read(chunks[chunk])), &extent)
      var start = 0
      while start < examples.count {
        // Neighbours share a batch whatever their lengths, for the order.
        var end = start + 1, longest = examples[start].length
        while end < examples.count, max(longest, examples[end].length) * (end + 1 - start) <= 2048 {
          longest = max(longest, examples[end].length)
          end += 1
        }
        let batch = Batch(examples: Array(examples[start..<end]))
        let trace = try model.run(input(batch), TraceRequest(sites: sites))
        for (row, document) in (stack == .decoder ? batch.targets : batch.documents).enumerated() {
          try look(document, row, trace)
        }
        start = end
      }
      tk_give_back_freed_memory()
    }
    try model.checkFiles()
  }

  private var repeatedTokens: RepeatedTokenProbe? {
    reading.text.flatMap {
      RepeatedTokenProbe($0.tokenizer, decoderStart: $0.decoderStart, for: model.description, seed: seed)
    }
  }

  /// What the analyses make of the whole corpus, with what is to be said of it.
  ///
  /// - Throws: As `measure(_:)`.
  package func results(of total: Tally, _ runner: Runner? = nil) throws -> (results: [AnalysisResult], extent: Extent) {
    let extent = total.extent
    if extent.documents == 0 && corpus.documents > 0 && extent.tooShort > 0 {
      throw InputError(at: corpus.path, phrase("error.hasNoDocument"), expected: phrase("expected.leastTwoTokens"))
    }
    var results = try total.accumulators.results(runner ?? Runner(model))
    addNotes(to: &results, extent, needs: total.accumulators.needs)
    if case .images(let images) = reading { try addPictures(to: &results, images) }
    try model.checkFiles()
    return (results, extent)
  }

  /// The pictures of the images whose attention is kept, and of the hardest.
  private func addPictures(to results: inout [AnalysisResult], _ images: CorpusImages) throws {
    let wanted = results.indices.flatMap { place -> [(place: Int, id: String, key: ArrayKey)] in
      switch results[place].id {
      case AttentionMetrics.analysis:
        (results[place][AttentionMetrics.samples] ?? []).map { (place, $0, AttentionMetrics.picture[$0]) }
      case QualityMetrics.analysis:
        (results[place][QualityMetrics.hardest] ?? []).map { (place, $0, QualityMetrics.picture[$0]) }
      default: []
      }
    }
    var missing = Set(wanted.map(\.id)), documents = try corpus.stream()
    for chunk in 0..<chunks.count where !missing.isEmpty {
      for document in try documents.read(chunks[chunk]) where missing.remove(document.id) != nil {
        let picture = try images.picture(document)
        for (place, id, key) in wanted where id == document.id { results[place][key] = picture }
      }
    }
  }

  /// What the reader of a result has to know of the corpus and of how it was read.
  private func addNotes(to results: inout [AnalysisResult], _ extent: Extent, needs: Needs) {
    if !results.isEmpty { results[0].notes += corpusNotes.map { Note($0) } }
    if let windows = reading.text?.windows, extent.windowed > 0, !results.isEmpty {
      results[0].notes.append(
        Note(
          Message(
            "note.corpus.windows",
            [
              "windowed": extent.windowed, "windows": extent.windows, "length": windows.length,
              "stride": windows.stride,
            ])))
    }
    if case .images(let images) = reading, let reason = images.remark {
      for i in results.indices where results[i].id == GradientMetrics.analysis && results[i].notApplicable != nil {
        results[i].notApplicable = reason
      }
    }
    if needs.readsRepeatedTokens, let remark = repeatedTokens?.tokens.note,
      let attention = results.firstIndex(where: { $0.id == AttentionMetrics.analysis })
    {
      results[attention].notes.append(Note(remark, about: .repeatedTokens))
    }
    if extent.generatedTargets > 0 {
      let remark = Message("note.corpus.generatedTargets", ["generatedTargets": extent.generatedTargets])
      for i in results.indices where ![WeightMetrics.analysis, WeightMetrics.census].contains(results[i].id) {
        results[i].notes.append(Note(remark))
      }
    }
  }

  /// What is left out or lost of the corpus before the model reads it, in sentences.
  package var corpusNotes: [Message] {
    guard case .images(let images) = reading else { return corpus.notes }
    return corpus.notes + images.notes(on: corpus.imageTraits)
  }

  /// One batch, forward, and backward where gradients are asked for and the model has a loss on plain text.
  private func run(_ batch: Batch, _ needs: Needs, _ observe: (Observation) throws -> Void) throws {
    guard needs.runsModel else { return try observe(batch.observation(.corpus, Trace())) }
    let watchers = needs.watchers.map { $0(batch.documents, batch.targets) }
    let gradientWatchers = needs.gradientWatchers.map { $0(batch.documents, batch.targets) }
    let wantsGradients = needs.wantsGradients
    var plain = TraceRequest(sites: needs.sites)
    plain.observer = SiteObserver(watchers)
    plain.leavesOutPadding = true
    plain.tokenLosses = needs.tokenLosses
    var differentiated = plain
    differentiated.observer = SiteObserver(watchers, gradientWatchers)
    differentiated.parameterGradients = wantsGradients
    var input = try input(batch)
    switch model.description.head {
    case .languageModel where wantsGradients || needs.tokenLosses: input.labels = input.nextTokenLabels
    case .sequenceToSequence where wantsGradients || needs.tokenLosses: input.labels = batch.targetLabels
    case .maskedLanguageModel where (wantsGradients || needs.tokenLosses) && reading.text?.tokenizer.roles.mask != nil:
      try observe(batch.observation(.corpus, try model.run(input, plain), watchers))
      guard let input = masked(batch, input) else { return }
      differentiated.sites = []
      differentiated.observer = SiteObserver([], gradientWatchers)
      let trace = try model.run(input, differentiated)
      try observe(batch.observation(.maskedCorpus, trace, [], gradientWatchers))
      return
    case .sequenceClassification(let classes) where classes > 1:
      input.labels = reading.text?.classes.flatMap { batch.classes($0) }
    case .tokenClassification:
      input.labels = reading.text?.classes.flatMap { batch.tokenClasses($0) }
    case .imageClassification where input.labels?.allSatisfy { $0 < 0 } ?? true: input.labels = nil
    default: break
    }
    let trace = try model.run(input, input.labels == nil ? plain : differentiated)
    try observe(batch.observation(.corpus, trace, watchers, gradientWatchers))
  }

  /// Documents as the model reads them, in tokens where they are texts.
  private func examples(_ documents: [Document]) throws -> [Example] {
    switch reading {
    case .images(let images): documents.map { Example(images.tokenize($0), image: $0) }
    case .text(let reader):
      try mapPieces(documents.count) { index in
        let target = reader.target(of: documents[index])
        return try reader.documents(of: documents[index]).map { Example($0, target: target) }
      }.flatMap(\.self)
    }
  }

  /// Those of at least two tokens. An encoder–decoder writes the targets that the corpus lacks itself, greedily.
  private func usable(_ read: [Example], _ extent: inout Extent) throws -> [Example] {
    guard case .text(let reader) = reading else { return extent.usable(of: read) }
    for document in read.flatMap({ [$0.document] + ($0.target.map { [$0.document] } ?? []) }) {
      try check(document)
    }
    guard model.description.encoder != nil else { return extent.usable(of: read) }
    var examples = read
    let missing = examples.indices.filter { examples[$0].target == nil }
    // A translation is rarely twice as long as its source.
    let longest = 16 + 2 * (missing.map { examples[$0].document.ids.count }.max() ?? 0)
    let request = GenerationRequest(maximumTokens: min(longest, reader.maximumLength - 1))
    let targets = try model.targets(of: missing.map { examples[$0].document.ids }, request)
    for (index, target) in zip(missing, targets) {
      examples[index].target = reader.target(of: examples[index].document.id, generated: target)
    }
    extent.generatedTargets += missing.count
    return extent.usable(of: examples)
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
