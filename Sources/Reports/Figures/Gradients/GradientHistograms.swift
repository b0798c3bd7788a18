package import Results
import Plotting
import Support

/// Histograms of `log₁₀|g|` by layer, as small multiples on shared scales.
package enum GradientHistograms: FigureBuilder {
  package static func figures(of results: RunResults) -> [FigureOutcome] {
    guard let analysis = results[analysis: GradientMetrics.analysis] else { return [] }
    let id = "gradients-histogram"
    guard let histograms = GradientCounts(analysis), histograms.counts.values.contains(where: { $0 > 0 }) else {
      return [.omitted(id: id, reason: phrase("gradientHistograms.noGradientsWere"))]
    }
    let (counts, edges) = (histograms.counts, histograms.edges)
    let groups = groups(histograms.tensors)
    let bins = counts.shape[1]
    let sums = groups.map { group -> [Double] in
      var sum = [Double](repeating: 0, count: bins)
      for tensor in group.members { for bin in 0..<bins { sum[bin] += Double(counts.values[tensor * bins + bin]) } }
      return sum
    }
    // The bins that more than one in 10,000 of a layer's elements falls into, with one bin more on either side.
    let totals = sums.map { $0.reduce(0, +) }
    let used = (0..<bins).filter { bin in zip(sums, totals).contains { $0[bin] > $1 * 1e-4 } }
    let first = max(0, (used.first ?? 0) - 1)
    let last = min(bins - 1, (used.last ?? 0) + 1)
    let all = totals.reduce(0, +)
    let outside = all - sums.reduce(0) { $0 + $1[first...last].reduce(0, +) }
    let places = edges[first...last + 1].map(Double.init)
    let shares = sums.map { sum -> [Double] in
      let total = sum.reduce(0, +)
      return sum[first...last].map { total > 0 ? $0 / total : 0 }
    }
    let title = phrase("gradientHistograms.sizesGradientElements")
    let panels = zip(groups, shares).map { group, shares in
      Plot.Panel(group.name, [BarMark(edges: places, counts: shares)])
    }
    var y = Axis(.linear, phrase("gradientHistograms.shareOfElements"))
    y.domain = 0...(shares.flatMap { $0 }.max() ?? 1) * 1.05
    let plot = Plot(
      title, x: Axis(.linear, "log₁₀ |g|", domain: places[0]...places[places.count - 1]), y: y, shape: .ratio(0.6),
      columns: groups.count <= 4 ? 2 : groups.count <= 12 ? 3 : 4, panels: panels)
    return [
      .figure(
        Figure(
          id: id, analysis: "gradients", title: title,
          caption: Caption(results: results).text(
            phrase("gradientHistograms.histogramsLogG", ["range": range(places, outside), "census": census(results)]),
            n: phrase("gradientHistograms.nAllElements", ["all": Int(all)]), analysis: "gradients", isOfHistograms: true
          ),
          altText: alt(groups.map(\.name), places, shares), extent: .text, plot: plot,
          table: DataTable([
            ("layer", .texts(groups.flatMap { group in shares[0].map { _ in group.name } })),
            ("log10_low", .readings(groups.flatMap { _ in places.dropLast().map(PlotValue.init) })),
            ("log10_high", .readings(groups.flatMap { _ in places.dropFirst().map(PlotValue.init) })),
            ("count", .readings(sums.flatMap { $0[first...last].map(PlotValue.init) })),
            ("share", .readings(shares.flatMap { $0.map(PlotValue.init) })),
          ])))
    ]
  }

  /// Tensors by layer; those of none (embeddings, final norm) together at the end.
  private static func groups(_ tensors: [String]) -> [(name: String, members: [Int])] {
    var byLayer: [Int: [Int]] = [:]
    var rest: [Int] = []
    for (index, tensor) in tensors.enumerated() {
      if let layer = TensorKind(tensor).layer { byLayer[layer, default: []].append(index) } else { rest.append(index) }
    }
    var groups = byLayer.keys.sorted().map {
      (name: phrase("gradientHistograms.layerValue", ["value": $0]), members: byLayer[$0] ?? [])
    }
    if !rest.isEmpty { groups.append((phrase("gradientHistograms.outsideTheLayers"), rest)) }
    return groups
  }

  /// "Drawn from −9 to −1; 30 elements fall into bins outside this range."
  private static func range(_ places: [Double], _ outside: Double) -> String {
    phrase(
      "gradientHistograms.drawnFromPlaces",
      [
        "places": NumberFormat.text(places[0]), "places2": NumberFormat.text(places[places.count - 1]),
        "outside": (outside > 0 ? phrase("gradientHistograms.outsideFallInto", ["outside": Int(outside)]) : "."),
      ])
  }

  /// "1,204 exact zeros, no NaN, no Inf".
  private static func census(_ results: RunResults) -> String {
    func total(_ metric: Metric, _ one: String) -> String {
      guard let table = results[metric] else { return phrase("gradientHistograms.oneNotCounted", ["one": one]) }
      let values = table.rows.filter { $0.component.tensor != nil }.compactMap(\.quantity.value)
      let sum = values.reduce(0, +)
      return sum == 0 ? phrase("gradientHistograms.noOne", ["one": one]) : "\(NumberFormat.text(sum)) \(one)"
    }
    return [
      total(GradientMetrics.zeroCount, phrase("gradientHistograms.exactZerosBatch")),
      total(GradientMetrics.nanCount, "NaN"),
      total(GradientMetrics.infiniteCount, "Inf"),
    ].joined(separator: ", ")
  }

  private static func alt(_ names: [String], _ edges: [Double], _ shares: [[Double]]) -> String {
    let medians = shares.map { shares -> PlotValue in
      var sum = 0.0
      for (bin, share) in shares.enumerated() {
        sum += share
        if sum >= 0.5 { return PlotValue((edges[bin] + edges[bin + 1]) / 2) }
      }
      return .missing
    }
    return phrase("gradientHistograms.namesHistogramsLog", ["names": names.count, "range": Seen.range(medians, names)])
  }
}
