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

  /// What the model does with some documents in one padded batch.
  func observation(
    _ documents: [TokenizedDocument], _ needs: Needs, stream: Observation.Stream = .corpus, labelled: Bool = true
  ) throws -> Observation {
    let rows = documents.map(\.ids)
    let input = ModelInput(rows: rows, labels: labelled ? rows : nil, pad: 1)
    let isCorpus = if case .corpus = stream { true } else { false }
    var request = TraceRequest(
      sites: isCorpus ? needs.sites.union(needs.watched(documents, []).sites) : needs.repeatedTokenSites,
      gradients: isCorpus && labelled ? needs.gradients.union(needs.watched(documents, []).gradients) : [],
      parameterGradients: isCorpus && labelled && needs.parameterGradients)
    request.tokenLosses = needs.tokenLosses && labelled
    let (watchers, see) = needs.watch(documents, [])
    if isCorpus { request.observer = see }
    let trace = try model.run(input, request)
    return Observation(
      stream: stream, documents: documents, trace: trace, watchers: isCorpus ? watchers : [],
      gradientWatchers: needs.watchers(of: trace, model, documents))
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

extension Needs {
  /// Where watchers look at gradients, and at values with them.
  func watched(_ documents: [TokenizedDocument], _ targets: [TokenizedDocument]) -> (
    gradients: Set<Site>, sites: Set<Site>
  ) {
    let made = gradientWatchers.map { $0(documents, targets) }
    return (
      made.reduce(into: []) { $0.formUnion($1.gradients) }, made.reduce(into: []) { $0.formUnion($1.values) }
    )
  }

  /// Those of gradients, after they were shown what a trace has of them.
  func watchers(
    of trace: Trace, _ model: Model, _ documents: [TokenizedDocument], _ targets: [TokenizedDocument] = []
  ) -> [any GradientWatcher] {
    let made = gradientWatchers.map { $0(documents, targets) }
    for watcher in made {
      for (site, gradient) in trace.gradients where watcher.gradients.contains(site) {
        watcher.see(gradient, of: watcher.values.contains(site) ? trace[site] : nil, at: site)
      }
      for (place, parameter) in model.parameters.enumerated() {
        if let gradient = trace.parameterGradients[parameter.name] { watcher.see(gradient, ofParameter: place) }
      }
    }
    return made
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
