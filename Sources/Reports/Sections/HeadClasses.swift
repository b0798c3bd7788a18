import Plotting
import Results
import Support

/// The heads of a run by the class of their pattern, with the score that made them members.
struct HeadClasses {
  struct Member {
    var head: Component
    /// Of the class's own metric; nil for the class `other`.
    var score: Quantity?
    /// The class whose score comes nearest to its threshold, or exceeds it most, among the others; nil where there are no
    /// scores.
    var runnerUp: (name: PatternClass, score: Quantity)?
  }

  struct Class {
    var name: PatternClass
    var metric: Metric?
    /// The strongest first.
    var members: [Member]

    /// "5 sinks", "1 previous-token head".
    var counted: String { name.counted(members.count) }
  }

  /// In the order in which classes are tried; only those that have members.
  let classes: [Class]
  /// The number of heads that have numbers.
  let count: Int
  private let all: Int

  /// "12", or "8 of the 12" where some have no numbers.
  var countedHeads: String {
    count == all ? NumberFormat.count(all) : phrase("headTables.countOfAll", ["count": count, "all": all])
  }

  /// Nil where the run has no classes.
  init?(_ attention: AnalysisResult, _ subject: Subject) {
    guard let names = attention.classes(), names.contains(where: { $0 != nil }), subject.model.heads > 0 else {
      return nil
    }
    let width = subject.model.heads
    let shown = names.indices.filter { place in
      subject.selection.map { $0.shows(.head(place / width, place % width)) } ?? true
    }
    if shown.isEmpty { return nil }
    count = shown.count { names[$0] != nil }
    all = shown.count
    let heads = names.indices.map { Component.head($0 / width, $0 % width) }
    let tables = Dictionary(
      uniqueKeysWithValues: PatternClass.allCases.compactMap { name in
        name.score.flatMap { attention[$0] }.map { (name, $0) }
      })
    let scores = tables.mapValues { table in
      Dictionary(table.rows.map { ($0.component, $0.quantity) }) { first, _ in first }
    }
    let thresholds = PatternClass.Thresholds()
    func runnerUp(_ head: Component, without own: PatternClass) -> (name: PatternClass, score: Quantity)? {
      let others = PatternClass.allCases.compactMap { name -> (name: PatternClass, score: Quantity, share: Double)? in
        guard name != own, let line = thresholds[name], let score = scores[name]?[head], let value = score.value else {
          return nil
        }
        return (name, score, value / line)
      }
      return others.max { $0.share < $1.share }.map { ($0.name, $0.score) }
    }
    classes = PatternClass.allCases.compactMap { name in
      let members = shown.filter { names[$0] == name }.map { place in
        Member(
          head: heads[place], score: scores[name]?[heads[place]], runnerUp: runnerUp(heads[place], without: name))
      }
      // A stable order: by score, then as in the model.
      let sorted = members.enumerated().sorted { one, other in
        let (a, b) = (one.element.score?.value ?? -1, other.element.score?.value ?? -1)
        return a == b ? one.offset < other.offset : a > b
      }
      return members.isEmpty ? nil : Class(name: name, metric: tables[name]?.metric, members: sorted.map(\.element))
    }
  }

  subscript(name: PatternClass) -> Class? { classes.first { $0.name == name } }
}
