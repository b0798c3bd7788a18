package import Results
import Support

/// The accumulators of several analyses, fed and merged together.
///
/// A corpus is measured chunk by chunk: copies of one empty set each observe the batches of a chunk, and are merged in
/// the order of the chunks, so that the result does not depend on who worked on which.
package struct Accumulators: Sendable {
  private var all: [any AnyAccumulator]

  /// Empty ones.
  package init(_ types: [any Analysis.Type], _ context: AnalysisContext) {
    func empty<Subject: Analysis>(_ type: Subject.Type) -> any AnyAccumulator {
      Accumulator(type.init(context))
    }
    all = types.map { empty($0) }
  }

  /// What has to be in the traces.
  package var needs: Needs {
    var needs = Needs()
    for accumulator in all { needs.formUnion(accumulator.needs) }
    return needs
  }

  /// Adds one batch to every analysis.
  package mutating func observe(_ observation: Observation) throws {
    for i in all.indices { try all[i].observe(observation) }
  }

  /// Adds what a later part of the corpus gave to the same analyses.
  package mutating func merge(_ later: Accumulators) {
    for i in all.indices { all[i].merge(later.all[i]) }
  }

  /// Whether those of a later part are of the same analyses and have their shapes.
  func fits(_ later: Accumulators) -> Bool {
    all.count == later.all.count && zip(all, later.all).allSatisfy { $0.fits($1) }
  }

  package func results(_ runner: Runner) throws -> [AnalysisResult] { try all.map { try $0.finish(runner) } }
}

/// The states are written as a list, in the order of the analyses. They are read into what has the analyses already.
extension Accumulators: Encodable {
  package func encode(to encoder: any Encoder) throws {
    var states = encoder.unkeyedContainer()
    for accumulator in all { try accumulator.write(to: &states) }
  }

  /// - Throws: `DecodingError` for states of other analyses.
  mutating func read(from decoder: any Decoder) throws {
    var states = try decoder.unkeyedContainer()
    for i in all.indices { try all[i].read(from: &states) }
    guard states.isAtEnd else {
      throw DecodingError.dataCorruptedError(
        in: states, debugDescription: phrase("accumulators.moreStatesThan", ["all": all.count]))
    }
  }
}
