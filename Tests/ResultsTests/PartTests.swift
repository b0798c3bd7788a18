import Foundation
import Support
import Testing

@testable import Results

@Suite("Stacks of an encoder–decoder")
struct PartTests {
  private func result(_ value: Double) -> AnalysisResult {
    AnalysisResult(
      id: "attention",
      tables: [
        MetricTable(AttentionMetrics.entropy, [MetricTable.Row(.head(0, 1), Quantity(value, n: 3))])
      ], arrays: ["cka": NumericArray(shape: [1], values: [Float(value)])], texts: ["class": ["sink"]],
      notes: [Note(Message(verbatim: "N = \(value)"))])
  }

  private func run(_ analyses: [AnalysisResult], encoder: Subject.Model.Stack?) -> RunResults {
    RunResults(
      subject: Subject(
        name: "run",
        model: Subject.Model(
          name: "m", family: "t5", task: "", layers: 3, heads: 4, width: 8, headWidth: 2, vocabulary: 9, parameters: 1,
          isCausal: true, encoder: encoder),
        corpus: Subject.Corpus(name: "c", documents: 1, tokens: 2, label: nil, truncated: 0), seed: 0),
      analyses: analyses)
  }

  @Test("What is joined under the stacks' names is found again in the parts")
  func roundTrip() throws {
    var joined = AnalysisResult(
      id: "attention", of: [(.encoder, result(1)), (.decoder, result(2)), (.cross, result(3))])
    joined.tables.append(MetricTable(GradientMetrics.loss, [MetricTable.Row(.model, Quantity(0.5, n: 1))]))
    joined.tables.append(
      MetricTable(
        WeightMetrics.alpha,
        [
          MetricTable.Row(.tensor("encoder.0.attn.W_Q"), Quantity(1, n: 1)),
          MetricTable.Row(.tensor("decoder.0.cross_attn.W_Q"), Quantity(2, n: 1)),
          MetricTable.Row(.tensor("shared.weight"), Quantity(3, n: 1)),
        ]))
    let run = run([joined], encoder: Subject.Model.Stack(layers: 2, heads: 2, width: 8, headWidth: 4))
    #expect(run.subject.model.stacks == [.encoder, .decoder, .cross])
    for (stack, value) in [(Component.Stack.encoder, 1.0), (.decoder, 2), (.cross, 3)] {
      let part = run.part(stack)
      #expect(part[AttentionMetrics.entropy]?[.head(0, 1)]?.value == value)
      #expect(part.analyses[0].arrays["cka"]?.values == [Float(value)])
      #expect(part.analyses[0].texts == ["class": ["sink"]])
      #expect(part.analyses[0].notes.map(\.text) == ["N = \(value)"])
      #expect(part[GradientMetrics.loss] == nil)
      #expect(part.subject.model.layers == (stack == .encoder ? 2 : 3))
      #expect(part.subject.model.isCausal == (stack == .decoder))
    }
    #expect(run.part(.only)[GradientMetrics.loss]?[.model]?.value == 0.5)
    #expect(run.part(.only)[WeightMetrics.alpha]?.rows.map(\.component) == [.tensor("shared.weight")])
    #expect(run.part(.decoder)[WeightMetrics.alpha]?.rows.map(\.component) == [.tensor("decoder.0.cross_attn.W_Q")])
  }

  @Test("A model of one stack is its own part, whatever its tensors are called")
  func single() {
    var whole = result(1)
    whole.tables.append(
      MetricTable(
        WeightMetrics.alpha, [MetricTable.Row(.tensor("bert.encoder.layer.0.weight"), Quantity(1, n: 1))]))
    let run = run([whole], encoder: nil)
    #expect(run.part(.only)[WeightMetrics.alpha]?.rows.count == 1)
    #expect(run.subject.model.stacks == [.only])
  }

  @Test("An analysis that applies to no stack says so; one that applies to some is noted")
  func notApplicable() {
    let none = AnalysisResult(id: "attention", notApplicable: Message(verbatim: "too short"))
    #expect(
      AnalysisResult(id: "attention", of: [(.encoder, none), (.decoder, none)]).notApplicable?.text == "too short")
    let some = AnalysisResult(id: "attention", of: [(.encoder, result(1)), (.decoder, none)])
    #expect(some.notApplicable == nil)
    #expect(some.notes.contains { $0.sentence == "Decoder: not applicable, too short." && $0.stack == .decoder })
  }

  @Test("A note is carried by the part that it is about, whatever its words, and survives its file")
  func notes() throws {
    var analysis = result(1)
    analysis.texts = [:]
    analysis.arrays = [:]
    analysis.tables[0].rows = [Component.Stack.encoder, .decoder, .cross].map { stack in
      .init(Component(.head(layer: 0, head: 0), stack: stack), Quantity(1, n: 1))
    }
    analysis.notes = [
      Note(Message(verbatim: "decoder: 3 of 4"), stack: .encoder),
      Note(Message(verbatim: "Encoder: 2 of 4"), stack: .decoder),
      Note(Message(verbatim: "16 sequences."), about: .repeatedTokens),
      Note(Message(verbatim: "doc-1 is cut."), stack: .cross, about: .document("doc-1")),
      Note(Message(verbatim: "plain")),
    ]
    let run = run([analysis], encoder: Subject.Model.Stack(layers: 2, heads: 2, width: 8, headWidth: 4))
    func words(_ stack: Component.Stack) -> [String] { run.part(stack).analyses.flatMap(\.notes).map(\.text) }
    #expect(words(.encoder) == ["decoder: 3 of 4", "16 sequences.", "plain"])
    #expect(words(.decoder) == ["Encoder: 2 of 4", "16 sequences.", "plain"])
    #expect(words(.cross) == ["16 sequences.", "doc-1 is cut.", "plain"])
    #expect(analysis.notes[1].sentence == "Decoder: Encoder: 2 of 4")

    let folder = URL.temporaryDirectory.appending(path: "notes-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try run.write(to: folder)
    #expect(try RunResults.read(from: folder).analyses[0].notes == analysis.notes)
  }

  @Test(
    "The median is the middle number, or the mean of the two in the middle",
    arguments: [
      ([3.0, 1, 2], 2.0), ([0.5, 0.25, 0, 0.125], 0.1875), ([5], 5), ([], nil), ([1, .infinity], .infinity),
    ]
      as [([Double], Double?)])
  func median(numbers: [Double], expected: Double?) {
    #expect(numbers.median == expected)
  }
}
