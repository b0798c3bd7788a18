package import Engine
package import Results
import Support
package import Tensors
package import Transformers

/// How the residual stream uses its dimensions at every point `R0 … RL`: spectrum and ranks of the covariance,
/// anisotropy, distances within and between classes, norms, massive activations.
///
/// Token vectors of ordinary positions; the covariance is streamed in double over all of them, pairs are those of a
/// bounded sample. Definitions: `RepresentationMetrics`.
package struct RepresentationAnalysis: StackAnalysis {
  package static let id = RepresentationMetrics.analysis
  /// Tokens kept for pairs.
  static let limit = 1024

  let width: Int
  let label: String?
  /// Of the points, in order.
  let order: [Site]

  package struct State: AnalysisState {
    var points: [ResidualTotals]
    var sample: TokenSample

    package mutating func merge(_ later: State) {
      points.merge(later.points)
      sample.merge(later.sample)
    }

    package func fits(_ later: State) -> Bool { points.fits(later.points) && sample.fits(later.sample) }
  }

  package init(_ context: AnalysisContext, _ stack: StackDescription) {
    width = stack.width
    label = context.label
    order = (0...stack.layers).map(stack.residual(point:))
  }

  package var sites: Set<Site> { Set(order) }

  package var empty: State {
    State(
      points: [ResidualTotals](repeating: ResidualTotals(width: width), count: order.count),
      sample: TokenSample(limit: RepresentationAnalysis.limit, width: width))
  }

  package func observe(_ documents: [TokenizedDocument], of observation: Observation, into state: inout State) {
    let values = order.compactMap { observation.trace[$0] }, weights = observation.weights
    guard values.count == order.count else { return }
    forEachElement(of: &state.points) { $0.add(values[$1], documents, weights) }
    state.sample.offer(documents, points: values)
  }

  package func result(of state: State) -> AnalysisResult {
    let points = state.points
    let tokens = points.first?.tokens ?? 0
    guard tokens >= 3 else {
      return AnalysisResult(
        id: RepresentationAnalysis.id,
        notApplicable: Message("note.representations.few", ["tokens": tokens]))
    }
    let chosen = state.sample.chosen
    let classes = TokenClasses(chosen.map(\.label))
    let measured = mapPieces(points.count) { point in
      let covariance = points[point].vectors.matrix, spectrum = covariance.symmetricEigenvalues()
      let numbers = spectrumNumbers(points[point], covariance, spectrum)
        .merging(pairNumbers(chosen, classes, points[point], point: point)) { $1 }
      return (spectrum: spectrum, numbers: numbers)
    }
    var result = AnalysisResult(id: RepresentationAnalysis.id)
    result.tables = RepresentationMetrics.all.map { metric in
      MetricTable(
        metric,
        points.indices.map { MetricTable.Row(.point($0), measured[$0].numbers[metric.id] ?? .notApplicable) })
    }
    result.tables.append(
      MetricTable(RepresentationMetrics.outlierFeatures, [MetricTable.Row(.model, outlierFeatures(points))]))
    for (point, spectrum) in measured.map(\.spectrum).enumerated() {
      result[RepresentationMetrics.spectrum[point]] = NumericArray(
        shape: [spectrum.count], values: spectrum.map { Float($0) })
    }
    result.notes = [
      Note(
        Message(
          "note.representations.tokens",
          ["tokens": tokens, "width": width, "ranks": tokens < 10 * width ? "bounded" : "free"])),
      Note(Message("note.representations.pairs", ["chosen": chosen.count])),
    ]
    if let label, classes.count > 1 {
      result.notes.append(
        Note(Message("note.representations.classes", ["classes": classes.count, "label": label])))
    }
    return result
  }

  private func spectrumNumbers(
    _ sums: ResidualTotals, _ covariance: Matrix, _ eigenvalues: [Double]
  ) -> [String: Quantity] {
    let n = sums.tokens
    var result: [String: Quantity] = [:]
    result[RepresentationMetrics.norm.id] = sums.norms.ratio(0, to: sums.norms, 1)
    result[RepresentationMetrics.firstNorm.id] = sums.norms.ratio(2, to: sums.norms, 3)
    result[RepresentationMetrics.specialNorm.id] = sums.norms.ratio(4, to: sums.norms, 5)
    let median = sums.medianMagnitude
    if median > 0 || median.isNaN {
      result[RepresentationMetrics.massiveActivation.id] = Quantity(Double(sums.largest) / median, n: n)
      result[RepresentationMetrics.massiveActivationFirst.id] =
        sums.largestElsewhere != 0 ? Quantity(Double(sums.largestElsewhere) / median, n: n) : .notApplicable
    }
    guard let spectrum = sums.vectors.spectrum(eigenvalues) else { return result }
    let rank = spectrum.effectiveRank
    result[RepresentationMetrics.effectiveRank.id] = Quantity(rank, n: n)
    result[RepresentationMetrics.effectiveRankShare.id] = Quantity(rank / Double(min(n, sums.width)), n: n)
    result[RepresentationMetrics.participationRatio.id] = Quantity(spectrum.participationRatio, n: n)
    result[RepresentationMetrics.stableRank.id] = Quantity(spectrum.stableRank, n: n)
    result[RepresentationMetrics.varianceFraction99.id] = Quantity(
      rank.isNaN ? .nan : Double(spectrum.count(forShare: 0.99)) / Double(sums.width), n: n)
    result[RepresentationMetrics.redundancy.id] = Quantity(meanAbsoluteCorrelation(covariance), n: n)
    return result
  }

  /// Distances and cosines of the sample's pairs at one point.
  private func pairNumbers(
    _ tokens: [TokenSample.Token], _ classes: TokenClasses, _ sums: ResidualTotals, point: Int
  ) -> [(String, Quantity)] {
    guard tokens.count > 2 else { return [] }
    let n = tokens.count
    let x = tokens.matrix(point: point, width: width)
    let means = PairMeans(hashes: tokens.map(\.documentHash))
    let whole = x.gram(ofRows: true)
    let trimmed = without(largestDimensions(sums.vectors.meanSquares, 3), of: x, gram: whole)
    let centred = centring(whole)
    var distances = centred
    squaredDistances(fromGram: &distances)
    distances.values.withUnsafeMutableBufferPointer { values in
      for i in values.indices { values[i] = values[i].squareRoot() }
    }

    func quantity(_ sums: PairMeans.Sums) -> Quantity {
      sums.mean.map { Quantity($0, n: n, interval: sums.interval) } ?? .notApplicable
    }
    let pairs = means.sums(of: cosines(fromGram: whole))
    var result: [(String, Quantity)] = [
      (
        RepresentationMetrics.anisotropy.id,
        Quantity(sums.meanCosine, n: sums.tokens, interval: shifted(pairs, to: sums.meanCosine))
      ),
      (RepresentationMetrics.anisotropyTrimmed.id, quantity(means.sums(of: cosines(fromGram: trimmed)))),
      (RepresentationMetrics.centredCosine.id, quantity(means.sums(of: cosines(fromGram: centred)))),
      (RepresentationMetrics.distance.id, quantity(means.sums(of: distances))),
    ]
    guard classes.count > 1 else { return result }
    let labels = classes.labels
    let within = means.sums(of: distances, .within(labels))
    let between = means.sums(of: distances, .between(labels))
    result.append((RepresentationMetrics.withinDistance.id, quantity(within)))
    result.append((RepresentationMetrics.betweenDistance.id, quantity(between)))
    if let above = within.mean, let below = between.mean, below > 0 {
      let ratios = zip(within.replicateMeans, between.replicateMeans).map { $0 / $1 }.filter { !$0.isNaN }
      result.append(
        (RepresentationMetrics.distanceRatio.id, Quantity(above / below, n: n, interval: interval95(ratios))))
    }
    result.append((RepresentationMetrics.silhouette.id, classes.silhouette(distances, tokens)))
    return result
  }

  /// The sample's interval, moved to the corpus's value.
  private func shifted(_ pairs: PairMeans.Sums, to value: Double) -> ClosedRange<Double>? {
    guard let mean = pairs.mean, let interval = pairs.interval else { return nil }
    let shift = value - mean
    return shift.isFinite ? interval.lowerBound + shift...interval.upperBound + shift : nil
  }

  /// Features that are far out in many layers and positions (Dettmers 2022).
  private func outlierFeatures(_ points: [ResidualTotals]) -> Quantity {
    let layers = points.dropFirst()
    let tokens = points.first?.tokens ?? 0
    guard !layers.isEmpty, tokens > 0 else { return .notApplicable }
    if layers.contains(where: \.largest.isNaN) { return Quantity(.nan, n: tokens) }
    let count = (0..<width).count { feature in
      let affected = layers.count { Double($0.outliers[feature]) >= 0.06 * Double(tokens) }
      return Double(affected) >= 0.25 * Double(layers.count)
    }
    return Quantity(Double(count), n: tokens)
  }
}

/// The labels of tokens as numbers.
struct TokenClasses: Sendable {
  /// `−1` where a token has none.
  let labels: [Int]
  let count: Int

  init(_ names: [String?]) {
    let known = Set(names.compactMap { $0 }).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: known.enumerated().map { ($1, $0) })
    labels = names.map { name in name.flatMap { numbers[$0] } ?? -1 }
    count = known.count
  }

  /// Mean silhouette of the labelled tokens, with its interval over documents.
  func silhouette(_ distances: Matrix, _ tokens: [TokenSample.Token]) -> Quantity {
    let labelled = labels.indices.filter { labels[$0] >= 0 }
    guard count > 1, labelled.count > count else { return .notApplicable }
    var part = Matrix(rows: labelled.count, columns: labelled.count)
    for (a, i) in labelled.enumerated() {
      for (b, j) in labelled.enumerated() {
        part.values[a * labelled.count + b] = distances.values[i * distances.columns + j]
      }
    }
    let each = silhouettes(distances: part, labels: labelled.map { labels[$0] }, count: count)
    var byDocument: [UInt64: [Double]] = [:]
    for (a, i) in labelled.enumerated() { byDocument[tokens[i].documentHash, default: [0, 0]][0] += each[a] }
    for i in labelled { byDocument[tokens[i].documentHash, default: [0, 0]][1] += 1 }
    var sums = BootstrapSums(width: 2)
    for (hash, values) in byDocument.sorted(by: { $0.key < $1.key }) { sums.add(values, BootstrapWeights(hash: hash)) }
    return sums.ratio(0, to: sums, 1)
  }
}

/// The `count` features of largest mean square.
private func largestDimensions(_ squares: [Double], _ count: Int) -> [Int] {
  Array(squares.indices.sorted { (squares[$0], $1) > (squares[$1], $0) }.prefix(count))
}

/// The Gram matrix of the rows without some of their dimensions.
private func without(_ dimensions: [Int], of x: Matrix, gram: Matrix) -> Matrix {
  var result = gram
  let n = x.rows
  for d in dimensions {
    let column = (0..<n).map { x[$0, d] }
    result.values.withUnsafeMutableBufferPointer { values in
      for i in 0..<n { for j in 0..<n { values[i * n + j] -= column[i] * column[j] } }
    }
  }
  return result
}

/// The Gram matrix of the rows with their mean taken off: row and column means of the Gram matrix taken off.
private func centring(_ gram: Matrix) -> Matrix {
  var result = gram
  let means = gram.columnMeans
  let mean = means.reduce(0, +) / Double(max(1, means.count))
  let n = gram.rows
  result.values.withUnsafeMutableBufferPointer { values in
    for i in 0..<n { for j in 0..<n { values[i * n + j] += mean - means[i] - means[j] } }
  }
  return result
}

/// `x·y/(‖x‖‖y‖)` of all pairs; 0 where a vector is 0.
private func cosines(fromGram gram: Matrix) -> Matrix {
  let n = gram.rows
  let scales = (0..<n).map { i in gram[i, i] == 0 ? 0 : 1 / gram[i, i].squareRoot() }
  var result = gram
  result.values.withUnsafeMutableBufferPointer { values in
    for i in 0..<n { for j in 0..<n { values[i * n + j] *= scales[i] * scales[j] } }
  }
  return result
}

/// Mean `|corr|` of all pairs of two features; constant features are left out.
package func meanAbsoluteCorrelation(_ covariance: Matrix) -> Double {
  let d = covariance.rows
  let deviations = (0..<d).map { covariance[$0, $0].squareRoot() }
  let kept = (0..<d).filter { deviations[$0] > 0 || deviations[$0].isNaN }
  var sum = 0.0
  for (at, i) in kept.enumerated() {
    for j in kept[(at + 1)...] { sum += abs(covariance.values[i * d + j]) / (deviations[i] * deviations[j]) }
  }
  return kept.count > 1 ? sum / Double(kept.count * (kept.count - 1) / 2) : .nan
}
