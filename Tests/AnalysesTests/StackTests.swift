import Analyses
import Engine
import Foundation
import Results
import Support
import Tensors
import TestSupport
import Testing
import Transformers

@Suite("Analyses of an encoder–decoder")
struct StackTests {
  /// Documents and targets of one batch, and what a model made of them.
  private struct Run {
    let model: Model
    let input: ModelInput
    var observation: Observation
    let context: AnalysisContext

    init(_ name: String, _ needs: (AnalysisContext) -> Needs) throws {
      model = try Model(directory: Fixtures.url("models/\(name)"))
      context = AnalysisContext(model: model, seed: 1, label: nil)
      var generator = SeededGenerator(seed: 9)
      let d = model.description
      func document(_ index: Int, _ length: Int, first: Int32?) -> TokenizedDocument {
        var ids = (0..<length).map { _ in Int32(3 + generator.index(below: d.vocabulary - 3)) }
        if let first { ids[0] = first }
        return TokenizedDocument(
          id: "doc-\(index)", ids: ids, typeIDs: ids.map { _ in 0 }, tokens: ids.map { "t\($0)" },
          kinds: ids.map { _ in .ordinary }, labels: ids.map { _ in nil }, isTruncated: false)
      }
      let start = Int32(try #require(d.decoderStart))
      let sources = (0..<6).map { document($0, 9 - $0 % 3, first: nil) }
      let targets = (0..<6).map { document($0, 5 + $0 % 4, first: start) }
      var input = ModelInput(rows: sources.map(\.ids), pad: 1)
      let read = ModelInput(rows: targets.map(\.ids), pad: 1)
      input.target = ModelInput.Target(length: read.length, ids: read.ids, mask: read.mask)
      input.labels = zip(read.ids, read.mask).map { $1 == 0 ? -100 : $0 }
      let needs = needs(context)
      let gradientWatchers = needs.gradientWatchers.map { $0(sources, targets) }
      var request = TraceRequest(sites: needs.sites, parameterGradients: needs.wantsGradients)
      request.observer = SiteObserver([], gradientWatchers)
      self.input = input
      observation = Observation(
        stream: .corpus, documents: sources, targets: targets, trace: try model.run(input, request),
        gradientWatchers: gradientWatchers)
    }
  }

  @Test("Representations: each stack by what it reads", arguments: ["marian", "t5", "bart"])
  func representations(_ name: String) throws {
    let run = try Run(name) { PerStack<RepresentationAnalysis>($0).needs }
    var analysis = Accumulator(PerStack<RepresentationAnalysis>(run.context))
    try analysis.observe(run.observation)
    let result = try analysis.result()
    let norms = try #require(result[RepresentationMetrics.norm])
    let d = run.model.description
    let expected = d.stacks.flatMap { stack in
      (0...stack.layers).map { Component(.point($0), stack: Component.Stack(stack.role)) }
    }
    #expect(norms.rows.map(\.component) == expected)
    for stack in d.stacks {
      let documents = run.observation.documents(of: stack.role)
      let values = try #require(run.observation.trace[stack.residual(point: stack.layers)])
      var (sum, count) = (0.0, 0)
      for (row, document) in documents.enumerated() {
        for t in 1..<document.ids.count {
          let vector = values.pointer + (row * values.shape[1] + t) * stack.width
          sum += (0..<stack.width).reduce(0.0) { $0 + Double(vector[$1]) * Double(vector[$1]) }.squareRoot()
          count += 1
        }
      }
      let quantity = try #require(norms[Component(.point(stack.layers), stack: Component.Stack(stack.role))])
      #expect(abs(quantity.number - sum / Double(count)) < 1e-5 * quantity.number)
      #expect(quantity.n == count)
    }
    #expect(result.arrays["encoder/spectrum.R0"] != nil && result.arrays["decoder/spectrum.R0"] != nil)
  }

  @Test("Gradients: layers of each stack have the norm of their own parameters", arguments: ["marian", "t5"])
  func gradients(_ name: String) throws {
    let run = try Run(name) { GradientAnalysis($0).needs }
    var analysis = Accumulator(GradientAnalysis(run.context))
    try analysis.observe(run.observation)
    let result = try analysis.result()
    // The same gradients, kept instead of looked at.
    let kept = try run.model.run(run.input, TraceRequest(parameterGradients: true))
    for stack in ["encoder", "decoder"] {
      var squares = 0.0
      for (parameter, gradient) in kept.parameterGradients {
        let parts = parameter.split(separator: ".")
        let isOfBlock = zip(parts, parts.dropFirst()).contains { ["layers", "block"].contains($0) && $1 == "1" }
        if parts.contains(Substring(stack)), isOfBlock { squares += gradient.sumOfSquares }
      }
      let component = Component(.layer(1), stack: try #require(Component.Stack(rawValue: stack)))
      let norm = try #require(result[GradientMetrics.norm]?[component]?.value)
      #expect(squares > 0 && abs(norm - squares.squareRoot()) < 1e-9 * norm, "\(stack)")
    }
    #expect(result[GradientMetrics.attentionFlow]?[Component(.layer(0), stack: .cross)]?.value ?? 0 > 0)
    #expect(result[GradientMetrics.depthSlope]?.rows.map(\.component.stack) == [.encoder, .decoder])
    let tensors = (result.texts["encoder/histogram.tensors"] ?? []) + (result.texts["decoder/histogram.tensors"] ?? [])
    #expect(Set(tensors).isSubset(of: Set(run.model.parameters.map(\.name))) && !tensors.isEmpty)
  }
}
