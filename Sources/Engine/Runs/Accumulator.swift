package import Results

/// An analysis with what it has added up so far.
package struct Accumulator<Subject: Analysis>: Sendable {
  package let analysis: Subject
  package fileprivate(set) var state: Subject.State

  package init(_ analysis: Subject) {
    self.analysis = analysis
    state = analysis.empty
  }

  package var needs: Needs { analysis.needs }

  package mutating func observe(_ observation: Observation) throws {
    try analysis.observe(observation, into: &state)
  }

  /// Adds what a later part of the corpus gave.
  package mutating func merge(_ later: Accumulator) { state.merge(later.state) }

  package func finish(_ runner: Runner) throws -> AnalysisResult { try analysis.finish(state, runner) }
}

extension Accumulator where Subject: CorpusAnalysis {
  package func result() throws -> AnalysisResult { try analysis.result(of: state) }
}

/// An accumulator of whatever analysis.
protocol AnyAccumulator: Sendable {
  var needs: Needs { get }
  mutating func observe(_ observation: Observation) throws
  mutating func merge(_ later: any AnyAccumulator)
  func fits(_ later: any AnyAccumulator) -> Bool
  func finish(_ runner: Runner) throws -> AnalysisResult
  func write(to states: inout any UnkeyedEncodingContainer) throws
  mutating func read(from states: inout any UnkeyedDecodingContainer) throws
}

extension Accumulator: AnyAccumulator {
  mutating func merge(_ later: any AnyAccumulator) {
    guard let later = later as? Accumulator else {
      preconditionFailure("\(type(of: later)) is no \(Self.self)")
    }
    merge(later)
  }

  func fits(_ later: any AnyAccumulator) -> Bool { (later as? Accumulator).map { state.fits($0.state) } ?? false }

  func write(to states: inout any UnkeyedEncodingContainer) throws { try states.encode(state) }

  mutating func read(from states: inout any UnkeyedDecodingContainer) throws {
    state = try states.decode(Subject.State.self)
  }
}
