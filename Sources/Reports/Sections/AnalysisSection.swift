import Plotting
import Results
import Support

/// The section of a subject: introduction, what does not apply and why, figures, tables by the kind of component.
struct AnalysisSection {
  let builder: ArticleBuilder
  let guide: AnalysisGuide
  let members: [AnalysisResult]
  /// The figures that stand at the head of the report, by id.
  let above: Set<String>

  /// More rows than these are not printed; they are in `results.json`.
  static let longestTable = 160

  init(_ builder: ArticleBuilder, guide: AnalysisGuide, members: [AnalysisResult], above: Set<String>) {
    self.builder = builder
    self.above = above
    self.guide = guide
    self.members = members
  }

  var section: Article.Section {
    var blocks: [Article.Block] = guide.introduction.isEmpty ? [] : [.prose(guide.introduction)]
    // Said once, where tokens come first.
    if guide.id == "attention", let attention = members.first,
      let marks = TokenText.explanation(of: attention.shownTokens)
    {
      blocks.append(.prose(Escaping.markdown(marks)))
    }
    for member in members {
      guard let reason = member.notApplicable else { continue }
      let name =
        members.count > 1 ? Escaping.markdown(member.id) : "none"
      blocks.append(
        .remark(
          phrase("section.notApplicable", ["name": name, "reason": Escaping.markdown(reason.text)])))
    }
    // What belongs to no stack of an encoder–decoder stands before the stacks.
    let stacks = builder.results.subject.model.stacks
    for stack in (stacks == [.only] ? [] : [.only]) + stacks {
      let part = builder.shown.part(stack)
      let own = self.blocks(of: part, members.compactMap { part[analysis: $0.id] }, stack)
      if !own.isEmpty { blocks += (stack == .only ? [] : [.heading(stack.title)]) + own }
    }
    for member in members { blocks += ExampleTables(member).blocks }
    let notes = members.flatMap(\.notes).map { Escaping.markdown($0.sentence) }
    if !notes.isEmpty { blocks.append(.remark(notes.joined(separator: " "))) }
    let shown = builder.figures.filter { figure in
      above.contains(figure.id) && members.contains { $0.id == figure.analysis }
    }
    if !shown.isEmpty { blocks.insert(.above(shown), at: guide.introduction.isEmpty ? 0 : 1) }
    return Article.Section(id: guide.id, title: guide.title, blocks: blocks).folded(guide.contents)
  }

  /// Figures and tables of one stack.
  private func blocks(
    of part: RunResults, _ members: [AnalysisResult], _ stack: Component.Stack
  ) -> [Article.Block] {
    var blocks: [Article.Block] = []
    let figures = builder.figures.filter { figure in
      figure.stack == stack && !above.contains(figure.id) && members.contains { $0.id == figure.analysis }
    }
    if guide.id == "attention", let attention = members.first { blocks += HeadTables(attention, part).blocks }
    for place in guide.places { blocks += place.blocks(of: figures) }
    let rest = figures.filter { figure in !guide.places.contains { $0.holds(figure) } }
    // What needs the width of the page is not made small.
    blocks += rest.filter(\.isWide).map { .figure($0) }
    for member in members where member.notApplicable == nil { blocks += tables(member) }
    let small = rest.filter { !$0.isWide }
    if !small.isEmpty { blocks.append(.gallery(Article.Gallery(title: guide.galleryTitle, figures: small))) }
    return blocks
  }

  /// A table for each kind of component, and for each set of components that have the same metrics.
  private func tables(_ analysis: AnalysisResult) -> [Article.Block] {
    ComponentKind.allCases.flatMap { kind in
      var groups: [(components: [Component], tables: [MetricTable])] = []
      for table in analysis.tables {
        let rows = table.rows.filter { ComponentKind($0.component) == kind }
        guard !rows.isEmpty else { continue }
        let components = rows.map(\.component)
        if let group = groups.firstIndex(where: { $0.components == components }) {
          groups[group].tables.append(MetricTable(table.metric, rows))
        } else {
          groups.append((components, [MetricTable(table.metric, rows)]))
        }
      }
      return groups.map { block(of: $0.tables, kind, rows: $0.components.count) }
    }
  }

  /// The table, or one sentence where there is nothing but zeros in many rows.
  private func block(of tables: [MetricTable], _ kind: ComponentKind, rows: Int) -> Article.Block {
    func names(_ tables: [MetricTable]) -> String { listed(tables.map { Escaping.markdown($0.metric.title) }) }
    let applicable = tables.filter { $0.rows.contains { $0.quantity.state != .notApplicable } }
    let others = tables.filter { table in !applicable.contains { $0.metric == table.metric } }
    let shown = applicable.filter { table in rows <= 14 || table.rows.contains { $0.quantity.value != 0 } }
    let zeros = applicable.filter { table in !shown.contains { $0.metric == table.metric } }
    let remark = [
      zeros.isEmpty ? nil : phrase("section.allZero", ["zeros": names(zeros), "count": rows, "kind": "\(kind)"]),
      others.isEmpty ? nil : phrase("section.notApplicableHere", ["names": names(others)]),
    ].compactMap { $0 }.joined(separator: " ")
    if shown.isEmpty { return .remark(remark) }
    // One number is no table.
    if shown.count == 1, rows == 1 {
      let cell = shown[0].rows[0].quantity.cell(withInterval: true), metric = shown[0].metric
      return .prose(
        phrase(
          "section.oneNumber",
          [
            "title": Escaping.markdown(metric.heading), "value": Escaping.markdown(cell.text),
            "detail": Escaping.markdown(cell.detail), "formula": Escaping.markdown(metric.formula),
            "source": Escaping.markdown(metric.source),
          ]) + (remark.isEmpty ? "" : " " + remark))
    }
    var table = table(shown, kind)
    if !remark.isEmpty { table.caption += " " + remark }
    return .table(table)
  }

  private func plural(_ kind: ComponentKind) -> String {
    kind == .head && builder.results.subject.selection?.isOfModel == true
      ? phrase("section.selectedHeads") : kind.plural
  }

  private func table(_ tables: [MetricTable], _ kind: ComponentKind) -> Article.Table {
    var components: [Component] = []
    var seen: Set<Component> = []
    for row in tables.flatMap(\.rows) where seen.insert(row.component).inserted { components.append(row.component) }
    let values = tables.map { table in
      Dictionary(table.rows.map { ($0.component, $0.quantity) }) { first, _ in first }
    }
    let n = tables.flatMap { $0.rows.map(\.quantity) }.observations.map { " \(Escaping.markdown($0))." } ?? ""
    let spreads = tables.filter { $0.rows.contains { $0.quantity.interval != nil } }.map(\.metric.spread)
    let brackets =
      kind != .model || spreads.isEmpty
      ? ""
      : phrase(
        "section.brackets",
        ["words": listed([.interval, .batches].filter(spreads.contains).map(\Metric.Spread.words))])
    // Under the heading of a stack it is not the model that is whole.
    let whole =
      builder.results.subject.model.encoder == nil || kind != .model ? plural(kind) : phrase("section.asAWhole")
    let caption = "**\(guide.title): \(whole).**\(n)\(brackets)"
    if components.count <= 14, kind != .tensor {
      // Metrics down the page, so that each has its formula beside it.
      return Article.Table(
        caption: caption,
        columns: [Article.Column(phrase("column.metric"))]
          + components.map { Article.Column(kind == .model ? phrase("column.value") : $0.id, isNumeric: true) }
          + [Article.Column(phrase("column.formula")), Article.Column(phrase("column.source"))],
        rows: zip(tables, values).map { table, values in
          [Article.Cell(table.metric.heading)]
            + components.map { values[$0]?.cell(withInterval: kind == .model) ?? Article.Cell("–", .number) }
            + [Article.Cell(table.metric.formula, .formula), Article.Cell(table.metric.source)]
        })
    }
    let name = "\(guide.title): \(plural(kind))"
    let cut = components.count - Self.longestTable
    return Article.Table(
      caption: n.trimmingPrefix(" ")
        + (cut > 0
          ? phrase(
            "section.cutTable",
            ["longestTable": Self.longestTable, "components": components.count])
          : ""),
      columns: [Article.Column(kind.singular)] + tables.map { Article.Column($0.metric.heading, isNumeric: true) },
      rows: components.prefix(Self.longestTable).map { component in
        [Article.Cell(component.tensor ?? component.id, .code)]
          + values.map { $0[component]?.cell() ?? Article.Cell("–", .number) }
      }, foldedTitle: name)
  }
}

/// What a table's rows are about.
enum ComponentKind: CaseIterable {
  case model, layer, point, head, keyValueHead, neuron, position, edge, label, document, task, tensor

  init(_ component: Component) {
    switch component.place {
    case .model: self = .model
    case .point: self = .point
    case .layer: self = .layer
    case .head: self = .head
    case .tensor: self = .tensor
    case .keyValueHead: self = .keyValueHead
    case .neuron: self = .neuron
    case .position: self = .position
    case .edge: self = .edge
    case .label: self = .label
    case .document: self = .document
    case .task: self = .task
    }
  }

  var singular: String {
    switch self {
    case .model: phrase("column.model")
    case .point: phrase("column.point")
    case .layer: phrase("column.layer")
    case .head: phrase("column.head")
    case .tensor: phrase("column.tensor")
    case .keyValueHead: phrase("component.one.keyValueHead")
    case .neuron: phrase("component.one.neuron")
    case .position: phrase("component.one.position")
    case .edge: phrase("component.one.edge")
    case .label: phrase("component.one.label")
    case .document: phrase("component.one.document")
    case .task: phrase("component.one.task")
    }
  }

  var plural: String {
    switch self {
    case .model: phrase("section.wholeModel")
    case .point: phrase("section.residualPoints")
    case .layer: phrase("word.layers")
    case .head: phrase("section.allHeads")
    case .tensor: phrase("word.tensors")
    case .keyValueHead: phrase("component.all.keyValueHead")
    case .neuron: phrase("component.all.neuron")
    case .position: phrase("component.all.position")
    case .edge: phrase("component.all.edge")
    case .label: phrase("component.all.label")
    case .document: phrase("component.all.document")
    case .task: phrase("component.all.task")
    }
  }
}

extension AnalysisResult {
  /// The tokens of its sample documents.
  fileprivate var shownTokens: [String] {
    texts.filter { name, _ in name.contains("sample.") && (name.hasSuffix(".tokens") || name.hasSuffix(".queries")) }
      .sorted { $0.key < $1.key }.flatMap(\.value)
  }
}
