import Diagnosis
import Plotting
import Results

/// The three sentences at the head of a report: the gravest finding, what the heads do, and how representations and
/// gradients change with depth. What is under its threshold is never named, nor what was measured on too little.
struct Standouts {
  let results: RunResults
  let assessment: Assessment

  /// As Markdown, three at most.
  var sentences: [String] { Array([gravest, heads, depth, sinks].compactMap { $0 }.prefix(3)) }

  private var gravest: String? {
    guard let finding = assessment.findings.first, finding.severity > .note else { return nil }
    let same = assessment.findings.filter { $0.rule == finding.rule && $0.severity == finding.severity }
    let places = same.prefix(3).map { Escaping.markdown($0.component.id) }
    let more = same.count > 3 ? " and \(same.count - 3) more" : ""
    let evidence = finding.evidence.first.map { " (\(lowercased(Escaping.markdown($0.sentence))))" } ?? ""
    let place = more.isEmpty ? listed(places) : places.joined(separator: ", ") + more
    return
      "**\(Escaping.markdown(finding.title))** at \(place)\(evidence): \(lowercased(Escaping.markdown(finding.meaning)))"
  }

  private func lowercased(_ sentence: String) -> String {
    // "NaN" and "RMS" stay as they are.
    let word = sentence.dropFirst().prefix { $0 != " " }
    return word.contains(where: \.isUppercase) ? sentence : sentence.prefix(1).lowercased() + sentence.dropFirst()
  }

  /// A sentence of each stack, as one.
  private func ofStacks(_ sentence: (_ part: RunResults, _ of: String) -> String?) -> String? {
    let sentences = results.subject.model.stacks.compactMap { stack in
      sentence(results.part(stack), stack == .only ? "" : stack == .cross ? "cross-attention " : "\(stack.rawValue) ")
    }
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }

  private var heads: String? { ofStacks(heads) }

  private func heads(_ results: RunResults, _ stack: String) -> String? {
    guard let attention = results[analysis: AttentionMetrics.analysis],
      let classes = HeadClasses(attention, results.subject)
    else {
      return nil
    }
    let reason = results.reasonNotToJudgeHeads(of: .only)
    // Where the corpus is too short there are still the seeded sequences of repeated tokens.
    let named = classes.classes.filter { one in
      reason == nil ? one.name != .other : [.induction, .duplicateToken].contains(one.name)
    }
    let (layers, count) = (results.subject.model.layers, results.subject.model.heads)
    let aligner = BestAligner(results, layers: layers, heads: count).map { " **\($0.name)** is \($0.reason)." } ?? ""
    if let reason, named.isEmpty {
      return "What the \(stack)heads do cannot be said: \(Escaping.markdown(reason)).\(aligner)"
    }
    guard !named.isEmpty else {
      return
        "None of the \(NumberFormat.count(classes.count)) \(stack)heads follows a pattern that has a name.\(aligner)"
    }
    let largest = named.enumerated().sorted { one, other in
      // Heads with a job that is rare and told apart by a probe are named before the common ones.
      let (a, b) = (rarity(one.element.name), rarity(other.element.name))
      if a != b { return a < b }
      let (x, y) = (one.element.members.count, other.element.members.count)
      return x == y ? one.offset < other.offset : x > y
    }.prefix(5).map(\.element)
    let parts = largest.map { one -> String in
      let best = one.members[0]
      let score = best.score?.value.map { ", \(NumberFormat.text($0))" } ?? ""
      return "\(one.counted) (\(one.members.count == 1 ? "" : "strongest ")**\(best.head.id)**\(score))"
    }
    let induction = attention[AttentionMetrics.inductionScore]?.rows.contains { $0.quantity.value != nil } ?? false
    let without = induction && classes[.induction] == nil ? "; no induction head has formed" : ""
    let rest = reason.map { "; what the others do cannot be said: \(Escaping.markdown($0))" } ?? ""
    return "Among \(classes.countedHeads) \(stack)heads: \(listed(parts))\(without)\(rest).\(aligner)"
  }

  /// Left for runs in which no rule has more to say.
  private var sinks: String? { ofStacks(sinks) }

  private func sinks(_ results: RunResults, _ stack: String) -> String? {
    guard let rate = results[AttentionMetrics.sinkRate]?[.model], let value = rate.value, value > 0,
      rate.n >= RunResults.leastRows
    else { return nil }
    return
      "The first token is a sink for \(NumberFormat.text(value * 100, digits: 2))\u{a0}% of the \(stack)heads: it takes more "
      + "than 0.3 of their attention."
  }

  private func rarity(_ name: PatternClass) -> Int {
    [.induction, .previousToken, .duplicateToken, .nextToken].contains(name) ? 0 : 1
  }

  private var depth: String? { ofStacks(depth) }

  private func depth(_ results: RunResults, _ stack: String) -> String? {
    var parts: [String] = []
    if isJudged("representation-collapse", stack), let rank = path(RepresentationMetrics.effectiveRank, results) {
      let low = rank.min { $0.value < $1.value } ?? rank[0]
      let ends =
        "\(stack.isEmpty ? "Effective" : stack.prefix(1).uppercased() + stack.dropFirst() + "effective") rank goes from \(NumberFormat.text(rank[0].value)) at \(rank[0].component.id) to \(NumberFormat.text(rank[rank.count - 1].value)) at \(rank[rank.count - 1].component.id)"
      let isInside = low.component != rank[0].component && low.component != rank[rank.count - 1].component
      parts.append(ends + (isInside ? " (lowest \(NumberFormat.text(low.value)) at \(low.component.id))" : ""))
    }
    if let ratio = results[GradientMetrics.endToEndRatio]?[.model]?.value, ratio > 0 {
      let change =
        ratio >= 1
        ? "shrinks by a factor of \(NumberFormat.text(ratio))" : "grows by a factor of \(NumberFormat.text(1 / ratio))"
      let subject = stack.isEmpty || !parts.isEmpty ? "relative" : "\(stack)relative"
      parts.append(
        "\(parts.isEmpty ? subject.prefix(1).uppercased() + subject.dropFirst() : subject) gradient flow \(change) from the last block to the first"
      )
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ") + "."
  }

  /// Whether a rule had enough to judge a stack ("encoder ").
  private func isJudged(_ rule: String, _ stack: String) -> Bool {
    !assessment.checks.contains { check in
      check.rule == rule && check.skipped != nil && (check.scope ?? stack.trimmed) == stack.trimmed
    }
  }

  /// The numbers of a metric along the residual points; nil where there are fewer than two.
  private func path(_ metric: Metric, _ results: RunResults) -> [(component: Component, value: Double)]? {
    let rows = results[metric]?.rows ?? []
    let numbers = rows.compactMap { row in
      row.component.point == nil ? nil : row.quantity.value.map { (component: row.component, value: $0) }
    }
    return numbers.count < 2 ? nil : numbers
  }
}
