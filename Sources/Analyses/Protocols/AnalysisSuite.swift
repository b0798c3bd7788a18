package import Engine
import Results
package import Transformers

/// The analyses there are, in the order of the report.
package enum AnalysisSuite {
  package static let all: [any Analysis.Type] = [
    QualityAnalysis.self,
    AttentionAnalysis.self,
    InContextAnalysis.self,
    GradientAnalysis.self,
    PerStack<RepresentationAnalysis>.self,
    PerStack<SimilarityAnalysis>.self,
    PerStack<ProjectionAnalysis>.self,
    PerStack<ProbeAnalysis>.self,
    RepetitionAnalysis.self,
    RoutingAnalysis.self,
    CausalAnalysis.self,
    WeightAnalysis.self,
  ]

  /// The names of those that run where none are named.
  package static func byDefault(hasTasks: Bool) -> [String] {
    all.filter { $0.isByDefault && ($0.readsTasks ? hasTasks : true) }.map { $0.id }
  }

  /// Those of the given names that measure on tasks.
  package static func readTasks(_ names: [String]) -> [any Analysis.Type] {
    all.filter { names.contains($0.id) && $0.readsTasks }
  }

  /// Whether any of the given names needs a corpus.
  package static func readCorpus(_ names: [String]) -> Bool {
    all.contains { names.contains($0.id) && $0.readsCorpus }
  }

  /// Those of the given names that concern a model, and the census of its weights, without which nothing is believed.
  package static func chosen(_ names: [String], for description: ModelDescription) -> [any Analysis.Type] {
    all.filter { names.contains($0.id) && $0.concerns(description) } + [WeightCensus.self]
  }
}
