package import Results

/// What was recorded of one step; from it lines of JSON are made, and whatever else a writer likes.
package struct TelemetryRecord: Sendable {
  /// A parameter: its gradient before clipping, its weight before the step, its change.
  package struct Parameter: Sendable {
    package var name: String
    package var gradientNorm: Double
    package var gradientRMS: Double
    /// `‖g‖₂/‖w‖₂`.
    package var ratio: Double
    package var weightNorm: Double
    /// `‖Δw‖₂/‖w‖₂`; nil for a step that changed nothing.
    package var updateRatio: Double?
    package var zeros: Int
    package var nans: Int
    package var positiveInfinities: Int
    package var negativeInfinities: Int
    /// Counts over the bins of `log₁₀|g|` of `GradientFormulas`; nil where they were not asked for.
    package var histogram: [UInt64]?

    /// The bins of the histogram from the first to the last that holds anything, under their numbers; nil where none does.
    package var filledBins: ArraySlice<UInt64>? {
      guard let histogram, let first = histogram.firstIndex(where: { $0 > 0 }),
        let last = histogram.lastIndex(where: { $0 > 0 })
      else { return nil }
      return histogram[first...last]
    }
  }

  /// All parameters of one block.
  package struct Layer: Sendable {
    package var stack: String
    package var layer: Int
    package var gradientNorm: Double
  }

  /// A residual point, or what a module adds to the stream.
  package struct Point: Sendable {
    /// The site's text.
    package var site: String
    /// `‖∂L/∂x‖₂` over all real positions.
    package var flow: Double
    /// `E_t ‖g_t‖·‖x_t‖`; nil for modules.
    package var relativeFlow: Double?
    /// `RepresentationMetrics.effectiveRank` of the ordinary positions; nil for modules, and where all vectors are equal.
    package var effectiveRank: Double?
  }

  /// The attention of one layer: a value for each head.
  package struct Attention: Sendable {
    /// The pattern's site.
    package var site: String
    /// Mean over queries, nats.
    package var entropy: [Double]
    /// Entropy over `ln n_q`, mean over the queries that see n_q > 1 keys.
    package var normalisedEntropy: [Double]
    /// Nil for a step at which heads were not classified.
    package var classes: [PatternClass]?
  }

  /// Steps that were taken, this one included.
  package var step: Int
  package var loss: Double
  package var learningRate: Double
  /// The global norm before clipping.
  package var gradientNorm: Double
  /// What gradients were multiplied with.
  package var clipping: Double
  package var tokens: Int
  package var parameters: [Parameter] = []
  package var layers: [Layer] = []
  package var points: [Point] = []
  /// Least-squares slope of `ln(relative flow)` over the residual points behind the first block, per stack.
  package var depthSlopes: [(stack: String, slope: Double)] = []
  /// Positions that effective ranks are of, per stack.
  package var rankTokens: [(stack: String, count: Int)] = []
  package var attention: [Attention] = []
  package var fault: NumericFault?

  /// How many heads are of each class, in the order of the classes; nil for a step at which they were not classified.
  package var headCounts: [(name: PatternClass, count: Int)]? {
    let classes = attention.compactMap(\.classes).flatMap { $0 }
    return classes.isEmpty ? nil : PatternClass.allCases.map { name in (name, classes.count { $0 == name }) }
  }
}

/// What an evaluation behind a step found.
package struct EvaluationRecord: Sendable {
  package var step: Int
  package var accuracy: Double?
  package var exactMatch: Double?
  package var loss: Double
}

/// What depends on the machine and the hour, kept apart so that records are the same in every run.
package struct SpeedRecord: Sendable {
  package var step: Int
  package var seconds: Double
  package var tokensPerSecond: Double
  /// Bytes that the process holds in memory.
  package var residentBytes: Int
}
