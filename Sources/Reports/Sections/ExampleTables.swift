import Plotting
import Results
import Support

/// What a model writes, beside what it read and what the corpus says.
struct ExampleTables {
  private let analysis: AnalysisResult

  init(_ analysis: AnalysisResult) { self.analysis = analysis }

  var blocks: [Article.Block] {
    switch analysis.id {
    case QualityMetrics.analysis:
      let examples = analysis[QualityMetrics.examples].map {
        [table($0, phrase("examples.translations"), ["examples.source", "examples.output", "examples.reference"])]
      }
      // Images are shown.
      let areShown = !analysis.members(of: QualityMetrics.picture).isEmpty
      let hardest =
        areShown
        ? nil
        : analysis[QualityMetrics.hardest].map { names in
          [
            Article.Block.prose(
              phrase("examples.hardest", ["names": names.map(Escaping.markdownCode).joined(separator: ", ")]))
          ]
        }
      return (examples ?? []) + (hardest ?? [])
    case RepetitionMetrics.analysis:
      return analysis[RepetitionMetrics.examples].map {
        [
          table(
            $0, phrase("examples.continuations"), ["examples.prompt", "examples.continuation", "examples.document"])
        ]
      } ?? []
    default: return []
    }
  }

  private func table(
    _ examples: [(read: String, written: String, corpus: String)], _ caption: String, _ columns: [String]
  ) -> Article.Block {
    .table(
      Article.Table(
        caption: caption, columns: columns.map { Article.Column(phrase($0)) },
        rows: examples.map { example in
          [example.read, example.written, example.corpus].map { Article.Cell(Self.shortened($0)) }
        }))
  }

  /// In one line, cut where it is long.
  private static func shortened(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ↵ ")
    return line.count <= 240 ? line : line.prefix(239) + "…"
  }
}
