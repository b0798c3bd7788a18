import Analyses
import Foundation
import Results
import Tensors
import TestSupport
import Testing
import Transformers

@Suite("Copying score")
struct CopyingScoreTests {
  /// A stored weight as a matrix, by the checkpoint's own name.
  private func weight(_ model: Model, _ name: String) throws -> Matrix {
    Matrix(try #require(model.parameters.first { $0.name == name }, "\(name)").tensor)
  }

  private func columns(_ matrix: Matrix, _ range: Range<Int>) -> Matrix {
    Matrix(
      rows: matrix.rows, columns: range.count,
      values: (0..<matrix.rows).flatMap { r in range.map { matrix[r, $0] } })
  }

  private func transposed(_ matrix: Matrix) -> Matrix {
    Matrix(
      rows: matrix.columns, columns: matrix.rows,
      values: (0..<matrix.columns).flatMap { c in (0..<matrix.rows).map { matrix[$0, c] } })
  }

  /// From all the eigenvalues of the whole `[V, V]` circuit.
  private func score(embedding: Matrix, value: Matrix, output: Matrix, unembedding: Matrix) -> Double {
    let read = Matrix.product(embedding, value)
    let write = Matrix.product(output, unembedding)
    let eigenvalues = Matrix.product(read, write).eigenvalues()
    let magnitudes = eigenvalues.map { ($0.real * $0.real + $0.imaginary * $0.imaginary).squareRoot() }
    return eigenvalues.reduce(0) { $0 + $1.real } / magnitudes.reduce(0, +)
  }

  @Test("Is that of the whole circuit's eigenvalues, with Conv1D weights and tied embeddings")
  func conv1D() throws {
    let model = try Model(directory: Fixtures.url("models/gpt2"))
    let d = model.description
    let embedding = try weight(model, "transformer.wte.weight")
    let scores = copyingScores(of: model)
    for layer in 0..<d.layers {
      let fused = try weight(model, "transformer.h.\(layer).attn.c_attn.weight")  // [C, 3C]
      let output = try weight(model, "transformer.h.\(layer).attn.c_proj.weight")  // [HD, C]
      for head in 0..<d.heads {
        let own = head * d.headWidth..<(head + 1) * d.headWidth
        let expected = score(
          embedding: embedding,
          value: columns(fused, 2 * d.width + own.lowerBound..<2 * d.width + own.upperBound),
          output: transposed(columns(transposed(output), own)), unembedding: transposed(embedding))
        let found = try #require(scores[layer * d.heads + head].value)
        #expect(abs(found - expected) < 1e-4, "L\(layer).H\(head)")
        #expect(scores[layer * d.heads + head].n == d.headWidth)
      }
    }
  }

  @Test("Heads that share values use the same ones, and an output matrix of its own is the one that counts")
  func groupedHeads() throws {
    let model = try Model(directory: Fixtures.url("models/llama"))
    let d = model.description
    #expect(d.keyValueHeads < d.heads)
    let embedding = try weight(model, "model.embed_tokens.weight")
    let unembedding = transposed(try weight(model, "lm_head.weight"))
    let scores = copyingScores(of: model)
    for layer in 0..<d.layers {
      let values = transposed(try weight(model, "model.layers.\(layer).self_attn.v_proj.weight"))  // [C, H′D]
      let output = transposed(try weight(model, "model.layers.\(layer).self_attn.o_proj.weight"))  // [HD, C]
      for head in 0..<d.heads {
        let group = head / (d.heads / d.keyValueHeads)
        let expected = score(
          embedding: embedding, value: columns(values, group * d.headWidth..<(group + 1) * d.headWidth),
          output: transposed(columns(transposed(output), head * d.headWidth..<(head + 1) * d.headWidth)),
          unembedding: unembedding)
        let found = try #require(scores[layer * d.heads + head].value)
        #expect(abs(found - expected) < 1e-4, "L\(layer).H\(head)")
      }
    }
  }

  @Test("Does not apply where a transform stands before the logits, or there are none", arguments: ["bert_mlm"])
  func notApplicable(_ name: String) throws {
    let model = try Model(directory: Fixtures.url("models/\(name)"))
    #expect(copyingScores(of: model).allSatisfy { $0.state == .notApplicable })
  }

  @Test("Is 1 for positive eigenvalues, −1 for negative and 0 for imaginary ones")
  func extremes() {
    #expect(copyingScore(eigenvalues: [(2, 0), (0.5, 0)]).value == 1)
    #expect(copyingScore(eigenvalues: [(-2, 0)]).value == -1)
    #expect(copyingScore(eigenvalues: [(0, 3), (0, -3)]).value == 0)
    #expect(copyingScore(eigenvalues: [(0, 0)]).state == .notApplicable)
    #expect(copyingScore(eigenvalues: Matrix(rows: 1, columns: 1, values: [.nan]).eigenvalues()).state == .nan)
  }
}
