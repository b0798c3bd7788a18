import Foundation
import TestSupport
import Testing

@Suite("tomograph train")
struct TrainTests {
  /// A folder with a corpus and a job file.
  private struct Job {
    let scratch: Scratch
    var folder: URL { scratch.folder }

    init(_ change: (String) -> String = { $0 }) throws {
      scratch = try Scratch()
      let text = (0..<300).map { "line \($0) says what line \($0 * 7 % 300) says" }.joined(separator: "\n")
      _ = try scratch.write(text, to: "text.txt")
      let job = """
        // A small model from scratch.
        { name: "small", task: "language_model",
          model: { config: { model_type: "gpt2", n_embd: 32, n_layer: 2, n_head: 4, n_positions: 32 } },
          tokenizer: { train: "byte_level_bpe", vocabulary: 300 },
          data: { path: "text.txt" }, steps: 8, batch: 4, checkpoints: [0, 4], telemetry: { every: 2 } }
        """
      _ = try scratch.write(change(job), to: "job.json5")
    }

    func run(_ arguments: String...) throws -> Program.Outcome {
      try Program.run(["train", "job.json5"] + arguments, in: folder)
    }

    func names(_ path: String) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: scratch[path].path(percentEncoded: false)).sorted()
    }

    func bytes(_ path: String) throws -> Data { try Data(contentsOf: scratch[path]) }
  }

  @Test("A job leaves checkpoints and the model; a second run asks what to do with them")
  func trains() throws {
    let job = try Job(), outcome = try job.run()
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output == "" && outcome.errors.contains("training: 8 steps"))
    #expect(try job.names("out") == ["small"])
    #expect(
      try job.names("out/small") == [
        "checkpoint-0", "checkpoint-4", "final", "speed.jsonl", "telemetry.jsonl", "tensorboard",
      ])
    let inspected = try Program.run(["inspect", "out/small/final"], in: job.folder)
    #expect(inspected.code == 0 && inspected.output.contains("causal language model"))
    let second = try job.run("--quiet")
    #expect(second.code == 2 && second.errorLines.count == 1 && second.errors.contains("--resume, or --restart"))
    let before = try job.bytes("out/small/final/model.safetensors")
    #expect(try job.run("--restart", "--quiet", "--threads", "1").code == 0)
    #expect(try job.bytes("out/small/final/model.safetensors") == before)
  }

  @Test("Interrupted, it leaves a checkpoint from which it goes on to the same bytes")
  func interrupted() throws {
    func longer(_ job: String) -> String {
      job.replacing("steps: 8", with: "steps: 1500").replacing("every: 2", with: "every: 100")
    }
    let job = try Job(longer)
    let process = Process(), errors = Pipe()
    process.executableURL = try Program.executable
    process.arguments = ["train", "job.json5", "--quiet"]
    process.currentDirectoryURL = job.folder
    process.standardError = errors
    try withUnblockedSignals { try process.run() }
    let path = job.scratch["out/small/checkpoint-4"].path(percentEncoded: false)
    while process.isRunning, !FileManager.default.fileExists(atPath: path) { usleep(1000) }
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    let said = String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
    #expect(said.hasPrefix("tomograph: interrupted, finishing the step\n"))
    let names = try job.names("out/small")
    #expect(!names.contains("final") && !names.contains { $0.contains("unfinished") })
    // That of step 4 itself where the signal came before the step had ended.
    #expect(names.contains { $0.hasPrefix("checkpoint-") && $0 != "checkpoint-0" })

    #expect(try job.run("--quiet", "--resume").code == 0)
    let whole = try Job(longer)
    #expect(try whole.run("--quiet").code == 0)
    for file in ["final/model.safetensors", "final/trainer_state.json", "telemetry.jsonl"] {
      #expect(try job.bytes("out/small/\(file)") == whole.bytes("out/small/\(file)"), "\(file)")
    }
  }

  @Test(
    "A job that is wrong is refused in one line that says where",
    arguments: [
      ("steps: 8", "stepz: 8", "job.json5: stepz: is not a known key, the nearest is \"steps\""),
      ("batch: 4", "batch: 0", "job.json5: batch: is out of range, expected 1 to"),
      ("\"language_model\"", "\"language\"", "job.json5: task: is not known"),
      ("steps: 8", "steps: 8, epochs: 2", "job.json5: steps: stands beside epochs"),
      ("n_positions: 32", "n_positions: 32, n_ctx: 3.5", ""),
      ("telemetry: {", "telemetry: { steps: 1, ", "job.json5: telemetry.steps: is not a known key"),
      ("telemetry: {", "telemetry: { classes: -1, ", "job.json5: telemetry.classes: is out of range, expected 0 to"),
      ("steps: 8", "evaluation: { path: \"text.txt\", exact_match: 9 }", "exact_match: is for translations"),
      ("steps: 8", "optimizer: { method: \"sgd\", betas: [0.9, 0.99] }", "job.json5: optimizer.betas: is not for sgd"),
      ("\"text.txt\"", "\"nothing.txt\"", "nothing.txt"),
      ("\"gpt2\"", "\"gpt3\"", "cannot learn the task language_model"),
    ])
  func refused(text: String, replacement: String, line: String) throws {
    let job = try Job { $0.replacing(text, with: replacement) }
    let outcome = try job.run("--quiet")
    guard !line.isEmpty else {
      #expect(outcome.code == 0)
      return
    }
    #expect([2, 3].contains(outcome.code) && outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains(line), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: job.scratch["out"].path(percentEncoded: false)))
  }

  /// The threads of tests block signals, and a program inherits what its parent blocks.
  private func withUnblockedSignals(_ body: () throws -> Void) rethrows {
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
  }
}
