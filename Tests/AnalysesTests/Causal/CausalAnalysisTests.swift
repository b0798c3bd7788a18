import Corpora
import Engine
import Foundation
import Results
import Support
import Tensors
import TestSupport
import Testing
import Transformers

@testable import Analyses

/// Against float64 values of an implementation in which every head's inputs are written out.
@Suite("Activation patching")
struct CausalAnalysisTests {
  private static let models = ["gpt2", "llama", "gpt_neox", "qwen3"]
  private static let programs = ["hist5", "sort7", "reverse5", "sort_frequency4"]

  private func result(_ name: String) throws -> AnalysisResult {
    let folder = Self.programs.contains(name) ? "causal/models/\(name)" : "models/\(name)"
    let model = try Model(directory: Fixtures.url(folder))
    let file = try PairsFile(path: Fixtures.url("causal/\(name)/pairs.jsonl").path(percentEncoded: false))
    let task = try TokenizedTask(file, nil, model.description)
    let context = AnalysisContext(model: model, seed: 0, label: nil, tasks: [task])
    return try CausalAnalysis(context).finish(NoState(), Runner(model))
  }

  @Test("Every map is that of the reference", arguments: models + programs)
  func reference(name: String) throws {
    let result = try result(name)
    let file = try SafetensorsFile(Fixtures.url("causal/\(name)/tensors.safetensors"))
    var compared = 0
    for mode in CausalMetrics.Mode.allCases {
      for map in CausalMetrics.Map.allCases where mode.has(map) && map != .resid {
        // First-order forms of saturated programs are below what Float32 gradients resolve.
        if mode == .attribution && Self.programs.contains(name) { continue }
        let wanted = try file.tensor("\(mode.rawValue).\(map.rawValue)")
        let found = try #require(result[CausalMetrics.keys(mode, map)["pairs"]])
        #expect(found.shape == wanted.shape)
        let bound = 1e-4 * max(1e-3, wanted.values.map(abs).max() ?? 0)
        let worst = zip(found.values, wanted.values).map { abs($0 - $1) }.max() ?? .infinity
        #expect(worst <= bound, "\(mode).\(map): \(worst) beyond \(bound)")
        compared += 1
      }
    }
    #expect(compared == (Self.programs.contains(name) ? 18 : 25))
  }

  @Test("The stream at one point carries everything at the end, and at the first point what the embedding does")
  func points() throws {
    let result = try result("gpt2")
    let point = try #require(result[CausalMetrics.keys(.patch, .resid)["pairs"]])
    let held = try #require(result[CausalMetrics.keys(.patch, .residPre)["pairs"]])
    #expect(point[0].values == held[0].values)
    let last = point[point.shape[0] - 1].values
    #expect(last.last.map { abs($0 - 1) < 1e-5 } == true && last.dropLast().allSatisfy { $0 == 0 })
    #expect(point[1].values != held[1].values)
  }

  @Test("A model that has no token to answer with is not concerned, and a job without a task says so")
  func notApplicable() throws {
    let model = try Model(directory: Fixtures.url("models/gpt2"))
    let context = AnalysisContext(model: model, seed: 0, label: nil)
    #expect(try CausalAnalysis(context).finish(NoState(), Runner(model)).notApplicable != nil)
    #expect(!CausalAnalysis.concerns(try Model(directory: Fixtures.url("models/vit")).description))
    #expect(!CausalAnalysis.concerns(try Model(directory: Fixtures.url("models/bert_cls")).description))
  }
}
