import Diagnosis
import Plotting
import Results
import Support

extension Study {
  /// The study as a thing to read, with its figures.
  package var article: (article: Article, figures: [Figure]) {
    let drawn = StudyFigures(study: self)
    let sections = groups.enumerated().map { number, group in
      section(group, drawn.figures(of: group, number: number), number)
    }
    let routing = routingFigures
    var article = Article(
      title: name,
      subtitle: about.isEmpty
        ? phrase("studyArticle.variantsOneTraining", ["variants": variants.count]) : about.trimmedEnd,
      verdict: nil, verdictSentence: sentence, standouts: standouts,
      sections: [overview(drawn.losses)] + sections.map(\.section) + (routing.isEmpty ? [] : [routingSection(routing)])
        + [method])
    article.kind = "study"
    return (article, [drawn.losses].compactMap { $0 } + sections.flatMap(\.figures) + routing)
  }

  private var sentence: String {
    let trainings = variants.reduce(0) { $0 + $1.runs.count }, stopped = variants.count { $0.fault != nil }
    let failing = variants.count { $0.findings.contains { $0.finding.severity == .fail } }
    return phrase(
      "studyArticle.variantsTrainingsFailing",
      ["variants": variants.count, "trainings": trainings, "failing": failing, "stopped": stopped])
  }

  private var ranked: [(variant: Variant, loss: Double)] {
    variants.enumerated().compactMap { index, variant in
      variant.mean(StudyNumbers.validationLoss).flatMap { $0.isFinite ? (index, variant, $0) : nil }
    }.sorted { ($0.2, $0.0) < ($1.2, $1.0) }.map { ($0.1, $0.2) }
  }

  private var standouts: [String] {
    guard let lowest = ranked.first, ranked.count > 1 else { return [] }
    var sentences: [String] = []
    func failures(_ variant: Variant) -> [Finding] {
      variant.findings.map(\.finding).filter { $0.severity == .fail }
    }
    // A low loss is no praise where a rule says how it came about.
    if let first = failures(lowest.variant).first {
      sentences.append(
        phrase(
          "studyArticle.lowestFails",
          [
            "variant": Escaping.markdown(lowest.variant.name), "loss": NumberFormat.text(lowest.loss),
            "rules": listed(failures(lowest.variant).map { Escaping.markdown($0.title) }),
            "meaning": Escaping.markdown(first.meaning.lowercasedFirst),
          ]))
    }
    if let comparison { sentences.append(comparison) }
    let failing = variants.compactMap { variant -> String? in
      let rules = variant.findings.filter { $0.finding.severity == .fail }.map(\.finding.title)
      return rules.isEmpty ? nil : "\(Escaping.markdown(variant.name)) (\(listed(rules.map(\.lowercasedFirst))))"
    }
    if !failing.isEmpty {
      sentences.append(
        phrase(
          "studyArticle.caughtRuleFailing",
          [
            "failing":
              (failing.count > 6
              ? Array(failing.prefix(6)) + [phrase("studyArticle.failingMore", ["failing": failing.count - 6])]
              : failing)
              .joined(separator: "; ")
          ]))
    }
    return sentences
  }

  /// Which variants differ from the first by more than their seeds do: all their losses lie on one side of all of its.
  /// Those that fail a rule are left out.
  private var comparison: String? {
    let sound = variants.filter { variant in
      !variant.findings.contains { $0.finding.severity == .fail }
        && variant.values(StudyNumbers.validationLoss).contains(where: \.isFinite)
    }
    guard let base = sound.first, base.name == variants[0].name, sound.count > 1 else { return nil }
    let own = base.values(StudyNumbers.validationLoss)
    guard own.count > 1, let low = own.min(), let high = own.max() else {
      return phrase("studyArticle.oneSeed", ["base": Escaping.markdown(base.name)])
    }
    func names(_ isWanted: ([Double]) -> Bool) -> String {
      listed(
        sound.dropFirst().filter { isWanted($0.values(StudyNumbers.validationLoss)) }
          .map { "**\(Escaping.markdown($0.name))**" })
    }
    let better = names { ($0.max() ?? .infinity) < low }, worse = names { ($0.min() ?? -.infinity) > high }
    return phrase(
      "studyArticle.beyondSeeds",
      [
        "base": Escaping.markdown(base.name), "low": NumberFormat.text(low), "high": NumberFormat.text(high),
        "better": better.isEmpty ? "none" : better, "worse": worse.isEmpty ? "none" : worse,
      ])
  }

  // MARK: Sections

  private func overview(_ figure: Figure?) -> Article.Section {
    Article.Section(
      id: "overview", title: phrase("studyArticle.sideBySide"),
      blocks: [.table(comparison(Array(variants.indices)))] + (figure.map { [.figure($0)] } ?? []))
  }

  private func section(_ group: Group, _ figures: (loss: Figure?, rest: [Figure]), _ number: Int) -> (
    section: Article.Section, figures: [Figure]
  ) {
    let members = [0] + group.members.filter { $0 != 0 }
    var blocks: [Article.Block] = group.about.isEmpty ? [] : [.prose(Escaping.markdown(group.about))]
    blocks.append(.table(settings(members)))
    blocks.append(.table(comparison(members, caption: phrase("studyArticle.sideSideColumns"))))
    if let loss = figures.loss { blocks.append(.figure(loss)) }
    if !figures.rest.isEmpty { blocks.append(.gallery(Article.Gallery(figures: figures.rest))) }
    if members.count > VariantCurves.most {
      blocks.append(
        .remark(phrase("studyArticle.figuresShowFirst", ["most": VariantCurves.most, "members": members.count])))
    }
    let found = self.findings(members)
    blocks.append(
      found.rows.isEmpty ? .remark(phrase("studyArticle.noRuleFound")) : .table(found))
    return (
      Article.Section(id: "group-\(number + 1)", title: group.name, blocks: blocks),
      [figures.loss].compactMap { $0 } + figures.rest
    )
  }

  private func settings(_ members: [Int]) -> Article.Table {
    Article.Table(
      caption:
        phrase("studyArticle.whatDiffersSettings", ["variants": Escaping.markdown(variants[0].name)]),
      columns: [Article.Column(phrase("column.variant")), Article.Column(phrase("column.settings"))],
      rows: members.filter { $0 != 0 }.map { index in
        let variant = variants[index]
        return [
          Article.Cell(variant.name),
          Article.Cell(variant.settings.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")),
        ]
      })
  }

  private func comparison(_ members: [Int], caption: String? = nil) -> Article.Table {
    func cell(_ value: Double?, digits: Int = 3) -> Article.Cell {
      Article.Cell(value.map { NumberFormat.text($0, digits: digits) } ?? phrase("value.notApplicable"), .number)
    }
    let base = variants[0].mean(StudyNumbers.validationLoss)
    let hasSpeed = variants.contains { $0.runs.contains { $0.tokensPerSecond != nil } }
    let rows = members.map { index -> [Article.Cell] in
      let variant = variants[index], losses = variant.values(StudyNumbers.validationLoss)
      let loss = variant.mean(StudyNumbers.validationLoss)
      var lossCell = cell(loss, digits: 4)
      if losses.count > 1, let low = losses.min(), let high = losses.max() {
        lossCell.detail = "[\(NumberFormat.text(low, digits: 4)), \(NumberFormat.text(high, digits: 4))]"
      }
      if let fault = variant.fault { lossCell = Article.Cell(phrase("word.stopped"), detail: fault) }
      let speeds = variant.runs.compactMap(\.tokensPerSecond)
      let rules = variant.findings.filter { $0.finding.severity > .note }
      return [
        Article.Cell(variant.name, link: variant.reported.map { "\($0.folder)/index.html" }),
        Article.Cell(
          variant.runs.lazy.compactMap { $0.results?.subject.model.parameters }.first.map(NumberFormat.count)
            ?? phrase("value.notApplicable"),
          .number),
        lossCell,
        Article.Cell(
          index == 0
            ? ""
            : loss.flatMap { loss in base.map { (loss > $0 ? "+" : "") + NumberFormat.text(loss - $0) } }
              ?? phrase("value.notApplicable"),
          .number),
        cell(variant.mean(StudyNumbers.trainingLoss), digits: 4), cell(variant.mean(StudyNumbers.fall)),
        cell(variant.mean(StudyNumbers.gradientPeak)), cell(variant.mean(StudyNumbers.entropy)),
        cell(variant.mean { StudyNumbers.ranks($0).last ?? nil }),
      ]
        + (hasSpeed
          ? [
            Article.Cell(
              speeds.isEmpty
                ? phrase("value.notApplicable")
                : NumberFormat.text(speeds.reduce(0, +) / Double(speeds.count), digits: 2), .number
            )
          ] : [])
        + [
          Article.Cell(
            rules.map { "\($0.finding.severity.title): \($0.finding.title.lowercasedFirst)" }.joined(separator: "; ")
          )
        ]
    }
    return Article.Table(
      caption: caption
        ?? phrase(
          "studyArticle.sideSideLosses",
          [
            "phrase":
              (hasSpeed
              ? phrase("studyArticle.tokensSecondGo") : "")
          ]),
      columns: [
        Article.Column(phrase("column.variant")), Article.Column(phrase("column.parameters"), isNumeric: true),
        Article.Column(phrase("studyArticle.validationLoss"), isNumeric: true), Article.Column("Δ", isNumeric: true),
        Article.Column(phrase("studyArticle.trainingLoss"), isNumeric: true),
        Article.Column(phrase("studyArticle.gradientFall"), isNumeric: true),
        Article.Column(phrase("studyArticle.gradientPeak"), isNumeric: true),
        Article.Column(phrase("column.entropy"), isNumeric: true),
        Article.Column(phrase("column.rank"), isNumeric: true),
      ] + (hasSpeed ? [Article.Column(phrase("studyArticle.tokensASecond"), isNumeric: true)] : []) + [
        Article.Column(phrase("column.rules"))
      ],
      rows: rows)
  }

  private func findings(_ members: [Int]) -> Article.Table {
    let rows = members.flatMap { index in
      variants[index].findings.filter { $0.finding.severity > .note }.map { found -> [Article.Cell] in
        let finding = found.finding, runs = variants[index].runs.count
        return [
          Article.Cell(variants[index].name), Article.Cell(finding.severity.title), Article.Cell(finding.title),
          Article.Cell(finding.scope), Article.Cell(finding.evidence.first?.sentence ?? ""),
          Article.Cell(
            runs > 1 ? phrase("studyArticle.runsOfRuns2", ["runs": found.runs, "runs2": runs]) : "", .number),
        ]
      }
    }
    let hasSeeds = variants.contains { $0.runs.count > 1 }
    return Article.Table(
      caption: phrase("studyArticle.whatRulesFound"),
      columns: [
        Article.Column(phrase("column.variant")), Article.Column(phrase("column.severity")),
        Article.Column(phrase("column.rule")), Article.Column(phrase("column.where")),
        Article.Column(phrase("column.evidence")),
      ] + (hasSeeds ? [Article.Column(phrase("column.trainings"), isNumeric: true)] : []),
      rows: rows.map { hasSeeds ? $0 : Array($0.dropLast()) })
  }

  // MARK: Mixtures of experts

  private var routed: [(variant: Variant, results: RunResults)] {
    variants.compactMap { variant in
      variant.runs.lazy.compactMap(\.results).first { $0[analysis: RoutingMetrics.analysis] != nil }.map {
        (variant, $0)
      }
    }
  }

  private var routingFigures: [Figure] {
    routed.enumerated().flatMap { number, routed in
      ExpertLoads.figures(of: routed.results).compactMap(\.figure).map {
        $0.named("study-routing-\(number + 1)", of: routed.variant.name)
      }
    }
  }

  private func routingSection(_ figures: [Figure]) -> Article.Section {
    func mean(_ metric: Metric, _ results: RunResults) -> Article.Cell {
      let values = (results[metric]?.rows ?? []).compactMap(\.quantity.value)
      return Article.Cell(
        values.isEmpty ? phrase("value.notApplicable") : NumberFormat.text(values.reduce(0, +) / Double(values.count)),
        .number)
    }
    let metrics = [RoutingMetrics.entropy, RoutingMetrics.loadEntropy, RoutingMetrics.largestLoad]
    return Article.Section(
      id: "routing", title: phrase("studyArticle.mixturesOfExperts"),
      blocks: [
        .table(
          Article.Table(
            caption: phrase("studyArticle.routingMeansOver"),
            columns: [Article.Column(phrase("column.variant"))]
              + metrics.map { Article.Column($0.title, isNumeric: true) },
            rows: routed.map { routed in [Article.Cell(routed.variant.name)] + metrics.map { mean($0, routed.results) }
            })),
        .gallery(Article.Gallery(figures: figures)),
      ])
  }

  // MARK: Method

  private var method: Article.Section {
    var metrics: [Metric] = []
    let tables = variants.lazy.flatMap(\.runs).compactMap(\.results).first?.analyses.flatMap(\.tables) ?? []
    for table in tables where !metrics.contains(table.metric) { metrics.append(table.metric) }
    let seeds = variants[0].runs.map { "\($0.seed)" }
    let corpus = variants.lazy.flatMap(\.runs).compactMap(\.results).first?.subject.corpus
    return Article.Section(
      id: "method", title: phrase("studyArticle.methodAndDefinitions"),
      blocks: [
        .prose(
          phrase(
            "studyArticle.allVariantsTrained",
            [
              "seeds":
                (seeds.count == 1
                ? phrase("studyArticle.seedSeeds", ["seeds": seeds[0]])
                : phrase("studyArticle.seedsSeedsMeans", ["seeds": listed(seeds)])),
              "tokens":
                (corpus.map {
                  phrase(
                    "studyArticle.whatMeasuredTrained",
                    ["documents": $0.documents, "name": Escaping.markdown($0.name), "tokens": $0.tokens])
                } ?? ""),
            ])
        ),
        .table(
          Article.Table(
            caption: phrase("studyArticle.whatAllHave"),
            columns: [Article.Column(phrase("column.setting")), Article.Column(phrase("column.value"))],
            rows: common.map { [Article.Cell($0.key, .code), Article.Cell($0.value)] },
            foldedTitle: phrase("studyArticle.commonSettings"))),
        .definitions(metrics),
      ])
  }
}

extension Study.Variant {
  /// The training that has a report of its own: the first that came to its end; nil where none did.
  var reported: (folder: String, results: RunResults, assessment: Assessment)? {
    runs.lazy.compactMap { run in
      run.results.flatMap { results in
        run.assessment.map { ("\(Study.variantsName)/\(run.folder)", results, $0) }
      }
    }.first
  }
}

extension String {
  /// Without the full stop that the page sets itself.
  fileprivate var trimmedEnd: String { hasSuffix(".") ? String(dropLast()) : self }
}
