import Analyses
import Corpora
import Diagnosis
import Engine
import Results
import Support
import Transformers

extension Selection {
  /// `{ layers: [0, 5], heads: "all", examples: ["doc-12"] }`
  init(_ setting: Setting) throws {
    let fields = try setting.fields(["layers", "heads", "examples"])
    func indices(_ setting: Setting?) throws -> [Int]? {
      guard let setting else { return nil }
      if setting.isText {
        _ = try setting.choice(of: ["all"])
        return nil
      }
      return try setting.filledList().map { try $0.integer(in: 0...Int.max) }
    }
    var examples: [String]?
    if let setting = fields["examples"] {
      let names = try setting.filledList().map { try $0.text() }
      guard names.count <= AttentionSamples.kept, Set(names).count == names.count else {
        throw setting.error(
          phrase("job.namesTooMany"), expected: phrase("job.mostKeptDocuments", ["kept": AttentionSamples.kept]))
      }
      examples = names
    }
    self.init(layers: try indices(fields["layers"]), heads: try indices(fields["heads"]), examples: examples)
  }
}

extension Job {
  /// Whether the model has the layers and heads that were selected, and the corpus the documents.
  ///
  /// - Throws: `InputError(.usage)` with the first that is not there.
  func checkSelection(_ d: ModelDescription, _ corpus: CorpusSource?, _ reading: CorpusReading?) throws {
    guard let selection else { return }
    func check(_ name: String, _ chosen: [Int]?, below count: Int) throws {
      guard let other = chosen?.first(where: { $0 >= count }) else { return }
      throw InputError(
        .usage, at: "select.\(name)", phrase("error.modelDoesNot"),
        expected: phrase("expected.0ToCount", ["count": count - 1]), found: "\(other)")
    }
    try check("layers", selection.layers, below: d.stacks.map(\.layers).max() ?? 0)
    try check("heads", selection.heads, below: d.stacks.map(\.heads).max() ?? 0)
    guard let examples = selection.examples, let corpus else { return }
    guard analyses.contains(AttentionAnalysis.id) else {
      throw InputError(
        .usage, at: "select.examples", phrase("error.documentsWhoseAttention"),
        expected: phrase("expected.theAnalysisAttention"))
    }
    if self.corpus.window != nil {
      throw InputError(.usage, at: "select.examples", phrase("error.notDocumentsWindows"), expected: "max_tokens")
    }
    var missing = Set(examples)
    var stream = try corpus.stream()
    for index in 0..<corpus.documents {
      guard !missing.isEmpty, let document = try stream.read(index..<index + 1).first else { break }
      guard missing.remove(document.id) != nil, let text = reading?.text else { continue }
      if text.tokenize(document).ids.count < Job.leastTokens {
        throw InputError(
          .usage, at: "select.examples", phrase("error.documentHasToo", ["document": document.id]),
          expected: phrase("expected.atLeastLeasttokens", ["leastTokens": Job.leastTokens]))
      }
    }
    if let name = examples.first(where: missing.contains) {
      throw InputError(
        .usage, at: "select.examples", phrase("error.corpusDoesNot"),
        expected: phrase("expected.doc0Doc", ["documents": corpus.documents - 1]),
        found: name.debugDescription)
    }
  }
}
