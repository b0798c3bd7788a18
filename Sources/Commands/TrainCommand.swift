import Foundation
import Support
import Training

extension Command {
  static let train = Command(
    "train", "command.train.summary",
    operandNames: "JOB.json5", operands: 1...1,
    details: [
      Message("command.train.detail1", ["allCases": TrainingTask.allCases.map(\.rawValue).joined(separator: ", ")]),
      "command.train.detail2",
      "command.train.detail3",
      "command.train.detail4",
    ],
    options: [
      Option("resume", .flag, "option.train.resume"),
      Option("restart", .flag, "option.train.restart"),
      Option("out", .text("DIR"), "option.train.out"),
      Option("threads", .integer("N", 1...1024), "option.threads"),
      Option("quiet", .flag, "option.quiet"),
    ],
    run: { arguments in
      if arguments.has("resume"), arguments.has("restart") {
        throw InputError(.usage, at: "train: --restart", phrase("error.contradicts", ["option": "--resume"]))
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
        phrase(
          "trainCommand.planParametersParameters",
          [
            "plan": plan.name, "parameters": parameters, "examples": examples,
            "from": (from > 0 ? phrase("trainCommand.fromStepFrom", ["from": from]) : ""),
          ]))
      progress.begin(phrase("progress.training"), of: steps - from, unit: phrase("unit.steps"))
    }
    events.noted = { progress.note($0) }
    events.step = { report in
      if let fault = report.fault {
        progress.note(phrase("trainCommand.stepStepSkipped", ["step": report.step, "fault": fault.spelling]))
      }
      progress.advance(
        state: phrase(
          "trainCommand.lossDecimalRate", ["decimal": decimal(report.loss), "scientific": scientific(report.rate)]))
    }
    events.evaluated = { report, step in
      progress.note(
        phrase(
          "trainCommand.stepStepValidation",
          [
            "step": step, "decimal": decimal(report.loss),
            "decimal2":
              (report.accuracy.map { phrase("trainCommand.accuracyDecimal", ["decimal": decimal($0)]) } ?? ""),
            "pairs":
              (report.exactMatch.map {
                phrase("trainCommand.exactMatchDecimal", ["decimal": decimal($0.share), "pairs": $0.pairs])
              } ?? ""),
          ]))
    }
    let message = phrase("trainCommand.tomographInterruptedFinishing")
    let outcome = try Interruption.deferred(message: (StandardError.isTerminal ? "\r\u{1B}[K" : "") + message) {
      try TrainingRun(plan, beginning, events: events).run()
    }
    progress.end()
    switch outcome {
    case .finished:
      progress.note(
        phrase("trainCommand.modelAppending", ["appending": plan.folder.appending(path: "final").relativePath]))
      return .pass
    case .interrupted(let checkpoint):
      progress.note(phrase("trainCommand.checkpointStateGo", ["checkpoint": checkpoint.relativePath]))
      return .interrupted
    case .stopped(let fault, let step):
      StandardError.write(
        line: phrase("trainCommand.tomographTrainingStopped", ["step": step, "fault": fault.spelling]))
      return .gateFailed
    }
  }

  private static func decimal(_ value: Double) -> String { String(format: "%.4f", value) }
  private static func scientific(_ value: Double) -> String { String(format: "%.2e", value) }
}

extension NumericFault {
  var spelling: String {
    let counts = [(nans, "NaN"), (infinities, "infinite")].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return phrase("trainCommand.tensorHasCounts", ["tensor": tensor, "counts": counts.joined(separator: " and ")])
  }
}
