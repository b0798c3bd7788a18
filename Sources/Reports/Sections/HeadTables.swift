import Plotting
import Results
import Support

/// Which heads there are, by class, and the strongest of each class with its score.
struct HeadTables {
  private let classes: HeadClasses?
  /// The classes that are named even where no head is in them; not where repeated tokens make no sense.
  private let named: [PatternClass]

  init(_ attention: AnalysisResult, _ results: RunResults) {
    let isProbed = attention[AttentionMetrics.inductionScore]?.rows.contains { $0.quantity.value != nil } ?? false
    named = isProbed ? [.induction, .previousToken, .duplicateToken] : []
    classes = attention.notApplicable == nil ? HeadClasses(attention, results.subject) : nil
  }

  var blocks: [Article.Block] {
    guard let classes else { return [] }
    let rows = classes.classes.map { one -> [Article.Cell] in
      let shown = one.members.prefix(10).map(\.head.id).joined(separator: ", ")
      let more = one.members.count > 10 ? ", … " : ""
      let best = one.members.first?.score
      return [
        Article.Cell(one.name.title), Article.Cell(NumberFormat.count(one.members.count), .number),
        Article.Cell(shown + more),
        best.map { $0.cell(withInterval: true) } ?? Article.Cell("–", .number),
        Article.Cell(best.map { NumberFormat.count($0.n) } ?? "–", .number),
        Article.Cell(one.metric.map { "\($0.title) = \($0.formula)" } ?? phrase("headTables.noScoreExceeds"), .formula),
      ]
    }
    let absent = named.filter { classes[$0] == nil }
    let sentence =
      absent.isEmpty
      ? ""
      : phrase("headTables.noHeadClass", ["absent": absent.count, "classes": absent.map { "*\($0.title)*" }.listed])
    return [
      .table(
        Article.Table(
          caption:
            phrase("headTables.headsClassStrongest", ["sentence": sentence]),
          columns: [
            Article.Column(phrase("column.class")), Article.Column(phrase("column.heads"), isNumeric: true),
            Article.Column(phrase("column.which")),
            Article.Column(phrase("headTables.highestScore"), isNumeric: true), Article.Column("n", isNumeric: true),
            Article.Column(phrase("column.score")),
          ], rows: rows))
    ]
  }
}
