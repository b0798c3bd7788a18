import Analyses
import Corpora
import Engine
import Foundation
import Results
import Support
import Tensors
import TestSupport
import Testing
import Transformers

@testable import Training

@Suite("Telemetry")
struct TelemetryTests {
  /// Rows of different length, so that padding would show.
  private func batch() -> ModelInput {
    var generator = SeededGenerator(seed: 4)
    let rows = [24, 9, 17, 24].map { count in (0..<count).map { _ in Int32(generator.index(below: 120)) } }
    var input = ModelInput(rows: rows, pad: 1)
    input.labels = zip(input.ids, input.mask).map { $1 == 0 ? -100 : $0 }
    return input
  }

  @Test("A record holds what a pass without training gives by the definitions")
  func definitions() throws {
    let trainer = try ReferenceRun().trainer(), batch = batch()
    let d = trainer.model.description
    let points = (0...d.layers).map { d.residual(point: $0) }
    let patterns = (0..<d.layers).map { Site.pattern(layer: $0) }
    let trace = try trainer.model.run(
      batch,
      TraceRequest(
        sites: Set(points + patterns), gradients: Set(points + [.mlpOut(layer: 1)]), parameterGradients: true))
    let before = Dictionary(
      uniqueKeysWithValues: trainer.model.parameters.map { ($0.name, $0.tensor.values.map { Double($0) }) })

    let recorder = try StepRecorder(trainer, TelemetryPlan())
    let report = try trainer.advance([batch], observer: recorder)
    let record = recorder.record(report)

    func norm(_ values: some Sequence<Double>) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    func expect(_ found: Double?, _ wanted: Double, _ what: String) {
      #expect(
        abs((found ?? .nan) - wanted) <= 1e-4 * abs(wanted) + 1e-12,
        "\(what): \(String(describing: found)) against \(wanted)")
    }
    expect(record.loss, try #require(trace.loss), "loss")
    #expect(record.tokens == 24 + 9 + 17 + 24 && record.step == 1)
    var total = 0.0
    for parameter in record.parameters {
      let gradient = try #require(trace.parameterGradients[parameter.name]).values.map { Double($0) }
      let old = try #require(before[parameter.name])
      let now = try #require(trainer.model.parameters.first { $0.name == parameter.name }).tensor.values
      expect(parameter.gradientNorm, norm(gradient), parameter.name)
      expect(parameter.weightNorm, norm(old), parameter.name)
      expect(parameter.ratio, norm(gradient) / norm(old), parameter.name)
      expect(
        parameter.updateRatio, norm(zip(now, old).map { Double($0) - $1 }) / norm(old), "update of \(parameter.name)")
      #expect(parameter.histogram?.reduce(0, +) == UInt64(gradient.count - parameter.zeros), "\(parameter.name)")
      total += gradient.reduce(0) { $0 + $1 * $1 }
    }
    expect(record.gradientNorm, total.squareRoot(), "global norm")
    expect(record.clipping, min(1, 1 / (total.squareRoot() + 1e-6)), "clipping")

    let lengths = [24, 9, 17, 24]
    for (point, site) in points.enumerated() {
      let found = try #require(record.points.first { $0.site == site.text })
      let (g, x) = (try #require(trace.gradients[site]), try #require(trace[site]))
      var (squares, products) = (0.0, 0.0)
      for (row, length) in lengths.enumerated() {
        for t in 0..<length {
          let start = (row * 24 + t) * d.width
          let gradient = (start..<start + d.width).map { Double(g.pointer[$0]) }
          squares += gradient.reduce(0) { $0 + $1 * $1 }
          products += norm(gradient) * norm((start..<start + d.width).map { Double(x.pointer[$0]) })
        }
      }
      expect(found.flow, squares.squareRoot(), "flow at \(point)")
      expect(found.relativeFlow, products / 74, "relative flow at \(point)")
    }
    for (layer, site) in patterns.enumerated() {
      let found = record.attention[layer], pattern = try #require(trace[site])
      #expect(found.site == site.text)
      for head in 0..<d.heads {
        var rows: [AttentionRow] = []
        for (row, length) in lengths.enumerated() {
          for q in 1..<length {
            let start = pattern.pointer + ((row * d.heads + head) * 24 + q) * 24
            rows.append(AttentionRow((0...q).map { Double(start[$0]) }, query: q))
          }
        }
        expect(found.entropy[head], rows.map(\.entropy).reduce(0, +) / Double(rows.count), "entropy")
        expect(
          found.normalisedEntropy[head], rows.map(\.normalisedEntropy).reduce(0, +) / Double(rows.count), "normalised")
      }
    }
    let layer = try #require(record.layers.first { $0.layer == 1 })
    let block = trainer.model.parameters.filter { $0.name.contains("h.1.") }.compactMap {
      trace.parameterGradients[$0.name]
    }
    expect(layer.gradientNorm, block.reduce(0) { $0 + $1.sumOfSquares }.squareRoot(), "layer 1")
  }

  @Test("Ranks and classes are those that a report finds of the same rows")
  func ranksAndClasses() throws {
    let trainer = try ReferenceRun().trainer(), batch = batch(), model = trainer.model
    let documents = [24, 9, 17, 24].enumerated().map { row, length in
      let ids = Array(batch.ids[row * 24..<row * 24 + length])
      return TokenizedDocument(
        id: "doc-\(row)", ids: ids, typeIDs: ids.map { _ in 0 }, tokens: ids.map { "\($0)" },
        kinds: ids.map { _ in .ordinary }, labels: ids.map { _ in nil }, isTruncated: false)
    }
    let context = AnalysisContext(model: model, seed: 0, label: nil)
    var report = Accumulators([PerStack<RepresentationAnalysis>.self, AttentionAnalysis.self], context)
    let needs = report.needs, watchers = needs.watchers.map { $0(documents, []) }
    var request = TraceRequest(sites: needs.sites)
    request.observer = SiteObserver(watchers)
    try report.observe(
      Observation(
        stream: .corpus, documents: documents, trace: try model.run(batch, request), watchers: watchers))
    let probe = try #require(
      RepeatedTokens(ordinary: Array(4..<120), opening: [], closing: [], longest: 64, seed: 0) { "\($0)" }
    )
    try RepeatedTokenProbe(probe, pad: 1).run(model, sites: needs.repeatedTokenSites) { try report.observe($0) }
    let results = try report.results(Runner(model))

    let recorder = try StepRecorder(
      trainer, TelemetryPlan(), TelemetryTokens(probe: RepeatedTokenProbe(probe, pad: 1)))
    let record = recorder.record(try trainer.advance([batch], observer: recorder))
    let ranks = record.points.compactMap(\.effectiveRank)
    let wanted = try #require(results[0][RepresentationMetrics.effectiveRank]).rows.compactMap(\.quantity.value)
    #expect(ranks.count == model.description.layers + 1 && record.rankTokens.map(\.count) == [70])
    #expect(zip(ranks, wanted).allSatisfy { abs($0 - $1) < 1e-9 * $1 }, "\(ranks) against \(wanted)")
    #expect(record.attention.flatMap { $0.classes ?? [] }.map(\.rawValue) == results[1].texts["class"])
    #expect(record.headCounts?.reduce(0) { $0 + $1.count } == model.description.layers * model.description.heads)
    // Keys in their order, numbers as everywhere: what a reader of the line writes again is the line.
    let line = TelemetryLine.step(record).bytes
    func rewritten(_ value: JSON) -> JSON {
      switch value {
      case .number(let number): number.integer.map(JSON.integer) ?? .number(number.double)
      case .array(let elements): .array(elements.map(rewritten))
      case .object(let members): .object(JSONObject(members.map { ($0.key, rewritten($0.value)) }))
      default: value
      }
    }
    #expect(try rewritten(JSON(line, place: "line")).lineBytes == line)
    #expect(
      String(decoding: line, as: UTF8.self).contains(
        "\"effective_rank\": {\"blocks.0.hook_resid_pre\": "))
  }

  private static let examples = [
    "minigpt/model", "minibert/pretrained", "minibert/tagger", "broken/broken-trainings/05-learning-rate-100",
    "broken/broken-trainings/06-zeroed-head",
  ]

  @Test("A line is read as the record it was: written again it has the same bytes", arguments: examples)
  func readBack(_ example: String) throws {
    let data = try Data(contentsOf: Fixtures.root.appending(path: "examples/\(example)/telemetry.jsonl"))
    var kinds: Set<String> = []
    for line in data.split(separator: 0x0A) {
      let read = try TelemetryLine(JSONField(JSON(line, place: example), file: example))
      #expect(read.bytes == Array(line) + [0x0A])
      if case .step = read { kinds.insert("step") } else { kinds.insert("evaluation") }
    }
    #expect(kinds.count == 2)
  }

  @Test("A record with a fault, histograms and numbers that are not finite is read back too")
  func readBackFault() throws {
    let trainer = try ReferenceRun().trainer()
    let recorder = try StepRecorder(trainer, TelemetryPlan())
    var record = recorder.record(try trainer.advance([batch()], observer: recorder))
    record.fault = NumericFault(tensor: "blocks.1.hook_mlp_out", nans: 3, infinities: 0, batch: 1)
    record.loss = .nan
    record.gradientNorm = .infinity
    record.parameters[0].nans = 3
    record.parameters[0].ratio = -.infinity
    let bytes = TelemetryLine.step(record).bytes
    let read = try TelemetryLine(JSONField(JSON(bytes, place: "line"), file: "line"))
    #expect(read.bytes == bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    for (old, new, place) in [
      ("\"clipping\": ", "\"clipping\": \"much\", \"was\": ", "line: clipping"),
      ("\"first_bin\": ", "\"first_bin\": 9", "line: parameters"), ("\"tokens\": ", "\"toks\": ", "line"),
    ] {
      let error = try #require(throws: InputError.self) {
        try TelemetryLine(JSONField(JSON(Array(text.replacing(old, with: new).utf8), place: "line"), file: "line"))
      }
      #expect(error.place.hasPrefix(place))
    }
  }

  @Test("The records of a file are the log that its lines are to any other reader", arguments: examples)
  func sameLog(_ example: String) throws {
    let url = Fixtures.root.appending(path: "examples/\(example)/telemetry.jsonl"), data = try Data(contentsOf: url)
    func log(_ name: String) throws -> TrainingLog {
      try withFolder { folder in
        try data.write(to: folder.appending(path: name))
        return try TrainingLog(contentsOf: folder.appending(path: name))
      }
    }
    let own = try log("telemetry.jsonl"), foreign = try log("log.jsonl")
    #expect(own.scalars.count > 50 && own.scalars.map(\.name) == foreign.scalars.map(\.name))
    for (a, b) in zip(own.scalars, foreign.scalars) {
      #expect(a.steps == b.steps && a.role == b.role && a.values.map(\.bitPattern) == b.values.map(\.bitPattern))
    }
    #expect(own.notes == foreign.notes && own.histograms == foreign.histograms)
  }

  @Test("Any number of threads records the same bytes")
  func threads() throws {
    let run = try ReferenceRun()
    let probe = RepeatedTokens(ordinary: Array(4..<120), opening: [], closing: [], longest: 64, seed: 0) { "\($0)" }
    let tokens = TelemetryTokens(probe: probe.map { RepeatedTokenProbe($0, pad: 1) })
    func lines(_ threads: Int) throws -> [String] {
      let trainer = try run.trainer()
      return try Workers.with(threads: threads) {
        try (0..<3).map { step in
          let recorder = try StepRecorder(trainer, TelemetryPlan(classes: 2), tokens)
          let record = recorder.record(try trainer.advance(run.batches[step].split(2), observer: recorder))
          #expect((record.headCounts != nil) == (step % 2 == 0))
          return String(decoding: TelemetryLine.step(record).bytes, as: UTF8.self) + "\(EventTelemetry.event(record))"
        }
      }
    }
    let one = try lines(1)
    #expect(try lines(2) == one && lines(5) == one)
  }

  @Test("Heads are classified every so many steps, on steps that are recorded")
  func classification() {
    func steps(_ every: Int, _ classes: Int) -> [Int] {
      (0..<50).filter { $0 % every == 0 && TelemetryPlan(every: every, classes: classes).classifies($0) }
    }
    #expect(steps(1, 20) == [0, 20, 40] && steps(10, 20) == [0, 20, 40] && steps(15, 20) == [0, 30])
    #expect(steps(7, 1) == [0, 7, 14, 21, 28, 35, 42, 49] && steps(5, 0).isEmpty)
  }

  @Test("Special tokens and the first position are left out of ranks")
  func special() throws {
    let model = try Model(directory: Fixtures.url("models/gpt2"))
    let tokenizer = try Tokenizer(directory: Fixtures.url("tokenizers/gpt2_bpe"))
    let kinds = TokenKinds(tokenizer), end = try #require(tokenizer.roles.end)
    let read = try CorpusTokenizer(tokenizer: tokenizer, label: nil, maximumLength: 100)
      .tokenize(Document(id: "doc-0", text: "\"Well,\" he said (twice); it's 3.5 - no more.."))
    #expect(zip(read.ids, read.tokens).map { kinds[$0.0] } == read.kinds, "\(read.tokens)")
    let row = read.ids + [end] + read.ids
    let documents = ModelInput(rows: [row], pad: 0).documents(kinds, of: model.description).sources
    #expect(documents[0].kinds == read.kinds + [.opening] + read.kinds)
    let ordinary = row.indices.filter { TokenSample.isOrdinary(documents[0], $0) }
    #expect(ordinary == row.indices.filter { $0 != 0 && $0 != read.ids.count })
  }

  @Test("A step in two batches is recorded as the same step in one, and is the same step")
  func accumulated() throws {
    let run = try ReferenceRun()
    func record(_ parts: Int) throws -> TelemetryRecord {
      let trainer = try run.trainer(), recorder = try StepRecorder(trainer, TelemetryPlan(histograms: false))
      return recorder.record(try trainer.advance(run.batches[0].split(parts), observer: recorder))
    }
    let (one, two) = (try record(1), try record(2))
    func close(_ a: Double?, _ b: Double?) -> Bool { abs((a ?? -1) - (b ?? -1)) <= 1e-4 * abs(a ?? 1) }
    for (a, b) in zip(one.parameters, two.parameters) where a.gradientNorm > 1e-6 {
      #expect(close(a.gradientNorm, b.gradientNorm), "\(a.name)")
    }
    for (a, b) in zip(one.points, two.points) {
      #expect(close(a.flow, b.flow) && close(a.relativeFlow, b.relativeFlow), "\(a.site)")
    }
    for (a, b) in zip(one.attention, two.attention) {
      #expect(zip(a.entropy, b.entropy).allSatisfy { close($0, $1) }, "\(a.site)")
    }
  }

  @Test("A step that is observed is the step that is not")
  func unobserved() throws {
    let run = try ReferenceRun()
    func weights(_ observed: Bool) throws -> [Float] {
      let trainer = try run.trainer()
      for step in 0..<3 {
        let recorder = observed ? try StepRecorder(trainer, TelemetryPlan()) : nil
        _ = try trainer.advance([run.batches[step]], observer: recorder)
      }
      return trainer.model.parameters.flatMap(\.tensor.values)
    }
    #expect(try weights(true) == weights(false))
  }
}
