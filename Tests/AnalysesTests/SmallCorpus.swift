import Analyses
import Engine
import Foundation
import Results
import Support
import TestSupport
import Transformers

/// A seeded corpus and the small models of the fixtures, run by the engine.
struct SmallCorpus {
  let model: Model
  let documents: [TokenizedDocument]
  var context: AnalysisContext { AnalysisContext(model: model, seed: 1, label: "kind") }

  init(_ name: String, documents count: Int = 24, longest: Int = 40) throws {
    model = try Model(directory: Fixtures.url("models/\(name)"))
    var generator = SeededGenerator(seed: 5)
    let vocabulary = model.description.vocabulary
    let causal = model.description.isCausal
    documents = (0..<count).map { index in
      let length = 3 + generator.index(below: longest - 2)
      let ids = (0..<length).map { _ in Int32(4 + generator.index(below: vocabulary - 4)) }
      var kinds = ids.map { $0 % 7 == 0 ? TokenKind.punctuation : .ordinary }
      if !causal {
        kinds[0] = .opening
        kinds[length - 1] = .closing
      }
      return TokenizedDocument(
        id: "doc-\(index)", ids: ids, typeIDs: ids.map { _ in 0 }, tokens: ids.map { "t\($0)" }, kinds: kinds,
        labels: ids.map { $0 % 5 == 4 ? nil : "class \($0 % 3)" }, isTruncated: false)
    }
  }

  /// Some documents in one padded batch, labelled with themselves.
  func input(_ documents: [TokenizedDocument], labelled: Bool = true) -> ModelInput {
    let rows = documents.map(\.ids)
    return ModelInput(rows: rows, labels: labelled ? rows : nil, pad: 1)
  }

  /// What the model does with them.
  func observation(
    _ documents: [TokenizedDocument], _ needs: Needs, stream: Observation.Stream = .corpus, labelled: Bool = true
  ) throws -> Observation {
    let isCorpus = if case .corpus = stream { true } else { false }
    let watchers = isCorpus ? needs.watchers.map { $0(documents, []) } : []
    let gradientWatchers = isCorpus && labelled ? needs.gradientWatchers.map { $0(documents, []) } : []
    var request = TraceRequest(
      sites: isCorpus ? needs.sites : needs.repeatedTokenSites, parameterGradients: !gradientWatchers.isEmpty)
    request.tokenLosses = needs.tokenLosses && labelled
    request.observer = SiteObserver(watchers, gradientWatchers)
    return Observation(
      stream: stream, documents: documents, trace: try model.run(input(documents, labelled: labelled), request),
      watchers: watchers,
      gradientWatchers: gradientWatchers)
  }

  /// An analysis after some batches of documents.
  func accumulated<A: Analysis>(
    _ type: A.Type, batches: [[TokenizedDocument]], labelled: Bool = true
  ) throws -> Accumulator<A> {
    var sums = Accumulator(A(context))
    for batch in batches { try sums.observe(try observation(batch, sums.needs, labelled: labelled)) }
    return sums
  }

  func batches(of size: Int) -> [[TokenizedDocument]] {
    stride(from: 0, to: documents.count, by: size).map { Array(documents[$0..<min(documents.count, $0 + size)]) }
  }
}

/// The names of what differs between two results by more than a share of the larger value.
func differences(_ a: AnalysisResult, _ b: AnalysisResult, tolerance: Double = 1e-12) -> [String] {
  func far(_ x: Double, _ y: Double, scale: Double) -> Bool {
    // Where both have no number they agree.
    if x.isNaN && y.isNaN { return false }
    return !(abs(x - y) <= tolerance * max(abs(x), abs(y), scale))
  }
  var found: [String] = []
  for (first, second) in zip(a.tables, b.tables) {
    for (x, y) in zip(first.rows, second.rows) {
      let (p, q) = (x.quantity, y.quantity)
      let ends = [
        (p.number, q.number), (p.interval?.lowerBound ?? 0, q.interval?.lowerBound ?? 0),
        (p.interval?.upperBound ?? 0, q.interval?.upperBound ?? 0),
      ]
      if p.state != q.state || p.n != q.n || x.component != y.component
        || ends.contains(where: { far($0, $1, scale: 1e-3) })
      {
        found.append("\(first.metric.id) \(x.component.id): \(p) and \(q)")
      }
    }
  }
  if a.tables.count != b.tables.count || a.arrays.keys.sorted() != b.arrays.keys.sorted() { found.append("names") }
  for (name, array) in a.arrays {
    guard let other = b.arrays[name], other.shape == array.shape else {
      found.append(name)
      continue
    }
    let scale = array.values.reduce(0) { max($0, abs(Double($1))) }
    if zip(array.values, other.values).contains(where: { far(Double($0), Double($1), scale: scale * 1e5) }) {
      found.append(name)
    }
  }
  if a.texts != b.texts { found.append("texts") }
  if a.notes != b.notes { found.append("notes") }
  return found
}
