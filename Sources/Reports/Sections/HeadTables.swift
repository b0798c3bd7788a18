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
        Article.Cell(one.metric.map { "\($0.title) = \($0.formula)" } ?? phrase("headTables.noScore"), .formula),
      ]
    }
    let absent = named.filter { classes[$0] == nil }
    let sentence =
      absent.isEmpty
      ? ""
      : phrase("headTables.absent", ["absent": absent.count, "classes": absent.map { "*\($0.title)*" }.listed])
    return [
      .table(
        Article.Table(
          caption:
            phrase("headTables.caption", ["sentence": sentence]),
          columns: [
            Article.Column(phrase("column.class")), Article.Column(phrase("column.heads"), isNumeric: true),
            Article.Column(phrase("column.which")),
            Article.Column(phrase("headTables.highestScore"), isNumeric: true), Article.Column("n", isNumeric: true),
            Article.Column(phrase("column.score")),
          ], rows: rows)),
      .table(heads(of: classes)),
    ]
  }

  /// Each head with its class, and the class that it comes nearest to beside it.
  private func heads(of classes: HeadClasses) -> Article.Table {
    let members = classes.classes.flatMap { one in one.members.map { (one.name, $0) } }
      .sorted { a, b in (a.1.head.layer ?? 0, a.1.head.head ?? 0) < (b.1.head.layer ?? 0, b.1.head.head ?? 0) }
    let shown = members.prefix(AnalysisSection.longestTable)
    return Article.Table(
      caption: shown.count < members.count
        ? phrase("section.cutTable", ["longestTable": shown.count, "components": members.count]) : "",
      columns: [
        Article.Column(phrase("column.head")), Article.Column(phrase("column.class")),
        Article.Column(phrase("column.score"), isNumeric: true), Article.Column(phrase("headTables.runnerUp")),
        Article.Column(phrase("column.score"), isNumeric: true),
      ],
      rows: shown.map { name, member in
        [
          Article.Cell(member.head.id, .code), Article.Cell(name.title),
          member.score?.cell(withInterval: true) ?? Article.Cell("–", .number),
          Article.Cell(member.runnerUp?.name.title ?? "–"), member.runnerUp?.score.cell() ?? Article.Cell("–", .number),
        ]
      }, foldedTitle: phrase("headTables.classOfEach"))
  }
}
