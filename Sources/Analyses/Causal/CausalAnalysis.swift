package import Engine
package import Results
package import Support
import Tensors
package import Transformers

/// Activation patching (Meng 2022; Zhang & Nanda 2024) over the pairs of each task, both ways, with attribution patching
/// beside it. Definitions: `CausalMetrics`.
package struct CausalAnalysis: Experiment {
  package static let id = CausalMetrics.analysis
  package static let settings: any AnalysisSettings.Type = Settings.self

  /// `{ causal: { maps: ["resid_pre", "head_z"] } }`.
  package struct Settings: AnalysisSettings {
    package var maps = CausalMetrics.Map.allCases

    package init() {}

    package init(_ setting: Setting) throws {
      let names = CausalMetrics.Map.allCases.map(\.rawValue)
      guard let chosen = try setting.fields(["maps"])["maps"]?.list().map({ try $0.choice(of: names) }) else { return }
      maps = CausalMetrics.Map.allCases.filter { chosen.contains($0.rawValue) }
    }
  }

  private let tasks: [TokenizedTask]
  private let maps: [CausalMetrics.Map]

  package init(_ context: AnalysisContext) {
    tasks = context.tasks
    let settings: Settings = context.settings(of: Self.id)
    maps = settings.maps
  }

  package var empty: NoState { NoState() }

  /// A decoder or masked language model; others have no token that follows a prompt.
  package static func concerns(_ description: ModelDescription) -> Bool {
    [.languageModel, .maskedLanguageModel].contains(description.head) && description.image == nil
  }

  package func finish(_ state: NoState, _ runner: Runner) throws -> AnalysisResult {
    guard !tasks.isEmpty else {
      return AnalysisResult(id: Self.id, notApplicable: Message("note.causal.noTask"))
    }
    var result = AnalysisResult(id: Self.id)
    var rows: [Metric: [MetricTable.Row]] = [:]
    for task in tasks {
      let sweep = try PatchingSweep(task, maps, runner)
      try sweep.write(to: &result, &rows)
      result.notes += task.notes.map { Note($0) } + sweep.notes.map { Note($0) }
    }
    result.tables = [CausalMetrics.clean, CausalMetrics.corrupt, CausalMetrics.solved, CausalMetrics.agreement].map {
      MetricTable($0, rows[$0] ?? [])
    }
    return result
  }
}
