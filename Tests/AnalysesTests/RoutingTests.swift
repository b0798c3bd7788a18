import Engine
import Foundation
import Results
import Tensors
import Testing
import Transformers

@testable import Analyses

@Suite("Routing of experts")
struct RoutingTests {
  /// Of one layer, from the router's probabilities in plain sums.
  private struct Loads {
    var choices = [Double](repeating: 0, count: 4)
    var weights = [Double](repeating: 0, count: 4)
    var entropy = 0.0
    var tokens = 0.0

    mutating func add(_ p: [Double]) {
      // Four experts, two of which a token gets.
      for expert in (0..<4).sorted(by: { (p[$0], $1) > (p[$1], $0) }).prefix(2) { choices[expert] += 1 }
      for expert in 0..<4 { weights[expert] += p[expert] }
      entropy += Self.entropy(p)
      tokens += 1
    }

    static func entropy(_ p: [Double]) -> Double { -p.reduce(0) { $0 + ($1 > 0 ? $1 * log($1) : 0) } / log(4) }
  }

  @Test("Loads, entropies and weights are those of the router's probabilities at tokens that are there")
  func numbers() throws {
    let corpus = try SmallCorpus("experts", documents: 7), d = corpus.model.description.stack
    let result = try corpus.accumulated(RoutingAnalysis.self, batches: corpus.batches(of: 3)).result()
    var layers = [Loads](repeating: Loads(), count: 2)
    for document in corpus.documents {
      // Alone, so without padding.
      let sites = Set((0..<2).map { d.site(.expertWeights, layer: $0) })
      let trace = try corpus.model.run(ModelInput(rows: [document.ids], pad: 1), TraceRequest(sites: sites))
      for layer in 0..<2 {
        let p = try #require(trace[d.site(.expertWeights, layer: layer)]).values.map(Double.init)
        #expect(p.count == document.ids.count * 4)
        for start in stride(from: 0, to: p.count, by: 4) { layers[layer].add(Array(p[start..<start + 4])) }
      }
    }
    for (layer, loads) in layers.enumerated() {
      let all = loads.choices.reduce(0, +), shares = loads.choices.map { $0 / all }
      let expected = [
        (RoutingMetrics.entropy, loads.entropy / loads.tokens), (RoutingMetrics.loadEntropy, Loads.entropy(shares)),
        (RoutingMetrics.largestLoad, shares.max() ?? .nan),
      ]
      for (metric, value) in expected {
        let found = try #require(result[metric]?[.layer(layer)])
        #expect(abs(try #require(found.value) - value) < 1e-6 && found.n == Int(loads.tokens), "\(metric.id)")
      }
      #expect(Set(shares).count > 1)
      for (name, values) in [("load", shares), ("weight", loads.weights.map { $0 / loads.tokens })] {
        let array = try #require(result.arrays[name])
        #expect(array.shape == [2, 4])
        for expert in 0..<4 { #expect(abs(Double(array.values[layer * 4 + expert]) - values[expert]) < 1e-6) }
      }
    }
  }
}
