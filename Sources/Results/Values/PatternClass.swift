/// What kind of pattern a head makes.
package enum PatternClass: String, CaseIterable, Sendable {
  case induction
  case previousToken = "previous token"
  case nextToken = "next token"
  case duplicateToken = "duplicate token"
  case sink, separator
  case fixedOffset = "fixed offset"
  case diagonal, uniform, hierarchical, other

  /// The scores a head is classified by; nil where one does not apply.
  package struct Scores: Sendable {
    package var induction: Double?
    package var previous: Double?
    package var next: Double?
    package var duplicate: Double?
    package var first: Double?
    package var separator: Double?
    package var fixedOffset: Double?
    package var diagonal: Double?
    package var uniform: Double?
    package var hierarchical: Double?

    package init(
      induction: Double? = nil, previous: Double? = nil, next: Double? = nil, duplicate: Double? = nil,
      first: Double? = nil, separator: Double? = nil, fixedOffset: Double? = nil, diagonal: Double? = nil,
      uniform: Double? = nil, hierarchical: Double? = nil
    ) {
      self.induction = induction
      self.previous = previous
      self.next = next
      self.duplicate = duplicate
      self.first = first
      self.separator = separator
      self.fixedOffset = fixedOffset
      self.diagonal = diagonal
      self.uniform = uniform
      self.hierarchical = hierarchical
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
  }

  /// The first class, in the order of the cases, whose score exceeds its threshold.
  package init(_ scores: Scores, _ thresholds: Thresholds = Thresholds()) {
    let rules: [(PatternClass, Double?, Double)] = [
      (.induction, scores.induction, thresholds.induction),
      (.previousToken, scores.previous, thresholds.previousToken),
      (.nextToken, scores.next, thresholds.nextToken),
      (.duplicateToken, scores.duplicate, thresholds.duplicateToken),
      (.sink, scores.first, thresholds.sink),
      (.separator, scores.separator, thresholds.separator),
      (.fixedOffset, scores.fixedOffset, thresholds.fixedOffset),
      (.diagonal, scores.diagonal, thresholds.diagonal),
      (.uniform, scores.uniform, thresholds.uniform),
      (.hierarchical, scores.hierarchical, thresholds.hierarchical),
    ]
    self = rules.first { rule in rule.1.map { $0 > rule.2 } ?? false }?.0 ?? .other
  }
}
