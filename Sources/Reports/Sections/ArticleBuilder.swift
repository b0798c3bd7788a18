package import Diagnosis
import Plotting
package import Results
import Support

/// Puts an article together from a run's numbers, what the rules say of them, and its figures.
package struct ArticleBuilder: Sendable {
  let results: RunResults
  /// What tables show of it.
  let shown: RunResults
  let assessment: Assessment
  let figures: [Figure]
  /// Figures that could not be made, with the reason.
  let omitted: [(id: String, reason: String)]

  package init(results: RunResults, assessment: Assessment, outcomes: [FigureOutcome]) {
    self.results = results
    shown = results.shown
    self.assessment = assessment
    figures = outcomes.compactMap(\.figure)
    omitted = outcomes.compactMap(\.omission)
  }

  package var article: Article {
    var whole = results
    whole.subject.selection = nil
    let key = KeyFigures(results, assessment, figures)
    let decision = Decision(assessment)
    return Article(
      title: results.subject.name, subtitle: subtitle, verdict: assessment.verdict, decision: decision.sentence,
      verdictSentence: verdictSentence, measures: measures,
      findings: assessment.findings.map { Article.Summary(finding: $0, figure: key.figure(of: $0)) },
      standouts: Standouts(results: whole, assessment: assessment).sentences,
      sections: (key.chosen.isEmpty ? [] : [overview(key.chosen)]) + [findings]
        + analyses(without: Set(key.chosen.map(\.id))) + [method, provenance],
      colophon: colophon)
  }

  /// The task's own measures, each with its interval.
  private var measures: [Article.Measure] {
    let tables = results[analysis: QualityMetrics.analysis]?.tables ?? []
    return tables.compactMap { table in
      guard let quantity = table[.model], quantity.value != nil else { return nil }
      // Shares are read as percentages.
      let isShare = table.metric.lowest == 0 && table.metric.highest == 1
      let cell = (isShare ? quantity.scaled(by: 100) : quantity).cell(withInterval: true)
      return Article.Measure(
        title: table.metric.heading, value: cell.text + (isShare ? "\u{202f}%" : ""),
        detail: [cell.detail, "n\u{a0}=\u{a0}\(NumberFormat.count(quantity.n))"].filter { !$0.isEmpty }
          .joined(separator: " "))
    }
  }

  /// The figures that come first.
  private func overview(_ figures: [Figure]) -> Article.Section {
    Article.Section(
      id: "overview", title: phrase("section.overview"),
      blocks: figures.map { .figure($0) })
  }

  private var colophon: [Article.Fact] {
    let origin = results.subject.origin, corpus = results.subject.corpus
    let model = [results.subject.model.name, origin?.model].compactMap { $0 }.joined(separator: ", ")
    return [
      origin.map { Article.Fact(name: phrase("fact.program"), value: "Tomograph \($0.version)") },
      Article.Fact(name: phrase("fact.model"), value: model),
      corpus.map {
        Article.Fact(
          name: phrase("fact.corpus"), value: [$0.name, origin?.corpus].compactMap { $0 }.joined(separator: ", "))
      },
      origin.map {
        Article.Fact(
          name: phrase("fact.command"), value: "\($0.command) --name \(results.subject.name.shellWord)", isCode: true)
      },
      origin?.date.map { Article.Fact(name: phrase("fact.date"), value: $0) },
    ].compactMap { $0 }
  }

  private var subtitle: String {
    let model = results.subject.model
    let corpus = results.subject.corpus
    return
      phrase(
        "article.subtitle",
        [
          "model": model.name, "article": "aeiou".contains(model.task.text.first ?? "x") ? "vowel" : "other",
          "task": model.task, "family": model.family, "layers": layers(model),
          "heads": model.heads, "parameters": Self.parameters(model.parameters),
          "measured": corpus.map { corpus in
            phrase(
              "article.measuredOn",
              [
                "documents": results.subject.documents, "positions": results.subject.positions, "corpus": corpus.name,
              ])
          } ?? "",
          "sentence": (results.subject.selection?.sentence.map { ". \($0.dropLast())" } ?? ""),
        ])
  }

  /// "136,704", "22.7 M", "1.24 B".
  private static func parameters(_ count: Int) -> String {
    let unit = [(size: 1e9, sign: "B"), (size: 1e6, sign: "M")].first { Double(count) >= $0.size }
    return unit.map { "\(NumberFormat.text(Double(count) / $0.size))\u{a0}\($0.sign)" } ?? NumberFormat.count(count)
  }

  /// "6 layers", "2 encoder and 2 decoder layers".
  private func layers(_ model: Subject.Model) -> String {
    guard let encoder = model.encoder else { return phrase("count.layers", ["count": model.layers]) }
    return phrase("count.layersOfStacks", ["layers": encoder.layers, "layers2": model.layers])
  }

  private func attention(_ model: Subject.Model) -> String {
    model.encoder != nil
      ? phrase("fact.encoderDecoderAttention")
      : phrase(model.isCausal ? "word.causal" : "word.bidirectional")
  }

  /// "4 failures under 2 rules, 1 warning; 9 rules judged, 7 passed, 1 of them only in part; 3 not judged."
  private var verdictSentence: String {
    let verdict = assessment.verdict
    func found(_ severity: Severity, _ counted: String) -> String? {
      let found = assessment.findings.filter { $0.severity == severity }
      let rules = Set(found.map(\.rule)).count
      return found.isEmpty
        ? nil
        : phrase(counted, ["count": found.count])
          + (rules < found.count ? phrase("verdict.underRules", ["rules": rules]) : "")
    }
    let findings = [
      found(.fail, "count.failures"), found(.warn, "count.warnings"), found(.note, "count.notes"),
    ].compactMap { $0 }
    var parts = findings.isEmpty ? [] : [findings.joined(separator: ", ")]
    parts.append(
      phrase(
        "verdict.passed",
        [
          "judged": verdict.passed + Set(assessment.findings.filter { $0.severity > .note }.map(\.rule)).count,
          "passed": verdict.passed,
          "partlyJudged":
            (verdict.partlyJudged > 0
            ? phrase("verdict.partlyJudged", ["partlyJudged": verdict.partlyJudged]) : ""),
        ]))
    if verdict.notJudged > 0 {
      parts.append(phrase("verdict.notJudged", ["notJudged": verdict.notJudged]))
    }
    return parts.joined(separator: "; ") + "."
  }

  // MARK: Findings

  private var findings: Article.Section {
    var blocks: [Article.Block] = assessment.findings.map { .finding($0) }
    if assessment.findings.isEmpty {
      blocks.append(
        .prose(phrase("findings.none")))
    }
    blocks += unknownSettings + weightNotes { $0.isUrgent } + notApplicable
    blocks.append(
      .table(
        Article.Table(
          caption:
            phrase("findings.rules"),
          columns: [Article.Column(phrase("column.rule")), Article.Column(phrase("column.outcome"))],
          rows: assessment.checks.map { check in [Article.Cell(check.name), Article.Cell(outcome(check))] })))
    let content = assessment.findings.isEmpty ? "" : phrase("count.findings", ["count": assessment.findings.count])
    return Article.Section(id: "findings", title: phrase("section.findings"), blocks: blocks).folded(content)
  }

  /// What was asked for and says nothing of this model, with the reasons.
  private var notApplicable: [Article.Block] {
    let reasons = results.analyses.compactMap { analysis in
      analysis.notApplicable.map { reason in
        let guide = AnalysisGuide.all.first { $0.analyses.contains(analysis.id) } ?? AnalysisGuide(unknown: analysis.id)
        return "\(Escaping.markdown(guide.title)) (\(Escaping.markdown(reason.text)))"
      }
    }
    if reasons.isEmpty { return [] }
    return [.remark(phrase("findings.notApplicable", ["reasons": reasons.joined(separator: "; ")]))]
  }

  private var unknownSettings: [Article.Block] {
    guard let settings = results.subject.model.unknownSettings else { return [] }
    return [
      .remark(
        phrase(
          "findings.unknownSettings",
          ["settings": settings.map { Escaping.markdownCode($0) }.joined(separator: ", ")]))
    ]
  }

  /// What there is to know of how the weights were read.
  private func weightNotes(_ isWanted: (WeightNote) -> Bool) -> [Article.Block] {
    (results.subject.model.weightNotes ?? []).filter(isWanted).map { .remark(Escaping.markdown($0.sentence())) }
  }

  private func outcome(_ check: Assessment.Check) -> String {
    if let skipped = check.skipped { return phrase("findings.notJudged", ["skipped": skipped]) }
    let found = assessment.findings.filter { $0.rule == check.rule }
    if found.isEmpty { return phrase("severity.pass") }
    return Severity.allCases.reversed().compactMap { severity in
      let count = found.count { $0.severity == severity }
      return count == 0 ? nil : "\(count) × \(severity.title)"
    }.joined(separator: ", ")
  }

  // MARK: Analyses

  /// A section for each subject; analyses that no guide knows come last under their own names.
  private func analyses(without above: Set<String>) -> [Article.Section] {
    var rest = results.analyses.filter { analysis in !AnalysisGuide.all.contains { $0.analyses.contains(analysis.id) } }
    var sections = AnalysisGuide.all.compactMap { guide -> Article.Section? in
      let members = guide.analyses.compactMap { results[analysis: $0] }
      if members.allSatisfy({ $0.notApplicable != nil }) { return nil }
      return AnalysisSection(self, guide: guide, members: members, above: above).section
    }
    while !rest.isEmpty {
      let one = rest.removeFirst()
      sections.append(
        AnalysisSection(self, guide: AnalysisGuide(unknown: one.id), members: [one], above: above).section)
    }
    return sections
  }

  // MARK: Method

  private var method: Article.Section {
    var metrics: [Metric] = []
    var seen: Set<String> = []
    for table in results.analyses.flatMap(\.tables) where seen.insert(table.metric.id).inserted {
      metrics.append(table.metric)
    }
    var blocks: [Article.Block] = [
      .prose(
        phrase("method.definitions")),
      .definitions(metrics),
    ]
    let thresholds = Rule.all.flatMap { rule in
      rule.thresholds.map { threshold in
        [
          Article.Cell(rule.title), Article.Cell(rule.meaning(of: threshold)),
          Article.Cell(NumberFormat.text(threshold.value), .number),
        ]
      }
    }
    if !thresholds.isEmpty {
      blocks.append(.heading(phrase("section.thresholds")))
      blocks.append(
        .table(
          Article.Table(
            caption: phrase("method.thresholds"),
            columns: [
              Article.Column(phrase("column.rule")), Article.Column(phrase("column.line")),
              Article.Column(phrase("column.default"), isNumeric: true),
            ],
            rows: thresholds)))
    }
    return Article.Section(id: "method", title: phrase("section.method"), blocks: blocks)
      .folded(phrase("method.contents"))
  }

  private var provenance: Article.Section {
    let model = results.subject.model
    let corpus = results.subject.corpus
    let facts: [(String, String)] =
      [
        (phrase("fact.model"), model.name), (phrase("fact.family"), model.family),
        (phrase("fact.task"), model.task.text),
        (
          phrase("fact.shape"),
          phrase(
            "fact.shapeOfModel",
            ["layers": layers(model), "heads": model.heads, "headWidth": model.headWidth, "width": model.width])
        ),
        (phrase("fact.vocabulary"), NumberFormat.count(model.vocabulary)),
        (phrase("fact.parameters"), NumberFormat.count(model.parameters)),
        (phrase("fact.attention"), attention(model)),
      ]
      + (corpus.map { corpus in
        [
          (phrase("fact.corpus"), corpus.name), (phrase("fact.documents"), NumberFormat.count(corpus.documents)),
          (phrase("fact.tokens"), NumberFormat.count(corpus.tokens)),
          (phrase("fact.cutDocuments"), NumberFormat.count(corpus.truncated)),
          (phrase("fact.label"), corpus.label ?? phrase("fact.none")),
        ]
      } ?? []) + [(phrase("fact.seed"), String(results.subject.seed))]
    var blocks: [Article.Block] = [
      .table(
        Article.Table(
          caption: "", columns: [Article.Column(phrase("column.fact")), Article.Column(phrase("column.value"))],
          rows: facts.map { [Article.Cell($0.0), Article.Cell($0.1)] }))
    ]
    blocks += weightNotes { !$0.isUrgent }
    blocks += [
      .prose(
        // A training of a study has its digests with the study.
        phrase(results.subject.origin == nil ? "provenance.numbers" : "provenance.files"))
    ]
    let omitted = omitted.filter { one in results[analysis: one.id]?.notApplicable == nil }
    if !omitted.isEmpty {
      blocks.append(
        .remark(
          phrase(
            "provenance.notDrawn",
            [
              "omitted": omitted.map { "\(Escaping.markdownCode($0.id)) (\(Escaping.markdown($0.reason)))" }.joined(
                separator: "; ")
            ])))
    }
    return Article.Section(id: "provenance", title: phrase("section.provenance"), blocks: blocks)
      .folded(phrase("provenance.contents"))
  }
}
