import Foundation
import Results
import Support
import TestSupport
import Testing

@testable import Training

@Suite("Logs of trainings") struct LogTests {
  private static let folder = Fixtures.url("logs")

  private struct Expected: Decodable {
    /// A number, or a text in place of what JSON has no number for.
    struct Number: Decodable {
      var value: Double
      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        value = (try? container.decode(Double.self)) ?? .nan
      }
    }
    struct Histogram: Decodable {
      var step: Int
      var limits: [Double]
      var counts: [Double]
      init(from decoder: any Decoder) throws {
        var fields = try decoder.unkeyedContainer()
        step = try fields.decode(Int.self)
        limits = try fields.decode([Double].self)
        counts = try fields.decode([Double].self)
      }
    }
    var scalars: [String: [[Number]]]
    var histograms: [String: [Histogram]]
  }

  @Test("the checksum is CRC-32C, masked")
  func checksum() {
    // RFC 3720, B.4: the CRC-32C of "123456789" is e3069283.
    let crc: UInt32 = 0xE306_9283
    #expect(EventRecords.checksum(Array("123456789".utf8)[...]) == (crc >> 15 | crc << 17) &+ 0xA282_EAD8)
  }

  @Test("event files hold what TensorBoard reads", arguments: ["two_runs/run_1", "two_runs/run_2", "tensors"])
  func events(run: String) throws {
    let all = try JSONDecoder().decode(
      [String: Expected].self, from: Data(contentsOf: Self.folder.appending(path: "expected.json")))
    let expected = try #require(all[run])
    let log = try TrainingLog(contentsOf: Self.folder.appending(path: run))
    #expect(Set(log.scalars.map(\.name)) == Set(expected.scalars.keys))
    for series in log.scalars {
      // The last entry of a step counts.
      var values: [Int: Double] = [:]
      for entry in expected.scalars[series.name] ?? [] { values[Int(entry[0].value)] = entry[1].value }
      #expect(series.steps == values.keys.sorted())
      for (step, value) in zip(series.steps, series.values) {
        let other = try #require(values[step])
        #expect(value == other || value.isNaN && other.isNaN)
      }
    }
    for (name, steps) in expected.histograms {
      let series = try #require(log.histograms.first { $0.name == name })
      #expect(series.steps == steps.map(\.step))
      for (bins, other) in zip(series.bins, steps) {
        let kept = try #require(other.counts.firstIndex { $0 > 0 })
        #expect(bins.counts.reduce(0, +) == other.counts.reduce(0, +))
        #expect(bins.edges.dropFirst().first == other.limits[kept])
        #expect(zip(bins.edges, bins.edges.dropFirst()).allSatisfy { $0 < $1 })
      }
    }
    if run == "tensors" {
      let series = try #require(log.histograms.first { $0.name == "grads" })
      #expect(series.steps == [1, 2, 5])
      #expect(series.bins[2] == .init(edges: [-0.5, 0, 0.5, 1], counts: [5, 10, 15]))
    }
  }

  @Test("runs in folders of one folder keep their names where they share a tag")
  func runs() throws {
    let log = try TrainingLog(contentsOf: Self.folder.appending(path: "two_runs"))
    #expect(log.scalars.map(\.name) == ["run_1: train/loss", "only_1", "run_2: train/loss", "only_2"])
    #expect(log.notes.count { $0.text.contains("1 entry differs from an earlier entry for the same step") } == 2)
    #expect(log.notes.count { $0.text.contains("step numbers go backwards although no restart was recorded") } == 2)
  }

  @Test(
    "a Trainer's state and its event file agree", .enabled(if: Fixtures.shared("models") != nil, "needs ../shared"))
  func trainer() throws {
    let model = try #require(Fixtures.shared("models/gpt2-shakespeare"))
    let state = try TrainingLog(contentsOf: model)
    let trainerState = try TrainingLog(contentsOf: model.appending(path: "trainer_state.json"))
    for (name, tag) in [("loss", "train/loss"), ("grad_norm", "train/grad_norm"), ("eval_loss", "eval/loss")] {
      let (a, b) = (try #require(trainerState[name]), try #require(state[tag]))
      #expect(a.steps == b.steps)
      #expect(zip(a.values, b.values).allSatisfy { abs($0 - $1) <= 1e-6 * abs($0) })
    }
    #expect(state.histograms.count == 18 && state.histograms.allSatisfy { $0.steps.count == 13 })
  }

  @Test("files by others are read whole", .enabled(if: Fixtures.shared("models") != nil, "needs ../shared"))
  func others() throws {
    let runs = try #require(Fixtures.shared("models/tfevents/runs"))
    let log = try TrainingLog(contentsOf: runs)
    #expect(log["duplicate_steps/run_1: dup_steps/foo"]?.steps.count == 200)
    #expect(log["lax/run_1: lax/foo"]?.values.last == 1.4174270629882812)
    #expect(log["strict/run_3: strict/foo"] != nil || log.scalars.contains { $0.name.hasPrefix("strict/run_3") })
    #expect(!log.notes.contains { $0.text.contains("checksum") })
  }

  private func folder(_ files: [String: [UInt8]]) throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: "logs-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, bytes) in files { try Data(bytes).write(to: folder.appending(path: name)) }
    return folder
  }

  @Test("what is written is read again, bit for bit, and the same each time")
  func writing() throws {
    let bins = TrainingLog.Histogram.Bins(edges: [-1, 0, 0.5, 4], counts: [3, 0, 9])
    var bytes = EventWriter.opening
    for step in [0, 5, 300] {
      bytes += EventWriter.record(step: step) {
        $0.add("loss", 0.5 * Double(step))
        $0.add("no", "ne", .nan)
        $0.add("w", edges: bins.edges, counts: bins.counts)
      }
    }
    let folder = try folder([EventWriter.fileName: bytes])
    defer { try? FileManager.default.removeItem(at: folder) }
    let log = try TrainingLog(contentsOf: folder)
    #expect(log["loss"] == .init(name: "loss", steps: [0, 5, 300], values: [0, 2.5, 150]))
    #expect(log["none"]?.values.allSatisfy(\.isNaN) == true)
    #expect(log.histograms == [.init(name: "w", steps: [0, 5, 300], bins: [bins, bins, bins])])
    #expect(log.notes.isEmpty)
  }

  @Test("Histograms whose messages have lengths of one, two and three bytes", arguments: [1, 40, 2_100])
  func histograms(count: Int) throws {
    let bins = TrainingLog.Histogram.Bins(
      edges: (0...count).map { Double($0) / 3 }, counts: (0..<count).map { Double(1 + $0 * $0 % 11) })
    let name = String(repeating: "n", count: count)
    let folder = try folder([
      EventWriter.fileName: EventWriter.opening
        + EventWriter.record(step: 7) { $0.add("family/", name, edges: bins.edges, counts: bins.counts) }
    ])
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(try TrainingLog(contentsOf: folder).histograms == [.init(name: "family/" + name, steps: [7], bins: [bins])])
  }

  @Test("a wrong checksum costs one record, a cut file its last, and both are said")
  func damage() throws {
    let records = (0..<5).map { (step: Int) in EventWriter.record(step: step) { $0.add("loss", Double(step)) } }
    var damaged = records
    damaged[2][damaged[2].count - 6] ^= 1
    var lying = records
    lying[3][0] ^= 1
    let whole = EventWriter.opening + records.joined()
    for (bytes, steps, words) in [
      (EventWriter.opening + damaged.joined(), [0, 1, 3, 4], "a record has a wrong checksum and was left out"),
      (EventWriter.opening + lying.joined(), [0, 1, 2], "nothing after it was read"),
      (Array(whole.dropLast(3)), [0, 1, 2, 3], "ends within a record"),
      (Array(whole.dropLast(records[4].count - 5)), [0, 1, 2, 3], "within the frame of a record"),
    ] {
      let folder = try folder(["events.out.tfevents.1": bytes])
      defer { try? FileManager.default.removeItem(at: folder) }
      let log = try TrainingLog(contentsOf: folder)
      #expect(log["loss"]?.steps == steps)
      #expect(log.notes.count == 1 && log.notes[0].text.contains(words), "\(log.notes)")
    }
  }

  @Test("noise is never a trap")
  func noise() throws {
    var generator = SeededGenerator(seed: 5)
    for length in [0, 1, 11, 12, 40, 400] {
      for _ in 0..<20 {
        let bytes = (0..<length).map { _ in UInt8(generator.index(below: 256)) }
        var log = LogCollector()
        EventFile.read(Data(bytes), place: "noise", into: &log)
        var framed = LogCollector()
        EventFile.read(Data(EventRecords.frame(bytes)), place: "noise", into: &framed)
      }
    }
  }

  @Test("JSON Lines: nested names, histograms, NaN, and columns of the job's")
  func lines() throws {
    let text = """
      {"_step": 0, "_runtime": 3.5, "train": {"loss": 2.5, "acc": true}, "note": "x"}
      {"_step": 10, "train": {"loss": NaN}, "grads": {"_type": "histogram", "values": [1, 2], "bins": [0, 1, 4]}}

      {"_step": 20, "train": {"loss": "Infinity"}}
      {"_step": 30, "tra
      """
    let folder = try folder(["log.jsonl": Array(text.utf8)])
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "log.jsonl")
    let log = try TrainingLog(contentsOf: file)
    #expect(log.scalars.map(\.name) == ["train/loss"])
    #expect(log.scalars[0].steps == [0, 10, 20])
    #expect(log.scalars[0].values[1].isNaN && log.scalars[0].values[2] == .infinity)
    #expect(log.histograms == [.init(name: "grads", steps: [10], bins: [.init(edges: [0, 1, 4], counts: [1, 2])])])
    #expect(
      log.notes.count == 2 && log.notes[0].text.contains("Line 5")
        && log.notes[1].text.contains("note (1, the first \"x\")"))
    let renamed = try TrainingLog(contentsOf: file, columns: LogColumns(names: ["train/loss": "loss"]))
    #expect(renamed["loss"] != nil)
    #expect(throws: InputError.self) { try TrainingLog(contentsOf: file, columns: LogColumns(step: "it")) }
  }

  @Test("A number beyond a double is infinite, long integers are read whole, as Python does")
  func beyondDouble() throws {
    let long = "1" + String(repeating: "0", count: 400)
    let state =
      "{\"total_flos\": \(long), \"log_history\": [{\"step\": 1, \"loss\": 1e999}, {\"step\": 2, \"loss\": -1e999}]}"
    let lines = "{\"step\": 1, \"loss\": \(long), \"n\": 9007199254740993}\n{\"step\": 2e0, \"loss\": 1e-999}\n"
    let folder = try folder([
      "trainer_state.json": Array(state.utf8), "log.jsonl": Array(lines.utf8),
      "far.jsonl": Array("{\"step\": \(long), \"loss\": 1}".utf8),
    ])
    defer { try? FileManager.default.removeItem(at: folder) }
    let trainer = try TrainingLog(contentsOf: folder.appending(path: "trainer_state.json"))
    #expect(trainer["loss"]?.steps == [1, 2] && trainer["loss"]?.values == [.infinity, -.infinity])
    let rows = try TrainingLog(contentsOf: folder.appending(path: "log.jsonl"))
    #expect(rows["loss"]?.steps == [1, 2] && rows["loss"]?.values == [.infinity, 0])
    #expect(rows["n"]?.values == [9_007_199_254_740_992])
    #expect(trainer.result()[TrainingMetrics.finalLoss]?[.model]?.state == .negativeInfinite)
    let error = #expect(throws: InputError.self) {
      try TrainingLog(contentsOf: folder.appending(path: "far.jsonl"))
    }
    #expect(error?.description.contains("line 1: step: is not a step, expected a whole number from 0 on") == true)
  }

  @Test("A log that is not JSON names line and column")
  func broken() throws {
    let folder = try folder(["log.jsonl": Array("{\"step\": 1}\n{\"step\": 2,}\n{\"step\": 3}".utf8)])
    defer { try? FileManager.default.removeItem(at: folder) }
    let error = #expect(throws: InputError.self) { try TrainingLog(contentsOf: folder.appending(path: "log.jsonl")) }
    #expect(error?.description.contains("log.jsonl: line 2, column 12: is not valid JSON") == true)
  }

  @Test("CSV: quotes, empty cells, a step of another name")
  func table() throws {
    let text = "it,\"loss, mean\",lr\r\n1,2.5,\r\n2,nan,1e-3\r\n"
    let folder = try folder(["log.csv": Array(text.utf8), "short.csv": Array("step,a\n1\n".utf8)])
    defer { try? FileManager.default.removeItem(at: folder) }
    let log = try TrainingLog(
      contentsOf: folder.appending(path: "log.csv"), columns: LogColumns(step: "it", names: ["loss, mean": "loss"]))
    #expect(log.scalars.map(\.name) == ["loss", "lr"])
    #expect(log["loss"]?.values[0] == 2.5 && log["loss"]?.values[1].isNaN == true)
    #expect(log["lr"]?.steps == [2])
    for (name, words) in [
      ("log.csv", "has no step"), ("short.csv", "another number of cells"), ("no.csv", "does not exist"),
    ] {
      let error = try #require(throws: InputError.self) {
        try TrainingLog(contentsOf: folder.appending(path: name))
      }
      #expect(error.problem.contains(words))
    }
  }
}
