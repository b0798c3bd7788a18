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
  package static let readsTasks = true

  /// `{ causal: { maps: ["resid_point", "head_z"], modes: ["patch"] } }`; everything where they are not there.
  package struct Settings: AnalysisSettings {
    package var maps = CausalMetrics.Map.allCases
    package var modes = CausalMetrics.Mode.allCases

    package init() {}

    package init(_ setting: Setting) throws {
      let fields = try setting.fields(["maps", "modes"])
      func chosen<Choice: CaseIterable & RawRepresentable<String>>(_ key: String) throws -> [Choice]? {
        let names = try fields[key]?.filledList().map { try $0.choice(of: Choice.allCases.map(\.rawValue)) }
        return names.map { names in Choice.allCases.filter { names.contains($0.rawValue) } }
      }
      maps = try chosen("maps") ?? maps
      modes = try chosen("modes") ?? modes
    }
  }

  private let tasks: [TokenizedTask]
  private let asked: Settings

  package init(_ context: AnalysisContext) {
    tasks = context.tasks
    asked = context.settings(of: Self.id)
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
      let sweep = try PatchingSweep(task, asked, runner)
      try sweep.write(to: &result, &rows)
      result.notes += task.notes.map { Note($0) } + sweep.notes.map { Note($0) }
    }
    result.tables = [CausalMetrics.clean, CausalMetrics.corrupt, CausalMetrics.solved, CausalMetrics.agreement]
      .compactMap {
        metric in rows[metric].map { MetricTable(metric, $0) }
      }
    return result
  }
}
