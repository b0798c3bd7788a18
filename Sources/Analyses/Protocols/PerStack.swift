package import Engine
package import Results
package import Transformers

/// A measurement of one stack of blocks; `PerStack` makes an analysis of it.
///
/// It works like an `Analysis`, on the sites of its stack, and names components as if there were no other stack.
package protocol StackAnalysis: Sendable {
  static var id: String { get }

  init(_ context: AnalysisContext, _ stack: StackDescription)

  /// Values at sites of the stack on the corpus.
  var sites: Set<Site> { get }

  /// Adds one batch; `documents` are what the stack reads.
  mutating func observe(_ documents: [TokenizedDocument], _ trace: Trace)

  mutating func merge(_ other: Self)

  func result() -> AnalysisResult
}

/// The same analysis of every stack of a model: of the only one, or of encoder and decoder.
package struct PerStack<Part: StackAnalysis>: Analysis {
  package static var id: String { Part.id }

  private var parts: [(role: Site.Stack, part: Part)]

  package init(_ context: AnalysisContext) {
    parts = context.model.description.stacks.map { ($0.role, Part(context, $0)) }
  }

  package var needs: Needs {
    var needs = Needs()
    for (_, part) in parts { needs.sites.formUnion(part.sites) }
    return needs
  }

  package mutating func observe(_ observation: Observation) throws {
    guard case .corpus = observation.stream else { return }
    for i in parts.indices { parts[i].part.observe(observation.documents(of: parts[i].role), observation.trace) }
  }

  package mutating func merge(_ other: PerStack) {
    for i in parts.indices { parts[i].part.merge(other.parts[i].part) }
  }

  package func result() throws -> AnalysisResult {
    AnalysisResult(id: Part.id, of: parts.map { (Component.Stack($0.role), $0.part.result()) })
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
