import Foundation
import Results
import Support
import TestSupport
import Testing

@testable import Training

@Suite("Logs that were resumed, divided or written as text") struct LogCourseTests {
  private static let folder = Fixtures.url("field")

  private func value(_ metric: Metric, _ log: TrainingLog) -> Double? { log.result()[metric]?[.model]?.value }

  private func log(_ files: [String: String]) throws -> TrainingLog {
    let folder = FileManager.default.temporaryDirectory.appending(path: "logs-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
    return TrainingLog.merged(
      try files.keys.sorted().map { ($0, try TrainingLog(contentsOf: folder.appending(path: $0))) })
  }

  @Test(
    "the same numbers in folders of training and evaluation, or in one file, give the same result",
    arguments: ["eval_train", "keras", "one_file"])
  func folders(run: String) throws {
    let log = try TrainingLog(contentsOf: Self.folder.appending(path: "6-tensorboard-train-and-eval-folders/\(run)"))
    // As a job names it.
    for log in [log, TrainingLog.merged([(run, log)])] {
      #expect(abs((value(TrainingMetrics.finalLoss, log) ?? 0) - 0.1) < 1e-6)
      #expect(abs((value(TrainingMetrics.validationLoss, log) ?? 0) - 4.5) < 1e-6)
      #expect(abs((value(TrainingMetrics.bestValidationLoss, log) ?? 0) - 2.4) < 1e-6)
      #expect(value(TrainingMetrics.bestStep, log) == 3)
    }
  }

  @Test(
    "what a folder's name says of its losses",
    arguments: [
      (["train", "eval"], [.trainingLoss, .validationLoss]),
      (["train", "validation"], [.trainingLoss, .validationLoss]),
      (["loss_train", "loss_val"], [.trainingLoss, .validationLoss]),
      (["2024/train", "2024/eval_dev"], [.trainingLoss, .validationLoss]),
      (["", "eval"], [.trainingLoss, .validationLoss]), (["", "test"], [.trainingLoss, .validationLoss]),
      (["eval"], [.validationLoss]), (["train.jsonl", "test.csv"], [.trainingLoss, .validationLoss]),
      // Names of runs.
      (["test"], [.trainingLoss]), (["test", "test2"], [.trainingLoss, .trainingLoss]),
      (["retrieval"], [.trainingLoss]), (["version_0", "version_1"], [.trainingLoss, .trainingLoss]),
    ] as [([String], [CurveRole])])
  func parts(names: [String], roles: [CurveRole]) {
    let loss = TrainingLog(scalars: [.init(name: "loss", steps: [1], values: [1])])
    #expect(TrainingLog.merged(names.map { ($0, loss) }).scalars.map(\.role) == roles)
  }

  @Test("a folder that tells its losses apart itself keeps them")
  func whole() {
    let log = TrainingLog(scalars: [
      .init(name: "loss", steps: [1], values: [1]), .init(name: "val_loss", steps: [1], values: [2]),
    ])
    #expect(TrainingLog.merged([("my_eval", log)]).scalars.map(\.role) == [.trainingLoss, .validationLoss])
  }

  @Test("a validation set comes before a test set")
  func test() {
    let loss = TrainingLog(scalars: [.init(name: "loss", steps: [1, 2], values: [1, 1])])
    let log = TrainingLog.merged(["test", "train", "validation"].map { ($0, loss) })
    #expect(log.curve(.validationLoss)?.name == "validation: loss")
    #expect(log.curve(.trainingLoss)?.name == "train: loss")
  }

  @Test("an event file's restart takes away what lay behind it")
  func restart() throws {
    let log = try TrainingLog(contentsOf: Self.folder.appending(path: "7-tensorboard-restarted-run/run"))
    #expect(log.scalars.map(\.steps) == [[10, 20, 25, 35]])
    #expect(abs((log.scalars[0].values.last ?? 0) - 1.2) < 1e-6)
    #expect(log.notes.count == 1 && log.notes[0].text.contains("resumed at step 25; 2 entries"), "\(log.notes)")
  }

  @Test("a second event file that begins before the first one's end is a restart, too")
  func files() throws {
    func file(_ steps: [Int], _ loss: Double) -> [UInt8] {
      EventWriter.opening
        + steps.flatMap { step in
          EventWriter.record(step: step) {
            $0.add("loss", loss)
            if step == 40 { $0.add("eval_loss", loss) }
          }
        }
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: "logs-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(file([10, 20, 30, 40], 1)).write(to: folder.appending(path: "a.tfevents.1"))
    try Data(file([30, 35], 2)).write(to: folder.appending(path: "a.tfevents.2"))
    let log = try TrainingLog(contentsOf: folder)
    #expect(log.scalars == [.init(name: "loss", steps: [10, 20, 30, 35], values: [1, 1, 2, 2])])
    #expect(log.notes.count == 1 && log.notes[0].text.contains("3 entries"), "\(log.notes)")
  }

  @Test(
    "rows that were logged by a resumed run replace those behind its restart",
    arguments: [
      // A restart, and what another column had behind it.
      ([(10, 5, 9), (20, 4, nil), (30, 3, 7), (15, 4.5, nil), (25, 3.5, nil)], [10, 15, 25], [5, 4.5, 3.5], [10], 1),
      // The same value twice, and another one.
      ([(10, 5, 9), (10, 5, 9), (20, 4, nil)], [10, 20], [5, 4], [10], 0),
      ([(10, 5, 9), (10, 6, 9), (20, 4, nil)], [10, 20], [6, 4], [10], 1),
      // The newest first.
      ([(30, 3, nil), (20, 4, 8), (10, 5, nil)], [10, 20, 30], [5, 4, 3], [20], 0),
      // In no order.
      (
        [(30, 3, nil), (20, 4, nil), (40, 2, nil), (10, 5, nil), (60, 0, nil), (50, 1, 8)], [10, 20, 30, 40, 50, 60],
        [5, 4, 3, 2, 1, 0], [50], 1
      ),
    ] as [([(Int, Double, Double?)], [Int], [Double], [Int], Int)])
  func rows(rows: [(Int, Double, Double?)], steps: [Int], values: [Double], others: [Int], notes: Int) throws {
    let lines = rows.map { step, loss, other in
      "{\"step\": \(step), \"loss\": \(loss)\(other.map { ", \"other\": \($0)" } ?? "")}\n"
    }.joined()
    let table = "step,loss,other\n" + rows.map { "\($0),\($1),\($2.map { "\($0)" } ?? "")\n" }.joined()
    let state =
      "{\"log_history\": [\(lines.split(separator: "\n").joined(separator: ", "))]}"
    for (name, text) in [("a.jsonl", lines), ("a.csv", table), ("a.json", state)] {
      let log = try log([name: text])
      #expect(log["loss"] == .init(name: "loss", steps: steps, values: values), "\(name)")
      #expect(log["other"]?.steps == others, "\(name)")
      #expect(log.notes.count == notes, "\(log.notes)")
    }
  }

  @Test("an ordinary Trainer's state has no note")
  func ordinary() throws {
    let file = "10-note-of-a-restart-that-was-none/trainer_state.json"
    let log = try TrainingLog(contentsOf: Self.folder.appending(path: file))
    #expect(log.notes.isEmpty && log["loss"]?.steps == [10, 20])
  }

  @Test("numbers as text are numbers", arguments: ["log.jsonl", "trainer_state.json"])
  func texts(file: String) throws {
    let log = try TrainingLog(contentsOf: Self.folder.appending(path: "9-log-numbers-as-text/\(file)"))
    #expect(log["loss"]?.values == (file == "log.jsonl" ? [0.5, 0.4] : [2, 1.5, 1]))
    #expect(log.notes.isEmpty)
  }

  @Test(
    "numbers that JSON does not have, as several programs spell them",
    arguments: [
      ("nan", Double.nan), ("NaN", .nan), ("inf", .infinity), ("Infinity", .infinity), ("infinite", .infinity),
      ("-inf", -.infinity), ("-infinite", -.infinity),
    ])
  func spellings(text: String, number: Double) throws {
    let loss = try #require(try log(["a.jsonl": "{\"step\": 1, \"loss\": \"\(text)\"}\n"])["loss"])
    #expect(loss.values[0] == number || loss.values[0].isNaN && number.isNaN)
  }

  @Test("a text that is not a number is left out and named")
  func words() throws {
    let lines = """
      {"step": "1", "loss": " 2.5 ", "lr": "1e-4", "best": true, "why": null, "share": "95 %"}
      {"step": "2", "loss": "0x10", "lr": "-inf", "share": "96 %"}
      """
    let table = "step,loss,lr,share\n1,2.5,1e-4,95 %\n2,0x10,-inf,96 %\n"
    for files in [["a.jsonl": lines], ["a.csv": table]] {
      let log = try log(files)
      #expect(log["loss"] == .init(name: "loss", steps: [1], values: [2.5]))
      #expect(log["lr"]?.values == [1e-4, -.infinity])
      #expect(log.scalars.count == 2 && log.notes.count == 1)
      #expect(
        log.notes[0].text.hasSuffix("share (2, the first \"95 %\") and loss (1, the first \"0x10\")."), "\(log.notes)")
    }
  }

  @Test("losses of named sets are validation losses, and one without a name comes first")
  func sets() throws {
    let file = "11-eval-loss-of-named-sets/trainer_state.json"
    let log = try TrainingLog(contentsOf: Self.folder.appending(path: file))
    let result = log.result()
    #expect(log.curve(.validationLoss)?.name == "eval_dev_loss")
    #expect((result[TrainingMetrics.risingEvaluations]?[.model]?.value ?? 0) >= 4)
    #expect(result[TrainingMetrics.bestStep]?[.model]?.value == 20)
    #expect(result.texts["curve.roles"]?.count { $0 == "validation loss" } == 1)
    #expect(
      result.notes.map(\.text) == [
        "2 series are a validation loss: eval_dev_loss, eval_ood_loss. Only eval_dev_loss is judged."
      ])
    let plain = TrainingLog(
      scalars: ["eval_dev_loss", "test_loss", "eval_loss"].map { .init(name: $0, steps: [1], values: [1]) })
    #expect(plain.curve(.validationLoss)?.name == "eval_loss")
  }

  @Test("a loss that two files have is no second one, and another run's is")
  func choices() {
    func log(_ values: [Double]) -> TrainingLog {
      .init(scalars: [.init(name: "loss", steps: [1, 2], values: values)])
    }
    #expect(TrainingLog.merged([("a", log([2, 1])), ("b", log([2, 1.005]))]).result().notes.isEmpty)
    #expect(TrainingLog.merged([("a", log([2, 1])), ("b", log([3, 1.05]))]).result().notes.isEmpty)
    let notes = TrainingLog.merged([("a", log([2, 1])), ("b", log([2, 1.5]))]).result().notes
    #expect(notes.map(\.text) == ["2 series are a training loss: a: loss, b: loss. Only a: loss is judged."])
  }

  @Test(
    "names of losses and accuracies of several sets",
    arguments: [
      ("eval_dev_loss", .validationLoss), ("eval/dev/loss", .validationLoss),
      ("val_loss/dataloader_idx_1", .validationLoss),
      ("eval_ood_accuracy", .validationAccuracy), ("eval_accuracy", .validationAccuracy),
      ("val_acc", .validationAccuracy),
      ("eval_loss_scale", nil), ("eval_runtime", nil), ("train_dev_loss", nil),
    ] as [(String, CurveRole?)])
  func names(name: String, role: CurveRole?) { #expect(CurveRole(of: name) == role) }
}
