import Analyses
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("The formulas agree with reference values in double")
struct FormulaTests {
  @Test("Entropy, normalised entropy and distance of attention rows", arguments: ["full", "causal"])
  func attentionEntropy(_ kind: String) throws {
    let reference = try ReferenceCase("attention_entropy")
    let pattern = try reference.values("in.\(kind)")
    let (entropies, normalised) = (try reference.values("\(kind).entropy"), try reference.values("\(kind).normalised"))
    let mask = try reference.values("in.mask")
    let (heads, length) = (4, 12)
    var means = [Double](repeating: 0, count: heads)
    var distances = means
    var rows = 0.0
    for b in 0..<2 {
      let visible = Int(mask[b * length..<(b + 1) * length].reduce(0, +))
      rows += Double(visible)
      for h in 0..<heads {
        for q in 0..<length {
          let at = (b * heads + h) * length + q
          let end = kind == "causal" ? min(q + 1, visible) : visible
          let row = AttentionRow(Array(pattern[at * length..<at * length + end]), query: q)
          #expect(abs(row.entropy - entropies[at]) < 1e-12)
          if end > 1 { #expect(abs(row.normalisedEntropy - normalised[at]) < 1e-12) }
          if q < visible {
            means[h] += row.entropy
            distances[h] += row.distance
          }
        }
      }
    }
    #expect(largestError(means.map { $0 / rows }, try reference.values("\(kind).head_mean")) < 1e-12)
    #expect(largestError(distances.map { $0 / rows }, try reference.values("\(kind).head_mean_distance")) < 1e-12)
  }

  @Test("Stripe means and TransformerLens's mul scores on repeated tokens")
  func headScores() throws {
    let reference = try ReferenceCase("head_scores")
    let attention = try reference.values("in.attentions")
    let ids = try reference.values("in.ids").map { Int32($0) }
    let half = Int(try reference.number("half"))
    let (layers, batch, heads, length) = (3, 4, 4, 41)
    var scores = [[Double]](repeating: [], count: 6)
    for layer in 0..<layers {
      for head in 0..<heads {
        var sums = [Double](repeating: 0, count: 6)
        for b in 0..<batch {
          let at = ((layer * batch + b) * heads + head) * length * length
          let values = attention[at..<at + length * length].withUnsafeBufferPointer {
            $0.baseAddress.map {
              RepeatedTokenScores(
                pattern: $0, stride: length, ids: Array(ids[b * length..<(b + 1) * length]), start: 1, half: half
              ).values
            } ?? []
          }
          for i in 0..<6 { sums[i] += values[i] / Double(batch) }
        }
        for i in 0..<6 { scores[i].append(sums[i]) }
      }
    }
    let expected = [
      "second_copy.previous", "second_copy.duplicate", "second_copy.induction", "detect.previous_token",
      "detect.duplicate_token", "detect.induction",
    ]
    for (i, name) in expected.enumerated() {
      #expect(largestError(scores[i], try reference.values(name)) < 1e-9, "\(name)")
    }
  }

  @Test("Ranks and norms of a spectrum", arguments: ["noise", "decaying", "square"], [false, true])
  func spectrum(_ name: String, _ centred: Bool) throws {
    let reference = try ReferenceCase("spectrum")
    let x = try reference.matrix("in.\(name)")
    let spectrum = Spectrum(singularValues: (centred ? x.centred : x).singularValues())
    let key = centred ? "\(name)_centred" : name
    if !centred {
      #expect(largestError(spectrum.singularValues, try reference.values("\(name).singular_values")) < 1e-9)
    }
    #expect(agree(spectrum.effectiveRank, try reference.number(key, "effective_rank_entropy"), 1e-6))
    #expect(agree(spectrum.participationRatio, try reference.number(key, "participation_ratio"), 1e-9))
    #expect(agree(spectrum.stableRank, try reference.number(key, "stable_rank"), 1e-9))
    #expect(agree(spectrum.frobeniusNorm, try reference.number(key, "frobenius_norm"), 1e-9))
    #expect(agree(spectrum.spectralNorm, try reference.number(key, "spectral_norm"), 1e-9))
    let condition = try reference.number(key, "condition_number")
    if condition < 1e12 { #expect(agree(spectrum.conditionNumber, condition, 1e-6)) }
  }

  @Test("The low-rank error curve is that of truncated decompositions")
  func lowRankErrors() throws {
    let x = try ReferenceCase("spectrum").matrix("in.decaying")
    let (left, values, right) = x.singularValueDecomposition()
    let errors = Spectrum(singularValues: values).lowRankErrors
    #expect(errors.count == values.count + 1)
    for k in [0, 3, 10, 24] {
      var rest = x
      for r in 0..<x.rows {
        for c in 0..<x.columns { for i in 0..<k { rest[r, c] -= left[r, i] * values[i] * right[i, c] } }
      }
      #expect(abs(errors[k] - rest.frobeniusNorm / x.frobeniusNorm) < 1e-10)
    }
  }

  @Test("Principal components, their signs and projections", arguments: [("tall", 24), ("wide", 10)])
  func principalComponents(_ name: String, _ count: Int) throws {
    let reference = try ReferenceCase("pca")
    let components = PrincipalComponents(try reference.matrix("in.\(name)"), count: count)
    #expect(largestError(components.components.values, try reference.values("\(name).components")) < 1e-6)
    #expect(largestError(components.projected.values, try reference.values("\(name).projected")) < 1e-6)
    #expect(largestError(components.explainedVariance, try reference.values("\(name).explained_variance")) < 1e-6)
    #expect(largestError(components.explainedShare, try reference.values("\(name).explained_variance_ratio")) < 1e-6)
    for (a, b) in zip(components.singularValues, try reference.values("\(name).singular_values")) {
      #expect(agree(a, b, 1e-6))
    }
  }

  @Test("Linear CKA, biased and debiased", arguments: [("xx", "x", "x"), ("xy", "x", "y"), ("xz", "x", "z")])
  func similarity(_ name: String, _ first: String, _ second: String) throws {
    let reference = try ReferenceCase("similarity")
    let grams = [
      CenteredGram(try reference.matrix("in.\(first)")), CenteredGram(try reference.matrix("in.\(second)")),
    ]
    let (biased, debiased) = linearCKA(grams)
    #expect(agree(biased[0, 1], try reference.number(name, "linear_cka")))
    #expect(agree(debiased[1, 0], try reference.number(name, "debiased_cka")))
    #expect(agree(biased[1, 1], 1) && agree(debiased[0, 0], 1))
  }

  @Test("Silhouettes and trustworthiness")
  func clusters() throws {
    let reference = try ReferenceCase("clusters")
    let labels = try reference.values("in.labels").map { Int($0) }
    let (x, flat) = (
      pairwiseDistances(try reference.matrix("in.x")), pairwiseDistances(try reference.matrix("in.flat"))
    )
    let each = silhouettes(distances: x, labels: labels, count: 4)
    #expect(largestError(each, try reference.values("silhouette_samples")) < 1e-9)
    let flatMean = silhouettes(distances: flat, labels: labels, count: 4).reduce(0, +) / 160
    #expect(agree(flatMean, try reference.number("silhouette_flat")))
    for k in [5, 12] {
      let trust = try #require(trustworthiness(data: x, picture: flat, neighbours: k))
      #expect(agree(trust, try reference.number("trustworthiness_\(k)")))
      let continuity = try #require(trustworthiness(data: flat, picture: x, neighbours: k))
      #expect(agree(continuity, try reference.number("continuity_\(k)")))
    }
    #expect(trustworthiness(data: x, picture: flat, neighbours: 80) == nil)
  }

  @Test("Power laws of heavy tails", arguments: ["gaussian", "student"])
  func powerLaw(_ name: String) throws {
    let reference = try ReferenceCase("heavy_tails")
    let values = try reference.matrix("in.\(name)").singularValues().map { $0 * $0 }
    #expect(largestError(values.sorted(), try reference.values("\(name).eigenvalues").sorted()) < 1e-9)
    let law = try #require(PowerLaw(eigenvalues: values))
    #expect(agree(law.alpha, try reference.number(name, "alpha"), 1e-6))
    #expect(agree(law.minimum, try reference.number(name, "xmin"), 1e-6))
    #expect(agree(law.distance, try reference.number(name, "ks_distance"), 1e-6))
    #expect(PowerLaw(eigenvalues: [1]) == nil)
  }

  @Test("Uniform, one-hot and hierarchical rows get the scores of their definitions")
  func rowScores() {
    for (length, query) in [(16, 15), (16, 4), (64, 63), (7, 0)] {
      let uniform = AttentionRow([Double](repeating: 1 / Double(length), count: length), query: query)
      #expect(abs(uniform.uniformScore - 1) < 1e-12)
      #expect(abs(uniform.normalisedEntropy - 1) < 1e-12)
      #expect(uniform.hierarchicalScore < 1e-12)
      #expect(abs(uniform.distance - uniform.uniformDistance) < 1e-12)
      var oneHot = [Double](repeating: 0, count: length)
      oneHot[query] = 1
      let row = AttentionRow(oneHot, query: query)
      #expect(row.entropy == 0 && row.maximum == 1 && row.distance == 0 && row.uniformScore == 0)
    }
    // Equal mass on the distances 0, 1, 2–3, 4–7 of a causal row of 8.
    let levels = AttentionRow([0.0625, 0.0625, 0.0625, 0.0625, 0.125, 0.125, 0.25, 0.25], query: 7)
    #expect(abs(levels.hierarchicalScore - 1) < 1e-12)
    // Half of the mass moved from a uniform row of 4 to one key: a total variation of 0.25.
    #expect(abs(AttentionRow([0.5, 0.25, 0.25, 0], query: 3).uniformScore - 0.5) < 1e-12)
  }
}
