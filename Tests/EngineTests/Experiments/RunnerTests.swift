import Corpora
import Foundation
import Support
import Tensors
import TestSupport
import Testing
import Transformers

@testable import Engine

@Suite("Runner")
struct RunnerTests {
  private func input(_ ids: [Int32]) -> ModelInput {
    ModelInput(batch: 1, length: ids.count, ids: ids, mask: ids.map { _ in 1 })
  }

  /// Runs of two lengths with edits at every depth, and a reference to what each is alone.
  private func plan(_ d: ModelDescription) -> ExperimentPlan {
    let inputs = [input([5, 9, 11, 30, 7]), input([6, 9, 12]), input([8, 8, 40, 21, 7])]
    var plan = ExperimentPlan(inputs: inputs, runs: [])
    for index in inputs.indices {
      let objective = Objective(.logit(of: [4], minus: [9]))
      plan.runs.append(ExperimentRun(input: index, objective: objective))
      for layer in 0..<d.stack.layers {
        for head in 0..<d.stack.heads {
          plan.runs.append(
            ExperimentRun(
              input: index, edits: [Edit(d.stack.site(.z, layer: layer), .zero, heads: [head])], objective: objective))
        }
        plan.runs.append(
          ExperimentRun(
            input: index, edits: [Edit(d.stack.site(.mlpOut, layer: layer), .scale(2), positions: [1])],
            objective: objective))
      }
      plan.runs.append(
        ExperimentRun(input: index, edits: [Edit(.logits, .scale(1.5))], objective: objective))
    }
    return plan
  }

  @Test("What rows share a batch and a prefix with changes no bit", arguments: ["gpt2", "llama", "gpt_neox"])
  func sharing(name: String) throws {
    let model = try Model(directory: Fixtures.url("models/\(name)")), d = model.description
    var plan = plan(d)
    plan.keepsLogits = true
    for gradients in [Set<Site>(), [d.stack.site(.z, layer: d.stack.layers - 1)]] {
      plan.gradients = gradients
      let together = try Runner(model).run(plan)
      #expect(together.count == plan.runs.count)
      for (run, found) in zip(plan.runs, together) {
        var request = TraceRequest(gradients: gradients, edits: run.edits)
        request.objectives = [try #require(run.objective)]
        request.objectiveLogits = true
        let alone = try model.run(plan.inputs[run.input], request)
        #expect(found.objective == alone.objectives[0])
        #expect(found.logits?.values == alone.objectiveLogits?.values)
        #expect(found.didChange == alone.didChange)
        for site in gradients { #expect(found.gradients[site]?.values == alone.gradients[site]?.values) }
      }
    }
  }

  @Test("Neither threads nor the bound of memory change a bit")
  func threads() throws {
    let model = try Model(directory: Fixtures.url("models/gpt2")), plan = plan(model.description)
    let one = try Workers.with(threads: 1) { try Runner(model).run(plan) }.map(\.objective)
    for threads in [2, 5] {
      #expect(try Workers.with(threads: threads) { try Runner(model).run(plan) }.map(\.objective) == one)
    }
    let rowByRow = try Runner(model, memory: 1).run(plan).map(\.objective)
    #expect(rowByRow == one, "\(zip(rowByRow, one).enumerated().filter { $1.0 != $1.1 }.map { "\($0): \($1)" })")
  }

  @Test("Every run is counted, planned and done")
  func progress() throws {
    let model = try Model(directory: Fixtures.url("models/gpt2")), plan = plan(model.description)
    let counts = Counter()
    _ = try Runner(model) { event in
      switch event {
      case .planned(let count): counts.add(count, 0)
      case .done(let count): counts.add(0, count)
      }
    }.run(plan)
    #expect(counts.values == (plan.runs.count, plan.runs.count))
  }

  @Test("Rows that do not fit are left out and counted, and a task without any is refused")
  func tasks() throws {
    let file = URL.temporaryDirectory.appending(path: "task-\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    let model = try Model(directory: Fixtures.url("models/gpt2"))
    func task(_ rows: [String]) throws -> TokenizedTask {
      try Data(rows.joined(separator: "\n").utf8).write(to: file)
      return try TokenizedTask(
        PairsFile(path: file.path(percentEncoded: false)), nil, model.description)
    }
    let good = #"{"clean": [1, 2, 3], "corrupt": [1, 4, 3], "answer": 5, "wrong": [6, 7]}"#
    let uneven = #"{"clean": [1, 2, 3], "corrupt": [1, 4], "answer": 5, "wrong": 6}"#
    let beyond = #"{"clean": [1, 2], "corrupt": [1, 4], "answer": 5000, "wrong": 6}"#
    let whole = try task([good, uneven, beyond, good, uneven])
    #expect(whole.pairs.map(\.row) == [0, 3])
    // A note for each reason, with its rows; the words are the catalogue's.
    #expect(
      whole.notes == [
        Message(
          "note.task.refusedRows",
          ["task": whole.name, "refused": 2, "rows": "1, 4", "reason": Message("error.pairsDifferInLength")]),
        Message(
          "note.task.refusedRows",
          ["task": whole.name, "refused": 1, "rows": "2", "reason": Message("error.beyondLogits")]),
      ])
    #expect(whole.pairs[0].position == 2 && whole.pairs[0].cleanTexts == ["1", "2", "3"])
    #expect(throws: InputError.self) { try task([uneven]) }
    // Texts need a tokenizer, whatever else there is.
    let text = #"{"clean": "a", "corrupt": "b", "answer": 5, "wrong": 6}"#
    #expect(throws: InputError.self) { try task([good, text]) }
  }

  @Test("The answer of a masked language model stands at the mask that both prompts have")
  func masks() throws {
    let folder = Fixtures.root.appending(path: "examples/minibert/pretrained/final")
    let model = try Model(directory: folder), tokenizer = try Tokenizer(directory: folder)
    let mask = try #require(tokenizer.roles.mask)
    let file = URL.temporaryDirectory.appending(path: "task-\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    func position(_ clean: [Int32], _ corrupt: [Int32], _ more: String = "") throws -> Int {
      try Data(#"{"clean": \#(clean), "corrupt": \#(corrupt), "answer": 5, "wrong": 6\#(more)}"#.utf8).write(to: file)
      return try TokenizedTask(
        PairsFile(path: file.path(percentEncoded: false)), tokenizer, model.description
      ).pairs[0].position
    }
    #expect(try position([1, mask, 3], [2, mask, 3]) == 1)
    #expect(throws: InputError.self) { try position([1, mask, 3], [2, 3, mask]) }
    #expect(throws: InputError.self) { try position([mask, mask, 3], [mask, mask, 1]) }
    #expect(throws: InputError.self) { try position([1, 2, 3], [1, 4, 3]) }
    #expect(try position([1, 2, 3], [1, 4, 3], #", "position": 2"#) == 2)
  }
}

private final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var counts = (0, 0)
  var values: (Int, Int) { lock.withLock { counts } }
  func add(_ a: Int, _ b: Int) { lock.withLock { counts = (counts.0 + a, counts.1 + b) } }
}
