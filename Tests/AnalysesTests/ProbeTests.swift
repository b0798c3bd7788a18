import Engine
import Foundation
import Results
import Support
import Tensors
import Testing
import Transformers

@testable import Analyses

@Suite("Probes")
struct ProbeTests {
  @Test(
    "Logistic regression has scikit-learn's coefficients and probabilities, and exactly its accuracies",
    arguments: [("three", 3), ("binary", 2)])
  func reference(name: String, classes: Int) throws {
    let reference = try ReferenceCase("probe")
    let x = try reference.matrix("in.x")
    let labels = try reference.values("in.y").map { classes == 2 ? min(Int($0), 1) : Int($0) }
    func rows(_ range: Range<Int>) -> (Matrix, [Int]) {
      (Matrix(rows: range.count, columns: 16, values: range.flatMap { x.row($0) }), Array(labels[range]))
    }
    let (train, test) = (rows(0..<200), rows(200..<300))
    let probe = LogisticRegression(train.0, train.1, classes: classes, c: 1, tolerance: 1e-8)
    #expect(probe.isConverged)
    #expect([probe.weights.rows, probe.weights.columns] == (try reference.shape("\(name).coefficients")))
    for (own, expected) in [
      (probe.weights.values, "coefficients"), (probe.intercepts, "intercept"),
      (probe.probabilities(x).values, "probabilities"),
    ] {
      let expected = try reference.values("\(name).\(expected)")
      #expect(zip(own, expected).allSatisfy { abs($0 - $1) < 1e-4 } && own.count == expected.count)
    }
    for (part, examples) in [("train", train), ("test", test)] {
      #expect(probe.accuracy(examples.0, examples.1) == (try reference.number(name, "\(part)_accuracy")))
      let p = probe.probabilities(examples.0)
      let loss = examples.1.enumerated().reduce(0) { $0 - log(p[$1.offset, $1.element]) } / Double(examples.1.count)
      #expect(agree(loss, try reference.number(name, "\(part)_log_loss"), 1e-4))
    }
  }

  private static func examples(_ count: Int, columns: Int, seed: UInt64) -> Matrix {
    var generator = SeededGenerator(seed: seed)
    return Matrix(rows: count, columns: columns, values: (0..<count * columns).map { _ in generator.normal() })
  }

  @Test("The MLP probe's gradient is that of finite differences", arguments: [1, 3])
  func gradient(outputs: Int) {
    let x = Self.examples(30, columns: 5, seed: 3), labels = (0..<30).map { $0 % max(2, outputs) }
    let point = MultilayerProbe.start(inputs: 5, outputs: outputs, seed: 4).map { $0 + 0.01 }
    func value(_ point: [Double]) -> (value: Double, gradient: [Double]) {
      MultilayerProbe.objective(at: point, x, labels, outputs: outputs, c: 0.7)
    }
    let gradient = value(point).gradient
    #expect(gradient.count == point.count)
    for i in point.indices {
      var (above, below) = (point, point)
      above[i] += 1e-6
      below[i] -= 1e-6
      let slope = (value(above).value - value(below).value) / 2e-6
      #expect(abs(slope - gradient[i]) < 1e-7, "\(i)")
    }
  }

  @Test("An exclusive or is told by the MLP probe and not by the linear one")
  func exclusiveOr() {
    let x = Self.examples(400, columns: 2, seed: 8)
    let labels = (0..<400).map { x[$0, 0] * x[$0, 1] > 0 ? 1 : 0 }
    #expect(LogisticRegression(x, labels, classes: 2, c: 1).accuracy(x, labels) < 0.65)
    #expect(MultilayerProbe(x, labels, classes: 2, c: 1, seed: 1).accuracy(x, labels) > 0.95)
  }

  @Test("Standardised features have mean 0 and deviation 1, and one without variance is 0")
  func standardised() {
    var x = Self.examples(50, columns: 3, seed: 9)
    for row in 0..<50 { (x[row, 1], x[row, 2]) = (4, 3 + 7 * x[row, 2]) }
    let y = Standardisation(x)(x)
    #expect(y.columnMeans.allSatisfy { abs($0) < 1e-12 })
    let squares = Matrix(rows: 50, columns: 3, values: y.values.map { $0 * $0 }).columnMeans
    #expect(abs(squares[0] - 1) < 1e-9 && squares[1] == 0 && abs(squares[2] - 1) < 1e-9)
  }

  @Test("The control task gives a kind of token one class, and classes as often as the task does")
  func control() {
    let labels = (0..<1000).map { $0 < 700 ? 0 : $0 < 900 ? 1 : 2 }
    let task = ControlTask(labels, classes: 3, seed: 2), other = ControlTask(labels, classes: 3, seed: 3)
    let tokens = (0..<4000).map { "token \($0)" }
    let drawn = tokens.map(task.label)
    for (label, share) in [(0, 0.7), (1, 0.2), (2, 0.1)] {
      #expect(abs(Double(drawn.count { $0 == label }) / 4000 - share) < 0.03)
    }
    #expect(drawn == tokens.map(task.label) && drawn != tokens.map(other.label))
  }

  private func tokens(_ count: Int, _ label: (Int) -> String?) -> [TokenSample.Token] {
    (0..<count).map { index in
      TokenSample.Token(
        key: UInt64(index), document: "doc-\(index / 4)", documentHash: stableHash("doc-\(index / 4)"),
        position: index % 4, text: "t", label: label(index), vectors: [])
    }
  }

  @Test("Documents are split whole, three in five to training, and rare classes are left out and counted")
  func split() {
    let examples = ProbeExamples(
      tokens(4000) { $0 % 100 == 0 ? nil : $0 < 12 ? "rare" : $0 % 2 == 0 ? "b" : "a" }, seed: 1)
    let parts = [examples.train, examples.validation, examples.test]
    let documents = parts.map { Set($0.tokens.map(\.document)) }
    #expect(
      documents[0].isDisjoint(with: documents[1]) && documents[2].isDisjoint(with: documents[0].union(documents[1])))
    for (part, share) in zip(parts, [0.6, 0.2, 0.2]) { #expect(abs(Double(part.labels.count) / 4000 - share) < 0.05) }
    #expect(examples.classes == ["a", "b"] && examples.rare == (1, 11))
    #expect(parts.reduce(0) { $0 + $1.labels.count } == 4000 - 40 - 11)
    #expect(parts.allSatisfy { part in zip(part.tokens, part.labels).allSatisfy { $0.label == ["a", "b"][$1] } })
    #expect(!ProbeExamples(tokens(400) { _ in "one" }, seed: 1).isEnough)
  }

  @Test("Macro-F1 is the mean over the classes that occur, with an interval over documents")
  func macroF1() throws {
    let test = ProbeTest(tokens(80) { _ in "a" })
    let labels = (0..<80).map { $0 % 4 == 3 ? 1 : 0 }, told = (0..<80).map { $0 % 8 == 3 ? 1 : 0 }
    // Class 0: 60 right of 60, told 70 times; class 1: 10 right of 20, told 10 times; nobody has class 2.
    let quantity = test.macroF1(told, labels, classes: 3)
    #expect(agree(try #require(quantity.value), (120.0 / 130 + 20.0 / 30) / 2) && quantity.n == 80)
    let interval = try #require(quantity.interval)
    #expect(interval.contains(quantity.number) && interval.upperBound > interval.lowerBound)
  }

  @Test("A class that the token decides is read from the embeddings; numbers do not depend on batches or threads")
  func analysis() throws {
    let corpus = try SmallCorpus("bert_mlm", documents: 60)
    let documents = corpus.documents.map { document in
      var document = document
      document.ids = document.ids.map { 4 + $0 % 12 }
      document.tokens = document.ids.map { "t\($0)" }
      document.labels = document.ids.map { "class \($0 % 3)" }
      return document
    }
    var results: [AnalysisResult] = []
    for (threads, size) in [(1, 7), (2, 3), (5, 60)] {
      let batches = stride(from: 0, to: 60, by: size).map { Array(documents[$0..<min(60, $0 + size)]) }
      results.append(
        try Workers.with(threads: threads) {
          var first = try corpus.accumulated(PerStack<ProbeAnalysis>.self, batches: Array(batches.prefix(1)))
          first.merge(try corpus.accumulated(PerStack<ProbeAnalysis>.self, batches: Array(batches.dropFirst())))
          return try first.result()
        })
    }
    #expect(differences(results[0], results[1], tolerance: 1e-5) == [])
    #expect(differences(results[0], results[2], tolerance: 1e-5) == [])
    let result = results[0]
    for kind in [ProbeMetrics.linear, ProbeMetrics.multilayer] {
      let accuracy = try #require(result[kind.accuracy]?[.point(0)]),
        control = try #require(result[kind.control]?[.point(0)])
      let selectivity = try #require(result[kind.selectivity]?[.point(0)])
      #expect(accuracy.number > 0.9 && accuracy.interval != nil)
      #expect(abs(accuracy.number - control.number - selectivity.number) < 1e-12 && selectivity.interval != nil)
      #expect(result[kind.macroF1]?.rows.count == corpus.model.description.layers + 1)
    }
    let majority = try #require(result[ProbeMetrics.majority]?[.model])
    #expect(majority.number < 0.5)
    let point = try #require(result.members(of: ProbeMetrics.confusion).first)
    let counts = try #require(result[ProbeMetrics.confusion[point]])
    #expect(counts.shape == [3, 3] && Int(counts.values.reduce(0, +)) == majority.n)
    #expect(result[ProbeMetrics.classes] == ["class 0", "class 1", "class 2"])
  }

  @Test("Of labels of documents the mean vectors are probed, without a control task; C is chosen where it is not given")
  func documents() throws {
    let corpus = try SmallCorpus("bert_mlm", documents: 150, longest: 12), stack = corpus.model.description.stack
    var settings = ProbeSettings()
    (settings.c, settings.fitsMultilayer) = (nil, false)
    let analysis = ProbeAnalysis(corpus.context, stack, settings)
    var needs = Needs()
    needs.sites = analysis.sites
    let documents = corpus.documents.map { document in
      var document = document
      document.documentLabel = document.ids[1] % 2 == 0 ? "even" : "odd"
      return document
    }
    var state = analysis.empty
    analysis.observe(documents, of: try corpus.observation(documents, needs), into: &state)
    let result = analysis.result(of: state)
    #expect(result.notApplicable == nil)
    let accuracy = try #require(result[ProbeMetrics.linear.accuracy]?[.point(0)])
    #expect(accuracy.value != nil && result[ProbeMetrics.linear.control]?[.point(0)] == .notApplicable)
    #expect(result[ProbeMetrics.multilayer.accuracy] == nil)
    let c = try #require(result[ProbeMetrics.regularisation]?[.point(0)]?.value)
    #expect(ProbeAnalysis.strengths.contains(c))
    #expect(result[ProbeMetrics.classes] == ["even", "odd"])
  }

  @Test("A vector that is not finite gives NaN at its residual point alone")
  func notFinite() throws {
    let examples = ProbeExamples(
      tokens(400) { $0 % 2 == 0 ? "b" : "a" }.map { token in
        var token = token
        token.vectors = [Float(token.position % 2), token.key == 8 ? .nan : Float(token.position % 2)]
        return token
      }, seed: 1)
    let result = ProbeSuite(
      examples, points: 2, width: 1, seed: 1, c: 1, hasControl: true, fitsMultilayer: false
    ).result
    #expect(result[ProbeMetrics.linear.accuracy]?[.point(0)]?.value == 1)
    #expect(result[ProbeMetrics.linear.accuracy]?[.point(1)]?.state == .nan)
    #expect(result.members(of: ProbeMetrics.confusion) == ["0"])
  }

  @Test("A job says label, C and whether there is an MLP; a C that is not above 0 is refused")
  func settings() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "probes-\(UUID().uuidString).json5")
    defer { try? FileManager.default.removeItem(at: file) }
    func settings(_ text: String) throws -> ProbeSettings {
      try Data(text.utf8).write(to: file)
      return try ProbeSettings(Setting(contentsOf: file))
    }
    let given = try settings("{ label: 'upos', c: 0.1, mlp: false }")
    #expect(given.label == "upos" && given.c == 0.1 && !given.fitsMultilayer)
    #expect(try settings("{ c: 'validation' }").c == nil)
    #expect(try settings("{}").c == 1 && settings("{}").fitsMultilayer)
    for wrong in ["{ c: 0 }", "{ c: 'test' }", "{ mpl: true }"] {
      #expect(throws: InputError.self) { try settings(wrong) }
    }
    #expect(PerStack<ProbeAnalysis>.settings == ProbeSettings.self)
  }

  @Test("Probes are not among the analyses that run unasked")
  func byName() {
    #expect(
      AnalysisSuite.all.contains { $0.id == "probes" } && !AnalysisSuite.byDefault(hasTasks: true).contains("probes"))
  }

  @Test("Without labels, with another label or with too few of them the analysis does not apply and says why")
  func notApplicable() throws {
    let corpus = try SmallCorpus("bert_mlm", documents: 3), stack = corpus.model.description.stack
    var context = corpus.context
    context.label = nil
    let without = ProbeAnalysis(context, stack)
    #expect(without.sites.isEmpty)
    #expect(without.result(of: without.empty).notApplicable?.key == "note.probes.noLabel")
    var settings = ProbeSettings()
    settings.label = "other"
    let other = ProbeAnalysis(corpus.context, stack, settings)
    #expect(other.result(of: other.empty).notApplicable?.key == "note.probes.otherLabel")
    let few = ProbeAnalysis(corpus.context, stack)
    #expect(few.result(of: few.empty).notApplicable?.key == "note.probes.few")
  }
}
