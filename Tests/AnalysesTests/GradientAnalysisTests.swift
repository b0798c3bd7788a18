import Analyses
import Engine
import Foundation
import Results
import Tensors
import TestSupport
import Testing
import Transformers

@Suite("Gradients")
struct GradientAnalysisTests {
  @Test("Norms, ratios and flow are those of the batch's gradient", arguments: ["gpt2", "bert_mlm"])
  func oneBatch(_ name: String) throws {
    let corpus = try SmallCorpus(name, documents: 4)
    var analysis = Accumulator(GradientAnalysis(corpus.context))
    let observation = try corpus.observation(corpus.documents, analysis.needs)
    try analysis.observe(observation)
    let result = try analysis.result()
    // The same gradients, kept instead of looked at.
    let points = (0...corpus.model.description.layers).map(corpus.model.description.residual(point:))
    let kept = try corpus.model.run(
      corpus.input(corpus.documents),
      TraceRequest(sites: Set(points), gradients: Set(points), parameterGradients: true))
    var total = [Double](repeating: 0, count: corpus.model.description.layers)
    for (parameter, owner) in zip(corpus.model.parameters, corpus.model.blockOfParameter) {
      let g = try #require(kept.parameterGradients[parameter.name]).values.map(Double.init)
      let square = g.reduce(0) { $0 + $1 * $1 }
      let component = Component.tensor(parameter.name)
      #expect(agree(try #require(result[GradientMetrics.norm]?[component]?.value), square.squareRoot()))
      let rms = try #require(result[GradientMetrics.rms]?[component]?.value)
      #expect(agree(rms, (square / Double(g.count)).squareRoot()))
      let weight = parameter.tensor.values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      if weight > 0 {
        #expect(agree(try #require(result[GradientMetrics.ratio]?[component]?.value), square.squareRoot() / weight))
      }
      #expect(result[GradientMetrics.zeroCount]?[component]?.value == Double(g.count { $0 == 0 }))
      if let owner { total[owner.layer] += square }
    }
    for (layer, square) in total.enumerated() {
      #expect(square > 0)
      #expect(agree(try #require(result[GradientMetrics.norm]?[.layer(layer)]?.value), square.squareRoot()))
    }
    for (point, site) in points.enumerated() {
      let (g, x) = (try #require(kept.gradients[site]), try #require(kept[site]))
      var (square, products, tokens) = (0.0, 0.0, 0.0)
      for (b, document) in corpus.documents.enumerated() {
        for t in document.ids.indices {
          func sum(_ tensor: Tensor) -> Double { tensor[b][t].values.reduce(0) { $0 + Double($1) * Double($1) } }
          square += sum(g)
          products += (sum(g) * sum(x)).squareRoot()
          tokens += 1
        }
      }
      #expect(agree(try #require(result[GradientMetrics.flow]?[.point(point)]?.value), square.squareRoot(), 1e-6))
      #expect(agree(try #require(result[GradientMetrics.relativeFlow]?[.point(point)]?.value), products / tokens, 1e-6))
    }
    #expect(result[GradientMetrics.loss]?[.model]?.value == observation.trace.loss)
  }

  @Test("Histograms count every element once, in the bin of its magnitude")
  func histograms() throws {
    let corpus = try SmallCorpus("gpt2", documents: 2)
    var analysis = Accumulator(GradientAnalysis(corpus.context))
    let name = corpus.model.parameters[0].name
    let shape = corpus.model.parameters[0].tensor.shape
    var values = [Float](repeating: 0, count: shape.reduce(1, *))
    let planted: [Float] = [1e-3, -1.1e-3, 1e-20, Float(bitPattern: 9), 5e9, .nan, .infinity, -.infinity, 0.5]
    values.replaceSubrange(0..<planted.count, with: planted)
    var trace = Trace()
    trace.loss = 1
    let watchers = analysis.needs.gradientWatchers.map { $0(corpus.documents, []) }
    for watcher in watchers { watcher.see(Tensor(values, shape: shape), ofParameter: 0) }
    try analysis.observe(
      Observation(stream: .corpus, documents: corpus.documents, trace: trace, gradientWatchers: watchers))
    let result = try analysis.result()
    let counts = try #require(result.arrays["histogram.counts"])
    let edges = try #require(result.arrays["histogram.edges"]).values
    #expect(edges.count == counts.shape[1] + 1 && edges.first == -12 && edges.last == 4)
    let row = counts[0].values
    #expect(row.reduce(0, +) == 6)
    func bin(_ value: Double) -> Int { edges.lastIndex { Double($0) <= log10(value) + 1e-6 } ?? 0 }
    #expect(row[bin(1.05e-3)] == 2 && row[bin(0.5)] == 1 && row[0] == 2 && row[row.count - 1] == 1)
    let component = Component.tensor(name)
    #expect(result[GradientMetrics.nanCount]?[component]?.value == 1)
    #expect(result[GradientMetrics.infiniteCount]?[component]?.value == 2)
    #expect(result[GradientMetrics.zeroCount]?[component]?.value == Double(values.count - planted.count))
    #expect(result[GradientMetrics.norm]?[component]?.state == .nan)
    let other = Component.tensor(corpus.model.parameters[1].name)
    #expect(result[GradientMetrics.norm]?[other]?.state == .notApplicable)
  }

  @Test("The slope is that of ln flow, infinite where a flow is zero")
  func slope() throws {
    let slope = try #require(GradientAnalysis.slope([1, 2, 4, 8]))
    #expect(agree(slope, log(2)))
    #expect(agree(try #require(GradientAnalysis.slope([100, 10, 1])), -log(10)))
    #expect(GradientAnalysis.slope([0, 1]) == .infinity)
    #expect(GradientAnalysis.slope([1]) == nil)
  }

  @Test("Without a loss the analysis does not apply, and heads are weighed by their output alone")
  func withoutLoss() throws {
    let corpus = try SmallCorpus("bert_mlm", documents: 3)
    let gradients = try corpus.accumulated(GradientAnalysis.self, batches: corpus.batches(of: 3), labelled: false)
    #expect(try gradients.result().notApplicable != nil)
    let heads = try corpus.accumulated(AttentionAnalysis.self, batches: corpus.batches(of: 3), labelled: false)
    let tables = try heads.result()
    // One definition under one name: by output is another number.
    #expect(tables[AttentionMetrics.importanceShare]?.rows.allSatisfy { $0.quantity.state == .notApplicable } == true)
    #expect(tables[AttentionMetrics.effectiveHeads]?.rows.allSatisfy { $0.quantity.state == .notApplicable } == true)
    #expect(tables[AttentionMetrics.outputShare]?.rows.allSatisfy { $0.quantity.value != nil } == true)
    #expect(tables[AttentionMetrics.effectiveHeadsByOutput]?.rows.allSatisfy { $0.quantity.value != nil } == true)
  }

  @Test("With gradients at z, importance is Michel's, whatever the batch")
  func importance() throws {
    let corpus = try SmallCorpus("gpt2", documents: 8)
    var needs = AttentionAnalysis(corpus.context).needs
    needs.formUnion(GradientAnalysis(corpus.context).needs)
    func run(_ size: Int) throws -> AnalysisResult {
      var analysis = Accumulator(AttentionAnalysis(corpus.context))
      for batch in corpus.batches(of: size) { try analysis.observe(try corpus.observation(batch, needs)) }
      return try analysis.result()
    }
    let (alone, together) = (try run(1), try run(8))
    for layer in 0..<3 {
      let effective = try #require(together[AttentionMetrics.effectiveHeads]?[.layer(layer)])
      #expect((1...4).contains(try #require(effective.value)) && effective.interval != nil)
      for head in 0..<4 {
        let a = try #require(alone[AttentionMetrics.importanceShare]?[.head(layer, head)]?.value)
        let b = try #require(together[AttentionMetrics.importanceShare]?[.head(layer, head)]?.value)
        #expect(abs(a - b) < 1e-4)
      }
    }
  }

  @Test(
    "Importance does not depend on the batch where few positions have a label, nor on the stream that has the loss",
    arguments: ["gpt2", "bert_mlm"])
  func sparseLabels(name: String) throws {
    let corpus = try SmallCorpus(name, documents: 6)
    let isMasked = name == "bert_mlm"
    let needs = GradientAnalysis(corpus.context).needs
    func shares(of size: Int) throws -> [Double] {
      var analysis = Accumulator(AttentionAnalysis(corpus.context))
      for batch in corpus.batches(of: size) {
        let plain = try corpus.observation(batch, analysis.needs, labelled: false)
        // Each third token of a document counts; of long ones more.
        let labels = batch.map { $0.ids.enumerated().map { $0.offset % 3 == 1 ? $0.element : -100 } }
        let input = ModelInput(rows: batch.map(\.ids), labels: labels, pad: 1)
        let gradientWatchers = needs.gradientWatchers.map { $0(batch, []) }
        var request = TraceRequest(parameterGradients: true)
        request.observer = SiteObserver([], gradientWatchers)
        let trace = try corpus.model.run(input, request)
        #expect(trace.labelCount == labels.joined().count { $0 >= 0 })
        if isMasked { try analysis.observe(plain) }
        try analysis.observe(
          Observation(
            stream: isMasked ? .maskedCorpus : .corpus, documents: batch, trace: trace,
            watchers: isMasked ? [] : plain.watchers,
            gradientWatchers: gradientWatchers))
      }
      let result = try analysis.result()
      #expect(result[AttentionMetrics.importanceShare]?.rows.allSatisfy { $0.quantity.n == 6 } == true)
      return try #require(result[AttentionMetrics.importanceShare]).rows.map { $0.quantity.value ?? .nan }
    }
    let (alone, together) = (try shares(of: 1), try shares(of: 6))
    #expect(zip(alone, together).allSatisfy { abs($0 - $1) < 1e-4 }, "\(alone) and \(together)")
  }
}
