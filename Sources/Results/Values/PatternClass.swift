import Support

/// What kind of pattern a head makes.
package enum PatternClass: String, CaseIterable, Sendable {
  case induction
  case previousToken = "previous token"
  case nextToken = "next token"
  case duplicateToken = "duplicate token"
  case sink, separator
  case fixedOffset = "fixed offset"
  case diagonal, uniform, hierarchical, other

  /// "previous token".
  package var title: String { phrase("class.\(self)") }
  /// "5 sinks", "1 previous-token head".
  package func counted(_ count: Int) -> String { phrase("class.\(self).count", ["count": count]) }

  /// The number that decides whether a head is of the class; nil for `other`.
  package var score: Metric? {
    switch self {
    case .induction: AttentionMetrics.inductionScore
    case .previousToken: AttentionMetrics.previousShare
    case .nextToken: AttentionMetrics.nextShare
    case .duplicateToken: AttentionMetrics.duplicateTokenScore
    case .sink: AttentionMetrics.firstShare
    case .separator: AttentionMetrics.separatorShare
    case .fixedOffset: AttentionMetrics.fixedOffsetShare
    case .diagonal: AttentionMetrics.diagonalScore
    case .uniform: AttentionMetrics.uniformScore
    case .hierarchical: AttentionMetrics.hierarchicalScore
    case .other: nil
    }
  }

  /// As a map's cells name it; empty for `other`.
  package var letters: String {
    switch self {
    case .induction: "In"
    case .previousToken: "Pr"
    case .nextToken: "Ne"
    case .duplicateToken: "Du"
    case .sink: "Si"
    case .separator: "Se"
    case .fixedOffset: "Fx"
    case .diagonal: "Di"
    case .uniform: "Un"
    case .hierarchical: "Hi"
    case .other: ""
    }
  }

  /// What a score has to exceed.
  package struct Thresholds: Hashable, Codable, Sendable {
    package var induction = 0.4
    package var previousToken = 0.4
    package var nextToken = 0.4
    package var duplicateToken = 0.4
    package var sink = 0.7
    package var separator = 0.6
    package var fixedOffset = 0.7
    package var diagonal = 0.7
    package var uniform = 0.5
    package var hierarchical = 0.6

    package init() {}

    /// Nil for `other`, which nothing decides.
    package subscript(name: PatternClass) -> Double? {
      switch name {
      case .induction: induction
      case .previousToken: previousToken
      case .nextToken: nextToken
      case .duplicateToken: duplicateToken
      case .sink: sink
      case .separator: separator
      case .fixedOffset: fixedOffset
      case .diagonal: diagonal
      case .uniform: uniform
      case .hierarchical: hierarchical
      case .other: nil
      }
    }
  }

  /// The first class, in the order of the cases, whose score exceeds its threshold.
  ///
  /// - Parameter value: of a head's score; nil where it does not apply.
  package init(_ thresholds: Thresholds, _ value: (_ score: Metric) -> Double?) {
    self =
      Self.allCases.first { name in
        guard let score = name.score, let line = thresholds[name], let value = value(score) else { return false }
        return value > line
      } ?? .other
  }
}

extension AnalysisResult {
  /// The class of every head as the attention analysis found it, layer by layer; nil for a head without numbers.
  package func classes(of stack: Component.Stack = .only) -> [PatternClass?]? {
    self[AttentionMetrics.classes, stack]?.map(PatternClass.init(rawValue:))
  }

  package mutating func set(classes: [PatternClass?], of stack: Component.Stack = .only) {
    self[AttentionMetrics.classes, stack] = classes.map { $0?.rawValue ?? "" }
  }
}
