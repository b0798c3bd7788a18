import Foundation
import Support
import Tensors
import Testing
import Transformers

@testable import Training

@Suite("Initialisation")
struct InitializationTests {
  private func parameters(_ scheme: Initialization.Scheme) throws -> [String: Tensor] {
    let scratch = try Scratch()
    let plan = try scratch.plan("run") {
      let config = JSON.object([
        "model_type": .string("gpt2"), "n_embd": .integer(64), "n_layer": .integer(2), "n_head": .integer(4),
        "n_positions": .integer(32),
      ])
      $0.source = .scratch(config, Initialization(scheme))
    }
    let model = try TrainingRun(plan).model
    return Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor) })
  }

  private func deviation(_ tensor: Tensor) -> Double { (tensor.sumOfSquares / Double(tensor.count)).squareRoot() }

  @Test("Deviations are those of the schemes; biases are 0 and gains 1", arguments: Initialization.Scheme.allCases)
  func deviations(scheme: Initialization.Scheme) throws {
    let p = try parameters(scheme)
    func tensor(_ name: String) throws -> Tensor { try #require(p["transformer.\(name)"]) }
    let up = try tensor("h.0.mlp.c_fc.weight"), down = try tensor("h.0.mlp.c_proj.weight")
    let (wantedUp, wantedDown): (Double, Double) =
      switch scheme {
      case .normal: (0.02, 0.02)
      case .scaledResidual: (0.02, 0.01)
      // Of 64 → 256 and back; a uniform number within ±b has the deviation b/√3.
      case .xavier: ((2.0 / 320).squareRoot(), (2.0 / 320).squareRoot())
      case .he: ((2.0 / 64).squareRoot(), (2.0 / 256).squareRoot())
      // Orthonormal rows of 256.
      case .orthogonal: (1.0 / 16, 1.0 / 16)
      }
    #expect(abs(deviation(up) / wantedUp - 1) < 0.03)
    #expect(abs(deviation(down) / wantedDown - 1) < 0.03)
    #expect(abs(deviation(try tensor("wte.weight")) / 0.02 - 1) < 0.03)
    #expect(try tensor("h.1.ln_1.weight").values.allSatisfy { $0 == 1 })
    for name in ["h.1.ln_1.bias", "h.0.attn.c_attn.bias", "h.0.mlp.c_fc.bias"] {
      #expect(try tensor(name).values.allSatisfy { $0 == 0 })
    }
  }

  @Test("Orthogonal matrices are, each of a fused one by itself")
  func orthogonal() throws {
    let weight = try #require(try parameters(.orthogonal)["transformer.h.0.attn.c_attn.weight"])  // [64, 3 · 64]
    for part in 0..<3 {
      for (i, j) in [(0, 0), (5, 5), (3, 9), (60, 2)] {
        let product = (0..<64).reduce(0.0) {
          $0 + Double(weight.pointer[i * 192 + part * 64 + $1]) * Double(weight.pointer[j * 192 + part * 64 + $1])
        }
        #expect(abs(product - (i == j ? 1 : 0)) < 1e-5)
      }
    }
  }
}
