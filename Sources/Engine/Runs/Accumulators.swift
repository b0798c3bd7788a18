package import Results

/// The accumulators of several analyses, fed and merged together.
///
/// A corpus is measured chunk by chunk: copies of one empty set each observe the batches of a chunk, and are merged in
/// the order of the chunks, so that the result does not depend on who worked on which.
package struct Accumulators: Sendable {
  private var analyses: [any Analysis]

  /// Empty ones.
  package init(_ types: [any Analysis.Type], _ context: AnalysisContext) {
    analyses = types.map { $0.init(context) }
  }

  /// What has to be in the traces.
  package var needs: Needs {
    var needs = Needs()
    for analysis in analyses { needs.formUnion(analysis.needs) }
    return needs
  }

  /// Adds one batch to every analysis.
  package mutating func observe(_ observation: Observation) throws {
    for i in analyses.indices { try analyses[i].observe(observation) }
  }

  /// Adds what a later part of the corpus gave.
  package mutating func merge(_ other: Accumulators) {
    for i in analyses.indices { analyses[i] = Accumulators.merged(analyses[i], other.analyses[i]) }
  }

  private static func merged<First: Analysis>(_ first: First, _ second: any Analysis) -> any Analysis {
    guard let second = second as? First else { preconditionFailure("\(type(of: second)) is no \(First.self)") }
    var sum = first
    sum.merge(second)
    return sum
  }

  package func results() throws -> [AnalysisResult] { try analyses.map { try $0.result() } }

  /// What analyses find on the repeated-token sequences and on a corpus of so many documents.
  ///
  /// `repeated` and `corpus` run the model and hand over one batch after another: `corpus` is called for each chunk of
  /// documents in turn (`CorpusChunks`), `repeated` once, if any analysis asks for it.
  package static func measure(
    _ types: [any Analysis.Type], _ context: AnalysisContext, documents: Int,
    repeated: (_ needs: Needs, _ observe: (Observation) throws -> Void) throws -> Void,
    corpus: (_ chunk: Range<Int>, _ needs: Needs, _ observe: (Observation) throws -> Void) throws -> Void
  ) throws -> [AnalysisResult] {
    let empty = Accumulators(types, context)
    let needs = empty.needs
    var total = empty
    if !needs.repeatedTokenSites.isEmpty || needs.tokenLosses { try repeated(needs) { try total.observe($0) } }
    if needs.readsCorpus {
      for chunk in CorpusChunks.all(documents: documents) {
        var part = empty
        try corpus(chunk, needs) { try part.observe($0) }
        total.merge(part)
      }
    }
    return try total.results()
  }
}
