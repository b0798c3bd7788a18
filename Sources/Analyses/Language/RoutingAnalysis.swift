package import Engine
import Foundation
package import Results
import Support
import Tensors
package import Transformers

/// Which experts a mixture's routers choose. Definitions: `RoutingMetrics`.
package struct RoutingAnalysis: CorpusAnalysis {
  package static let id = RoutingMetrics.analysis

  private let d: StackDescription

  package init(_ context: AnalysisContext) { d = context.model.description.stack }

  /// Of each layer: entropies over `ln E`, tokens, then choices and probabilities of every expert.
  package var empty: [BootstrapSums] {
    [BootstrapSums](repeating: BootstrapSums(width: 2 + 2 * d.experts), count: d.layers)
  }

  package static func concerns(_ description: ModelDescription) -> Bool { description.stack.experts > 1 }

  private var sites: [Site] { (0..<d.layers).map { d.site(.expertWeights, layer: $0) } }

  package var needs: Needs {
    var needs = Needs()
    if d.experts > 1 { needs.sites = Set(sites) }
    return needs
  }

  package func observe(_ observation: Observation, into sums: inout [BootstrapSums]) throws {
    guard case .corpus = observation.stream else { return }
    let (weights, experts) = (observation.weights, d.experts)
    for (layer, site) in sites.enumerated() {
      guard let probabilities = observation.trace[site] else { continue }
      for (row, document) in observation.documents.enumerated() {
        var values = [Double](repeating: 0, count: 2 + 2 * experts)
        for position in document.ids.indices {
          let p = probabilities.pointer + (row * probabilities.shape[1] + position) * experts
          for expert in places(ofLargest: d.expertsPerToken, p, experts) { values[2 + expert] += 1 }
          for expert in 0..<experts { values[2 + experts + expert] += Double(p[expert]) }
          values[0] += evenness((0..<experts).map { Double(p[$0]) })
          values[1] += 1
        }
        sums[layer].add(values, weights[row])
      }
    }
  }

  /// The entropy over that of even shares.
  private func evenness(_ shares: [Double]) -> Double { entropy(of: shares) / log(Double(shares.count)) }

  package func result(of sums: [BootstrapSums]) throws -> AnalysisResult {
    guard d.experts > 1 else {
      return AnalysisResult(id: Self.id, notApplicable: Message("note.routing.none"))
    }
    let experts = d.experts
    func loads(_ values: [Double]) -> [Double] {
      let choices = values[2..<2 + experts], all = choices.reduce(0, +)
      return choices.map { $0 / all }
    }
    func quantity(_ sums: BootstrapSums, _ value: ([Double]) -> Double) -> Quantity {
      let columns = (0..<sums.width).map(sums.replicates)
      let resampled = (columns[0].indices).map { replicate in columns.map { $0[replicate] } }
        .filter { $0[1] > 0 }
      return Quantity(
        value(sums.totals), n: Int(sums.totals[1]),
        interval: sums.documents > 1 ? interval95(resampled.map(value)) : nil)
    }
    func table(_ metric: Metric, _ value: @escaping ([Double]) -> Double) -> MetricTable {
      MetricTable(metric, sums.enumerated().map { .init(.layer($0), quantity($1, value)) })
    }
    var result = AnalysisResult(id: Self.id)
    result.tables = [
      table(RoutingMetrics.entropy) { $0[0] / $0[1] }, table(RoutingMetrics.loadEntropy) { evenness(loads($0)) },
      table(RoutingMetrics.largestLoad) { loads($0).max() ?? .nan },
    ]
    result[RoutingMetrics.load] = NumericArray(
      shape: [d.layers, experts], values: sums.flatMap { loads($0.totals).map { Float($0) } })
    result[RoutingMetrics.weight] = NumericArray(
      shape: [d.layers, experts],
      values: sums.flatMap { sum in (0..<experts).map { Float(sum.totals[2 + experts + $0] / sum.totals[1]) } })
    return result
  }
}
