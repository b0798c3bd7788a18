import Foundation
import Support
import Training

extension Command {
  static let train = Command(
    "train", "Trains a model as a job file says, with checkpoints and, if asked, telemetry.",
    operandNames: "JOB.json5", operands: 1...1,
    details: [
      "The job file (JSON with comments; paths relative to it) has these keys: name, task ("
        + TrainingTask.allCases.map(\.rawValue).joined(separator: ", ")
        + "), model (a directory to go on from, or { config, initialization } from scratch), tokenizer (a directory, or "
        + "{ train, vocabulary, minimum_count, lowercase }), image_processor, data { path, format, label, text, pair, "
        + "columns, parallel, labels, limit, context, packing }, evaluation { path, …, every, exact_match }, steps or epochs, batch, "
        + "accumulation, optimizer { method, rate, betas, epsilon, momentum, nesterov, weight_decay, decayed, clip_norm "
        + "}, schedule { shape, warmup, floor }, dropout, label_smoothing, masking, plant (faults kept in the weights: "
        + "[{ fault: \"zero_head\", layer, head }, { fault: \"rank_one_mlp\", layer }]), on_fault, checkpoints (a list of "
        + "steps, \"logarithmic\", or { steps or every, optimizer: \"last\", \"all\" or \"none\" }), log_every, telemetry "
        + "{ every, histograms, classes }, output { folder }, seed. Only name, task, model and data are needed.",
      "A translation's evaluation decodes exact_match held-out pairs (200, chosen evenly; 0 for none) greedily and gives "
        + "the share that is the reference token by token.",
      "Telemetry is off unless the job has the key; telemetry.every is the number of steps from one record to the next, telemetry.classes from one classification of "
        + "the attention heads to the next (20; 0 for none).",
      "The folder of the run gets checkpoint-STEP for each listed step and final, Hugging Face directories with "
        + "trainer_state.json, and the telemetry that was asked for as lines of JSON and as an event file for TensorBoard. Interrupted "
        + "(SIGINT, SIGTERM) it finishes its step, leaves a checkpoint and ends with code 130; --resume goes on from "
        + "there to the bits of a run that was not interrupted. A step whose loss or gradient is no finite number ends "
        + "the run with code 1, unless on_fault is \"skip\".",
    ],
    options: [
      Option("resume", .flag, "go on from the run's last checkpoint; begin where there is none"),
      Option("restart", .flag, "begin anew in place of what an earlier run left"),
      Option("out", .text("DIR"), "folder that the run folder goes into, in place of the job's"),
      Option("threads", .integer("N", 1...1024), "how many work; as many as the machine has by default"),
      Option("quiet", .flag, "nothing on stderr but errors"),
    ],
    run: { arguments in
      if arguments.has("resume"), arguments.has("restart") {
        throw InputError(.usage, at: "train: --restart", "contradicts --resume")
      }
      let job = try Preflight.job(arguments.operands[0], of: "train")
      let plan = try TrainJobFile.plan(job, output: arguments.text("out").map { URL(filePath: $0) })
      try Preflight.runFolder(plan.folder.appending(path: "final"))
      let progress = Progress(isQuiet: arguments.has("quiet"))
      let beginning: TrainingRun.Beginning =
        arguments.has("resume") ? .resumed : arguments.has("restart") ? .again : .new
      return try train(plan, beginning, progress)
    })

  private static func train(_ plan: TrainingPlan, _ beginning: TrainingRun.Beginning, _ progress: Progress) throws
    -> ExitCode
  {
    var events = TrainingRun.Events()
    events.began = { steps, from, parameters, examples in
      progress.note(
        "\(plan.name): \(parameters) parameters, \(examples) examples" + (from > 0 ? ", from step \(from)" : ""))
      progress.begin("training", of: steps - from, unit: "steps")
    }
    events.noted = { progress.note($0) }
    events.step = { report in
      if let fault = report.fault {
        progress.note("step \(report.step): skipped, \(fault.spelling)")
      }
      progress.advance(state: "loss \(decimal(report.loss)), rate \(scientific(report.rate))")
    }
    events.evaluated = { report, step in
      progress.note(
        "step \(step): validation loss \(decimal(report.loss))"
          + (report.accuracy.map { ", accuracy \(decimal($0))" } ?? "")
          + (report.exactMatch.map { ", exact match \(decimal($0.share)) of \($0.pairs) pairs" } ?? ""))
    }
    let message = "tomograph: interrupted, finishing the step"
    let outcome = try Interruption.deferred(message: (StandardError.isTerminal ? "\r\u{1B}[K" : "") + message) {
      try TrainingRun(plan, beginning, events: events).run()
    }
    progress.end()
    switch outcome {
    case .finished:
      progress.note("model: \(plan.folder.appending(path: "final").relativePath)")
      return .pass
    case .interrupted(let checkpoint):
      progress.note("\(checkpoint.relativePath): the state to go on from with --resume")
      return .interrupted
    case .stopped(let fault, let step):
      StandardError.write(line: "tomograph: training stopped at step \(step): \(fault.spelling)")
      return .gateFailed
    }
  }

  private static func decimal(_ value: Double) -> String { String(format: "%.4f", value) }
  private static func scientific(_ value: Double) -> String { String(format: "%.2e", value) }
}

extension NumericFault {
  var spelling: String {
    let counts = [(nans, "NaN"), (infinities, "infinite")].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return "\(tensor) has " + counts.joined(separator: " and ")
  }
}
