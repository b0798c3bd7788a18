import Foundation
import Support
import Tensors
import Testing
import Transformers

@testable import Training

@Suite("Planted faults")
struct PlantedFaultTests {
  @Test("A zeroed head stays 0 through a training, weights and writes", arguments: ["gpt2", "tomograph"])
  func zeroHead(family: String) throws {
    let scratch = try Scratch()
    let plan = try scratch.plan("run") {
      if family == "tomograph" { $0.source = .scratch(.object(Self.composed), Initialization()) }
      $0.plants = [.zeroHead(layer: 1, head: 2)]
    }
    let run = try TrainingRun(plan)
    _ = try run.run()
    let model = try Model(directory: scratch["run/final"])
    var input = ModelInput(rows: [[5, 9, 33, 5, 9, 61]], typeIDs: nil, pad: 0)
    input.labels = input.ids
    let z = try #require(try model.run(input, TraceRequest(sites: [.z(layer: 1)]))[.z(layer: 1)])
    for position in 0..<6 {
      for head in 0..<4 { #expect(z[0][position][head].values.allSatisfy { $0 == 0 } == (head == 2)) }
    }
    let output = model.headOutputWeights(layer: 1)
    for head in 0..<4 { #expect(output[head].values.allSatisfy { $0 == 0 } == (head == 2)) }
  }

  @Test("An MLP of rank 1 stays one, and goes on learning")
  func rankOne() throws {
    let scratch = try Scratch()
    let run = try TrainingRun(try scratch.plan("run") { $0.plants = [.rankOneMLP(layer: 0)] })
    let before = run.model.weightMatrices().first { $0.name == "blocks.0.mlp.W_in" }?.matrix.values
    _ = try run.run()
    for (name, matrix) in try Model(directory: scratch["run/final"]).weightMatrices() where name.contains("mlp") {
      let singular = Matrix(matrix).singularValues()
      #expect((singular[1] < 1e-6 * singular[0]) == name.contains("blocks.0"), "\(name): \(singular.prefix(3))")
      if name == "blocks.0.mlp.W_in" { #expect(matrix.values != before) }
    }
  }

  @Test("A place that the model does not have is named")
  func refusals() throws {
    let scratch = try Scratch()
    for fault in [PlantedFault.zeroHead(layer: 2, head: 0), .zeroHead(layer: 0, head: 4), .rankOneMLP(layer: -1)] {
      #expect(throws: InputError.self) { try TrainingRun(try scratch.plan("run") { $0.plants = [fault] }) }
    }
  }

  private static let composed: JSONObject = [
    "model_type": .string("tomograph"), "hidden_size": .integer(32), "num_hidden_layers": .integer(2),
    "num_attention_heads": .integer(4), "max_position_embeddings": .integer(32),
  ]
}
