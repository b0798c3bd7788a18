package import Results
import Support
import Tensors
package import Transformers

/// How much each head of the stack that reads out tokens copies: `Re Σλ / Σ|λ|` over the eigenvalues of its full circuit
/// `W_E W_V W_O W_U` `[V, V]` (Elhage 2021), layer by layer.
///
/// The circuit's eigenvalues other than 0 are those of `W_O (W_U W_E) W_V` `[D, D]`, so that nothing of the
/// vocabulary's size squared is formed. Weights are raw, without norms. Not applicable where the model gives no logits
/// for tokens, or a projection or a nonlinear transform stands between; and to a head whose eigenvalues are all 0.
package func copyingScores(of model: Model) -> [Quantity] {
  let d = model.description
  guard let vocabulary = model.unembeddingTimesEmbedding() else {
    return [Quantity](repeating: .notApplicable, count: d.layers * d.heads)
  }
  let scores = mapPieces(d.layers) { layer in
    let (values, outputs) = (model.headValueWeights(layer: layer), model.headOutputWeights(layer: layer))
    let read = Tensor(uninitialized: [d.headWidth, d.width])
    let circuit = Tensor(uninitialized: [d.headWidth, d.headWidth])
    return (0..<d.heads).map { head in
      multiply(outputs[head].matrix, vocabulary.matrix, into: read.matrix)
      multiply(read.matrix, values[head].matrix, into: circuit.matrix)
      return copyingScore(eigenvalues: Matrix(circuit).eigenvalues())
    }
  }
  return Array(scores.joined())
}

/// `Re Σλ / Σ|λ|`, `n` their number; not applicable where all are 0.
package func copyingScore(eigenvalues: [(real: Double, imaginary: Double)]) -> Quantity {
  var (sum, magnitudes) = (0.0, 0.0)
  for (real, imaginary) in eigenvalues {
    sum += real
    magnitudes += (real * real + imaginary * imaginary).squareRoot()
  }
  return magnitudes == 0 ? .notApplicable : Quantity(sum / magnitudes, n: eigenvalues.count)
}
