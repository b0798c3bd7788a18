package import Engine
package import Results
import Support
package import Transformers

/// The loss of a language model by the position of the token, and what a second copy of random tokens gains of the first.
/// Definitions: `InContextMetrics`.
package struct InContextAnalysis: CorpusAnalysis {
  package static let id = InContextMetrics.analysis
  /// Shorter documents have no beginning and end to compare.
  static let least = 20

  package struct State: AnalysisState {
    /// Loss and count of each bin, one after the other.
    var byPosition: BootstrapSums
    /// Late less early, and 1, of each document: by fifths, and at tokens 500 and 50; copies of repeated tokens.
    var fifths = BootstrapSums(width: 2)
    var fixed = BootstrapSums(width: 2)
    var copies = BootstrapSums(width: 2)

    package mutating func merge(_ later: State) {
      byPosition.merge(later.byPosition)
      fifths.merge(later.fifths)
      fixed.merge(later.fixed)
      copies.merge(later.copies)
    }

    package func fits(_ later: State) -> Bool {
      byPosition.fits(later.byPosition) && fifths.fits(later.fifths) && fixed.fits(later.fixed)
        && copies.fits(later.copies)
    }
  }

  private let isLanguageModel: Bool
  private let bins: Int

  package init(_ context: AnalysisContext) {
    let d = context.model.description
    isLanguageModel = Self.concerns(d)
    bins = PositionBins.index(min(d.maximumPositions, 1 << 20)) + 1
  }

  package var empty: State { State(byPosition: BootstrapSums(width: 2 * bins)) }

  package static func concerns(_ description: ModelDescription) -> Bool { description.head == .languageModel }

  package var needs: Needs {
    var needs = Needs()
    needs.tokenLosses = isLanguageModel
    return needs
  }

  package func observe(_ observation: Observation, into state: inout State) throws {
    let losses = observation.trace.tokenLosses
    guard !losses.isEmpty else { return }
    let length = losses.count / observation.documents.count
    for (row, document) in observation.documents.enumerated() {
      // What the token at a place gives is the loss of the one behind it.
      let own = Array(losses[row * length..<row * length + document.ids.count - 1])
      switch observation.stream {
      case .corpus: add(own, observation.weights[row], to: &state)
      case .repeatedTokens(let start, let half):
        // The token at place p is foretold at p − 1.
        let first = mean(own[start..<start + half - 1]), second = mean(own[start + half..<start + 2 * half - 1])
        state.copies.add([second - first, 1], observation.weights[row])
      case .maskedCorpus: break
      }
    }
  }

  private func add(_ losses: [Double], _ weights: BootstrapWeights, to state: inout State) {
    var values = [Double](repeating: 0, count: 2 * bins)
    for (place, loss) in losses.enumerated() {
      let bin = min(PositionBins.index(place + 1), bins - 1)
      values[2 * bin] += loss
      values[2 * bin + 1] += 1
    }
    state.byPosition.add(values, weights)
    if losses.count >= Self.least {
      let part = losses.count / 5
      state.fifths.add([mean(losses.suffix(part)) - mean(losses.prefix(part)), 1], weights)
    }
    if losses.count >= 502 { state.fixed.add([mean(losses[497..<502]) - mean(losses[47..<52]), 1], weights) }
  }

  private func mean(_ values: some Collection<Double>) -> Double { values.reduce(0, +) / Double(values.count) }

  package func result(of state: State) throws -> AnalysisResult {
    let byPosition = state.byPosition
    guard isLanguageModel else {
      return AnalysisResult(id: Self.id, notApplicable: Message("note.context.none"))
    }
    func table(_ metric: Metric, _ sums: BootstrapSums) -> MetricTable {
      MetricTable(metric, [.init(.model, sums.ratio(0, to: sums, 1))])
    }
    var result = AnalysisResult(id: Self.id)
    result.tables = [
      table(InContextMetrics.score, state.fifths), table(InContextMetrics.score500, state.fixed),
      table(InContextMetrics.copyGain, state.copies),
    ]
    let bins = (0..<byPosition.width / 2).filter { byPosition.totals[2 * $0 + 1] > 0 }
    LossBin.write(
      bins.map { bin in
        LossBin(position: PositionBins.start(bin), loss: byPosition.ratio(2 * bin, to: byPosition, 2 * bin + 1))
      }, to: &result)
    return result
  }
}

/// Positions by bins: each by itself up to 127, then 64 bins for each doubling.
enum PositionBins {
  static func index(_ position: Int) -> Int {
    let shift = max(0, Int.bitWidth - position.leadingZeroBitCount - 7)
    return shift * 64 + position >> shift
  }

  /// The first position of a bin.
  static func start(_ index: Int) -> Int {
    let shift = max(0, index / 64 - 1)
    return (index - shift * 64) << shift
  }
}
