import CKernels
import Engine
import Support

/// What the attention analysis adds up of one head over a corpus.
struct HeadTotals: AnalysisState {
  /// Numerators of row means: the kernel's, then those below.
  enum Extra: Int, CaseIterable {
    case separator, specialAndFirst16, normalised16, maximum16, longRange64, sink, outputNorm

    var index: Int { TK_ATTENTION_COUNT + rawValue }
  }

  static let width = TK_ATTENTION_COUNT + Extra.allCases.count
  /// Sequences at least this long feed rules.
  static let ruleLength = 16
  /// Sequences at least this long feed the rule on long-range heads.
  static let longRangeLength = 64
  /// Sink rates look at this many rows.
  static let sinkLength = 64

  var means = BootstrapSums(width: width)
  /// `|Σ z·∂L/∂z|` of the documents that have a gradient, `L` the sum of their losses.
  var importance = BootstrapSums(width: 1)
  /// Of aligned documents `WordLinks.agreement`.
  var agreement = BootstrapSums(width: 2)
  /// `Σ_q A[q, k]` over the corpus, aligned at the start; over long sequences; and its part on ordinary tokens.
  @Packed var marginal: [Double] = []
  @Packed var marginal16: [Double] = []
  @Packed var ordinary16: [Double] = []
  /// `Σ A[q, q − o]` and `Σ A[q, q + o]` at `o`.
  @Packed var behind: [Double] = []
  @Packed var ahead: [Double] = []

  /// Adds one document.
  mutating func add(_ cell: BatchAttention.Cell, document: DocumentKeys, weights: BootstrapWeights) {
    let length = document.length
    var sums = cell.sums + [Double](repeating: 0, count: Extra.allCases.count)
    let first = sums[TK_ATTENTION_FIRST]
    let special = sums[TK_ATTENTION_OPENING] + sums[TK_ATTENTION_CLOSING]
    sums[Extra.separator.index] =
      special + sums[TK_ATTENTION_PUNCTUATION] - (document.firstKind == .ordinary ? 0 : first)
    HeadTotals.add(cell.marginal, to: &marginal)
    if length >= HeadTotals.ruleLength {
      let isFirstSpecial = document.firstKind == .opening || document.firstKind == .closing
      sums[Extra.specialAndFirst16.index] = special + (isFirstSpecial ? 0 : first)
      sums[Extra.normalised16.index] = sums[TK_ATTENTION_NORMALISED]
      sums[Extra.maximum16.index] = sums[TK_ATTENTION_MAXIMUM]
      sums[Extra.sink.index] = cell.sink
      HeadTotals.add(cell.marginal, to: &marginal16)
      var ordinary = cell.marginal
      for k in 0..<length where k == 0 || document.kinds[k] != .ordinary { ordinary[k] = 0 }
      HeadTotals.add(ordinary, to: &ordinary16)
    }
    if length >= HeadTotals.longRangeLength { sums[Extra.longRange64.index] = sums[TK_ATTENTION_LONG_RANGE] }
    sums[Extra.outputNorm.index] = cell.outputNorm
    means.add(sums, weights)
    if let words = cell.words { agreement.add(words.agreement, weights) }
    guard !cell.offsets.isEmpty else { return }
    HeadTotals.add(Array(cell.offsets[..<length].reversed()), to: &behind)
    HeadTotals.add(Array(cell.offsets[(length - 1)...]), to: &ahead)
  }

  mutating func merge(_ later: HeadTotals) {
    means.merge(later.means)
    importance.merge(later.importance)
    agreement.merge(later.agreement)
    HeadTotals.add(later.marginal, to: &marginal)
    HeadTotals.add(later.marginal16, to: &marginal16)
    HeadTotals.add(later.ordinary16, to: &ordinary16)
    HeadTotals.add(later.behind, to: &behind)
    HeadTotals.add(later.ahead, to: &ahead)
  }

  func fits(_ later: HeadTotals) -> Bool {
    means.fits(later.means) && importance.fits(later.importance) && agreement.fits(later.agreement)
  }

  private static func add(_ values: [Double], to sums: inout [Double]) {
    if sums.count < values.count { sums += [Double](repeating: 0, count: values.count - sums.count) }
    tk_add_scaled(&sums, values, 1, values.count)
  }
}

/// What a document's keys are, as the kernel reads it.
struct DocumentKeys: Sendable {
  let length: Int
  let kinds: [TokenKind]
  let opening: [Float]
  let closing: [Float]
  let punctuation: [Float]

  init(_ document: TokenizedDocument) {
    length = document.ids.count
    kinds = document.kinds
    func mask(_ kind: TokenKind) -> [Float] { document.kinds.map { $0 == kind ? 1 : 0 } }
    opening = mask(.opening)
    closing = mask(.closing)
    punctuation = mask(.punctuation)
  }

  var firstKind: TokenKind { kinds.first ?? .ordinary }
}
