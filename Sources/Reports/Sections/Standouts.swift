import Diagnosis
import Plotting
import Results
import Support

/// The three sentences at the head of a report: what the heads do, how representations and gradients change with depth,
/// and where attention drains. What is under its threshold is never named, nor what was measured on too little.
struct Standouts {
  let results: RunResults
  let assessment: Assessment

  /// As Markdown, three at most.
  var sentences: [String] { Array([heads, depth, sinks].compactMap { $0 }.prefix(3)) }

  /// A sentence of each stack, as one.
  private func ofStacks(_ sentence: (_ part: RunResults, _ of: Component.Stack) -> String?) -> String? {
    let sentences = results.subject.model.stacks.compactMap { stack in
      sentence(results.part(stack), stack)
    }
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }

  private var heads: String? { ofStacks(heads) }

  private func heads(_ results: RunResults, _ stack: Component.Stack) -> String? {
    guard let attention = results[analysis: AttentionMetrics.analysis],
      let classes = HeadClasses(attention, results.subject)
    else {
      return nil
    }
    let reason = results.reasonNotToJudgeHeads(of: .only)?.text
    // Where the corpus is too short there are still the seeded sequences of repeated tokens.
    let named = classes.classes.filter { one in
      reason == nil ? one.name != .other : [.induction, .duplicateToken].contains(one.name)
    }
    let (layers, count) = (results.subject.model.layers, results.subject.model.heads)
    let aligner =
      BestAligner(results, layers: layers, heads: count).map {
        phrase("standouts.aligner", ["name": $0.name, "reason": $0.reason])
      } ?? ""
    if let reason, named.isEmpty {
      return phrase(
        "standouts.headsNotJudged", ["stack": stack.rawValue, "reason": Escaping.markdown(reason), "aligner": aligner])
    }
    guard !named.isEmpty else {
      return
        phrase("standouts.noClass", ["classes": classes.count, "stack": stack.rawValue, "aligner": aligner])
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
      return phrase(
        "standouts.headsOfClass",
        ["counted": one.counted, "count": one.members.count, "head": best.head.id, "score": score])
    }
    let induction = attention[AttentionMetrics.inductionScore]?.rows.contains { $0.quantity.value != nil } ?? false
    let without = induction && classes[.induction] == nil ? phrase("standouts.noInductionHead") : ""
    let rest = reason.map { phrase("standouts.othersNotJudged", ["markdown": Escaping.markdown($0)]) } ?? ""
    return phrase(
      "standouts.heads",
      [
        "countedHeads": classes.countedHeads, "stack": stack.rawValue, "parts": listed(parts), "without": without,
        "rest": rest, "aligner": aligner,
      ])
  }

  /// Left for runs in which no rule has more to say.
  private var sinks: String? { ofStacks(sinks) }

  private func sinks(_ results: RunResults, _ stack: Component.Stack) -> String? {
    guard let rate = results[AttentionMetrics.sinkRate]?[.model], let value = rate.value, value > 0,
      rate.n >= RunResults.leastRows
    else { return nil }
    return
      phrase(
        "standouts.sink", ["digits": NumberFormat.text(value * 100, digits: 2), "stack": stack.rawValue])
  }

  private func rarity(_ name: PatternClass) -> Int {
    [.induction, .previousToken, .duplicateToken, .nextToken].contains(name) ? 0 : 1
  }

  private var depth: String? { ofStacks(depth) }

  private func depth(_ results: RunResults, _ stack: Component.Stack) -> String? {
    var parts: [String] = []
    if isJudged("representation-collapse", stack), let rank = path(RepresentationMetrics.effectiveRank, results) {
      let low = rank.min { $0.value < $1.value } ?? rank[0]
      let ends =
        phrase(
          "standouts.rank",
          [
            "stack": stack.rawValue, "value": NumberFormat.text(rank[0].value), "component": rank[0].component.id,
            "value2": NumberFormat.text(rank[rank.count - 1].value), "component2": rank[rank.count - 1].component.id,
          ])
      let isInside = low.component != rank[0].component && low.component != rank[rank.count - 1].component
      parts.append(
        ends
          + (isInside
            ? phrase(
              "standouts.lowestRank", ["value": NumberFormat.text(low.value), "component": low.component.id])
            : ""))
    }
    if let ratio = results[GradientMetrics.endToEndRatio]?[.model]?.value, ratio > 0 {
      let change =
        ratio >= 1
        ? phrase("standouts.shrinks", ["ratio": NumberFormat.text(ratio)])
        : phrase("standouts.grows", ["ratio": NumberFormat.text(1 / ratio)])
      parts.append(
        phrase(
          "standouts.gradientFlow",
          ["place": parts.isEmpty ? "first" : "later", "stack": stack.rawValue, "change": change])
      )
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ") + "."
  }

  /// Whether a rule had enough to judge a stack.
  private func isJudged(_ rule: String, _ stack: Component.Stack) -> Bool {
    !assessment.checks.contains { check in
      check.rule == rule && check.skipped != nil
        && (check.scope ?? stack.name.text) == stack.name.text
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
