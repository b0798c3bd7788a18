import Analyses
import Foundation
import Support
import Tensors
import Testing

@Suite("t-SNE")
struct StochasticNeighborTests {
  @Test("Precisions, conditional and joint affinities, divergence and gradient agree with the reference")
  func reference() throws {
    let reference = try ReferenceCase("tsne")
    let x = try reference.matrix("in.x")
    let affinities = ConditionalAffinities(
      distances: pairwiseDistances(x), perplexity: try reference.number("perplexity"), neighbours: 79)
    #expect(zip(affinities.betas, try reference.values("beta")).allSatisfy { agree($0, $1, 1e-9) })
    var conditional = Matrix(rows: 80, columns: 80)
    for i in 0..<80 {
      for at in i * 79..<(i + 1) * 79 { conditional[i, Int(affinities.indices[at])] = affinities.values[at] }
    }
    #expect(largestError(conditional.values, try reference.values("conditional")) < 1e-9)
    let joint = affinities.joint()
    var dense = Matrix(rows: 80, columns: 80)
    for i in 0..<80 {
      for at in Int(joint.starts[i])..<Int(joint.starts[i + 1]) { dense[i, Int(joint.columns[at])] = joint.values[at] }
    }
    #expect(largestError(dense.values, try reference.values("joint")) < 1e-9)
    let y = try reference.matrix("in.y")
    #expect(agree(joint.divergence(y), try reference.number("kl_divergence")))
    #expect(largestError(joint.gradient(y).values, try reference.values("gradient")) < 1e-9)
  }

  @Test("One step of the fast optimiser follows the exact gradient")
  func oneStep() throws {
    let reference = try ReferenceCase("tsne")
    let affinities = ConditionalAffinities(
      distances: pairwiseDistances(try reference.matrix("in.x")), perplexity: 12
    ).joint()
    var y = try reference.matrix("in.y").centred
    let gradient = affinities.gradient(y)
    var optimiser = StochasticNeighborEmbedding()
    (optimiser.exaggeratedSteps, optimiser.steps, optimiser.learningRate) = (0, 1, 100)
    let moved = optimiser.embed(affinities, from: y)
    // The first gain is 0.8, and the optimiser's gradient has no factor 4.
    for i in y.values.indices { y.values[i] -= 100 * 0.8 * gradient.values[i] / 4 }
    #expect(largestError(moved.values, y.centred.values) < 1e-5)
  }

  @Test("Clusters come apart, and the picture is the same for any number of threads")
  func determinism() throws {
    var generator = SeededGenerator(seed: 3)
    var x = Matrix(rows: 400, columns: 10)
    for r in 0..<400 {
      for c in 0..<10 { x[r, c] = generator.normal() + (c == r % 4 ? 12 : 0) }
    }
    func embed(_ threads: Int) -> (Matrix, SparseAffinities) {
      Workers.with(threads: threads) {
        let affinities = ConditionalAffinities(distances: pairwiseDistances(x), perplexity: 30).joint()
        let start = StochasticNeighborEmbedding.initialisation(PrincipalComponents(x, count: 2).projected)
        return (StochasticNeighborEmbedding().embed(affinities, from: start), affinities)
      }
    }
    let (one, affinities) = embed(1)
    for threads in [2, 5] { #expect(one.values == embed(threads).0.values) }
    #expect(affinities.divergence(one) < 1.2)
    let distances = pairwiseDistances(one)
    let mean = silhouettes(distances: distances, labels: (0..<400).map { $0 % 4 }, count: 4).reduce(0, +) / 400
    #expect(mean > 0.6)
    #expect(try #require(trustworthiness(data: pairwiseDistances(x), picture: distances, neighbours: 12)) > 0.85)
  }

  @Test("Points that are all equal do not trap")
  func equalPoints() {
    let x = Matrix(rows: 40, columns: 3)
    let affinities = ConditionalAffinities(distances: pairwiseDistances(x), perplexity: 30).joint()
    let picture = StochasticNeighborEmbedding().embed(affinities, from: Matrix(rows: 40, columns: 2))
    #expect(picture.isFinite)
  }
}
