import Analyses
import Engine
import Foundation
import Results
import Tensors
import TestSupport
import Testing
import Transformers

@Suite("Representations, similarity, projection and weights")
struct RepresentationTests {
  /// Ordinary positions of one residual point, with labels.
  private func vectors(_ corpus: SmallCorpus, point: Int) throws -> (x: Matrix, labels: [String?]) {
    var needs = Needs()
    let site = corpus.model.description.residual(point: point)
    needs.sites = [site]
    let tensor = try #require(try corpus.observation(corpus.documents, needs).trace[site])
    var rows: [Double] = []
    var labels: [String?] = []
    let width = tensor.shape[2]
    for (i, document) in corpus.documents.enumerated() {
      for t in document.ids.indices where TokenSample.isOrdinary(document, t) {
        let base = tensor.pointer + (i * tensor.shape[1] + t) * width
        rows += (0..<width).map { Double(base[$0]) }
        labels.append(document.labels[t])
      }
    }
    return (Matrix(rows: labels.count, columns: width, values: rows), labels)
  }

  @Test("The streamed numbers are those of all vectors at once", arguments: [("gpt2", 3), ("bert_mlm", 1)])
  func streamed(_ name: String, _ point: Int) throws {
    let corpus = try SmallCorpus(name)
    let result = try corpus.accumulated(PerStack<RepresentationAnalysis>.self, batches: corpus.batches(of: 5)).result()
    let (x, labels) = try vectors(corpus, point: point)
    let n = x.rows
    let spectrum = Spectrum(singularValues: x.centred.singularValueDecomposition(vectors: false).values)
    func value(_ metric: Metric) throws -> Double {
      let quantity = try #require(result[metric]?[.point(point)])
      #expect(quantity.n == n, "\(metric.id)")
      return try #require(quantity.value)
    }
    // A final norm leaves one direction without variance, where the root of rounding weighs.
    #expect(agree(try value(RepresentationMetrics.effectiveRank), spectrum.effectiveRank, 1e-5))
    #expect(agree(try value(RepresentationMetrics.participationRatio), spectrum.participationRatio, 1e-6))
    #expect(agree(try value(RepresentationMetrics.stableRank), spectrum.stableRank, 1e-6))
    var (cosine, distance, within, between) = (0.0, 0.0, (0.0, 0.0), (0.0, 0.0))
    let distances = pairwiseDistances(x)
    func norm(_ i: Int) -> Double { x.row(i).reduce(0) { $0 + $1 * $1 }.squareRoot() }
    for i in 0..<n {
      for j in 0..<n where i != j {
        cosine += zip(x.row(i), x.row(j)).reduce(0) { $0 + $1.0 * $1.1 } / (norm(i) * norm(j))
        distance += distances[i, j]
        guard let a = labels[i], let b = labels[j] else { continue }
        if a == b { within = (within.0 + distances[i, j], within.1 + 1) }
        if a != b { between = (between.0 + distances[i, j], between.1 + 1) }
      }
    }
    let pairs = Double(n * (n - 1))
    #expect(agree(try value(RepresentationMetrics.anisotropy), cosine / pairs, 1e-6))
    #expect(agree(try value(RepresentationMetrics.distance), distance / pairs, 1e-6))
    #expect(agree(try value(RepresentationMetrics.withinDistance), within.0 / within.1, 1e-6))
    #expect(agree(try value(RepresentationMetrics.betweenDistance), between.0 / between.1, 1e-6))
    #expect(agree(try value(RepresentationMetrics.norm), (0..<n).reduce(0) { $0 + norm($1) } / Double(n), 1e-6))
    let known = labels.indices.filter { labels[$0] != nil }
    let numbers = known.map { Int(labels[$0]?.suffix(1) ?? "0") ?? 0 }
    var part = Matrix(rows: known.count, columns: known.count)
    for (a, i) in known.enumerated() { for (b, j) in known.enumerated() { part[a, b] = distances[i, j] } }
    let each = silhouettes(distances: part, labels: numbers, count: 3)
    let mean = each.reduce(0, +) / Double(each.count)
    #expect(abs(try #require(result[RepresentationMetrics.silhouette]?[.point(point)]?.value) - mean) < 1e-6)
    let sorted = x.values.map { abs($0) }.sorted()
    let ratio = (sorted.last ?? 0) / sorted[sorted.count / 2]
    #expect(agree(try value(RepresentationMetrics.massiveActivation), ratio, 0.01))
  }

  @Test("Without labels, classes do not apply; without tokens, nothing does")
  func notApplicable() throws {
    var corpus = try SmallCorpus("gpt2", documents: 6)
    let unlabelled = corpus.documents.map { document in
      var document = document
      document.labels = document.labels.map { _ in nil }
      return document
    }
    let result = try corpus.accumulated(PerStack<RepresentationAnalysis>.self, batches: [unlabelled]).result()
    for metric in [RepresentationMetrics.distanceRatio, RepresentationMetrics.silhouette] {
      #expect(result[metric]?.rows.allSatisfy { $0.quantity.state == .notApplicable } == true)
    }
    corpus = try SmallCorpus("gpt2", documents: 1, longest: 3)
    #expect(try Accumulator(PerStack<RepresentationAnalysis>(corpus.context)).result().notApplicable != nil)
    #expect(try Accumulator(PerStack<SimilarityAnalysis>(corpus.context)).result().notApplicable != nil)
    #expect(try Accumulator(PerStack<ProjectionAnalysis>(corpus.context)).result().notApplicable != nil)
  }

  @Test("CKA matrices are symmetric with ones on the diagonal")
  func similarity() throws {
    let corpus = try SmallCorpus("bert_mlm")
    let result = try corpus.accumulated(PerStack<SimilarityAnalysis>.self, batches: corpus.batches(of: 8)).result()
    for name in ["cka", "ckaDebiased"] {
      let array = try #require(result.arrays[name])
      let count = corpus.model.description.layers + 1
      #expect(array.shape == [count, count])
      for a in 0..<count {
        #expect(abs(array.values[a * count + a] - 1) < 1e-6)
        for b in 0..<count {
          #expect(array.values[a * count + b] == array.values[b * count + a] && array.values[a * count + b] <= 1.000001)
        }
      }
    }
  }

  @Test("Pictures have a place, a token and a label for each point")
  func projection() throws {
    let corpus = try SmallCorpus("gpt2")
    let whole = try corpus.accumulated(PerStack<ProjectionAnalysis>.self, batches: corpus.batches(of: 24)).result()
    let (x, labels) = try vectors(corpus, point: 3)
    #expect(whole.arrays["pca"]?.shape == [x.rows, 3] && whole.arrays["tsne"]?.shape == [x.rows, 2])
    #expect(whole.texts["tokens"]?.count == x.rows)
    #expect(whole.texts["labels"]?.sorted() == labels.map { $0 ?? "" }.sorted())
    let trust = try #require(whole[ProjectionMetrics.trustworthiness]?[.point(3)]?.value)
    #expect(trust > 0.8)
    #expect(try #require(whole[ProjectionMetrics.klDivergence]?[.point(3)]?.value) > 0)
  }

  @Test("A bounded sample is the same however the corpus was cut")
  func sample() throws {
    let corpus = try SmallCorpus("gpt2")
    let site = corpus.model.description.residual(point: 0)
    var needs = Needs()
    needs.sites = [site]
    func chosen(_ size: Int, merging: Bool) throws -> [String] {
      var total = TokenSample(limit: 40, width: corpus.model.description.width)
      for batch in corpus.batches(of: size) {
        let points = [try #require(try corpus.observation(batch, needs).trace[site])]
        if merging {
          var part = TokenSample(limit: 40, width: corpus.model.description.width)
          part.offer(batch, points: points)
          total.merge(part)
        } else {
          total.offer(batch, points: points)
        }
      }
      return total.chosen.map { "\($0.document)#\($0.position)" }
    }
    let reference = try chosen(24, merging: false)
    #expect(reference.count == 40 && Set(reference).count == 40)
    for size in [1, 5] {
      #expect(try chosen(size, merging: false) == reference)
      #expect(try chosen(size, merging: true) == reference)
    }
  }

  @Test("Weights: norms, conditions and exponents by matrix")
  func weights() throws {
    let corpus = try SmallCorpus("gpt2", documents: 1)
    let result = try WeightAnalysis(corpus.context).result(of: NoState())
    let matrices = corpus.model.weightMatrices()
    #expect(result.texts["matrices"] == matrices.map(\.name))
    for (name, matrix) in matrices.prefix(6) {
      let values = Matrix(matrix).singularValueDecomposition(vectors: false).values
      let component = Component.tensor(name)
      #expect(agree(try #require(result[WeightMetrics.spectralNorm]?[component]?.value), values[0], 1e-6))
      let condition = values[0] / values[values.count - 1]
      #expect(agree(try #require(result[WeightMetrics.conditionNumber]?[component]?.value), condition, 1e-6))
      #expect(
        agree(try #require(result[WeightMetrics.frobeniusNorm]?[component]?.value), Matrix(matrix).frobeniusNorm, 1e-9))
      // 24 eigenvalues are too few for a power law.
      #expect(result[WeightMetrics.alpha]?[component]?.state == .notApplicable)
      #expect(result.arrays["singular.\(name)"]?.values.count == values.count)
    }
    let census = try WeightCensus(corpus.context).result(of: NoState())
    #expect(census[WeightMetrics.nanCount]?.rows.count == corpus.model.parameters.count)
    #expect(census[WeightMetrics.nanCount]?.rows.allSatisfy { $0.quantity.value == 0 } == true)
  }

  @Test("A matrix with a NaN has no norm, a matrix of zeros no condition")
  func faultyWeights() {
    let nan = Tensor([1, .nan, 0, 1], shape: [2, 2])
    #expect(WeightAnalysis.numbers(nan, Matrix(nan).singularValues()).allSatisfy { $0.state == .nan })
    let zero = Tensor(repeating: 0, shape: [2, 3])
    let numbers = WeightAnalysis.numbers(zero, Matrix(zero).singularValues())
    #expect(numbers[0].value == 0 && numbers[3].state == .notApplicable)
    let singular = Tensor([1, 0, 0, 0], shape: [2, 2])
    #expect(WeightAnalysis.numbers(singular, Matrix(singular).singularValues())[3].state == .infinite)
  }
}
