package import Engine
package import Results
package import Transformers

/// A measurement of one stack of blocks; `PerStack` makes an analysis of it.
///
/// It works like an `Analysis`, on the sites of its stack, and names components as if there were no other stack.
package protocol StackAnalysis: Sendable {
  associatedtype State: AnalysisState

  static var id: String { get }

  /// What a job can set.
  static var settings: any AnalysisSettings.Type { get }

  /// Whether it runs where a job names no analyses.
  static var isByDefault: Bool { get }

  init(_ context: AnalysisContext, _ stack: StackDescription)

  /// Values at sites of the stack on the corpus.
  var sites: Set<Site> { get }

  var empty: State { get }

  /// Adds one batch; `documents` are what the stack reads.
  func observe(_ documents: [TokenizedDocument], of observation: Observation, into state: inout State)

  func result(of state: State) -> AnalysisResult

  /// The same where it takes time: the runner is told what is planned and done.
  func finish(_ state: State, _ runner: Runner) -> AnalysisResult
}

extension StackAnalysis {
  package func finish(_ state: State, _ runner: Runner) -> AnalysisResult { result(of: state) }
}

extension StackAnalysis {
  package static var settings: any AnalysisSettings.Type { NoSettings.self }
  package static var isByDefault: Bool { true }
}

/// The same analysis of every stack of a model: of the only one, or of encoder and decoder.
package struct PerStack<Part: StackAnalysis>: CorpusAnalysis {
  package static var id: String { Part.id }
  package static var settings: any AnalysisSettings.Type { Part.settings }
  package static var isByDefault: Bool { Part.isByDefault }

  private let parts: [(role: Site.Stack, part: Part)]

  package init(_ context: AnalysisContext) {
    parts = context.model.description.stacks.map { ($0.role, Part(context, $0)) }
  }

  package var needs: Needs {
    var needs = Needs()
    for (_, part) in parts { needs.sites.formUnion(part.sites) }
    return needs
  }

  package var empty: [Part.State] { parts.map(\.part.empty) }

  package func observe(_ observation: Observation, into states: inout [Part.State]) throws {
    guard case .corpus = observation.stream else { return }
    for (i, (role, part)) in parts.enumerated() {
      part.observe(observation.documents(of: role), of: observation, into: &states[i])
    }
  }

  package func finish(_ states: [Part.State], _ runner: Runner) throws -> AnalysisResult {
    AnalysisResult(
      id: Part.id, of: zip(parts, states).map { (Component.Stack($0.role), $0.part.finish($1, runner)) })
  }

  package func result(of states: [Part.State]) throws -> AnalysisResult {
    AnalysisResult(
      id: Part.id, of: zip(parts, states).map { (Component.Stack($0.role), $0.part.result(of: $1)) })
  }
}

extension Component.Stack {
  package init(_ role: Site.Stack) {
    self =
      switch role {
      case .only: .only
      case .encoder: .encoder
      case .decoder: .decoder
      }
  }
}
