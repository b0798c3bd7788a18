import Foundation
import Support
import Training

extension Command {
  static let study = Command(
    "study", "command.study.summary",
    operandNames: "JOB.json5", operands: 1...1,
    details: [
      "command.study.detail1",
      "command.study.detail2",
      "command.study.detail3",
    ],
    options: [
      Option("resume", .flag, "option.resume"),
      Option("restart", .flag, "option.restart"),
      Option("out", .text("DIR"), "option.study.out"),
      Option("threads", .integer("N", 1...1024), "option.threads"),
      Option("assets", .text("DIR"), "option.study.assets"),
      Option("quiet", .flag, "option.quiet"),
    ],
    run: { arguments in
      if arguments.has("resume"), arguments.has("restart") {
        throw InputError(.usage, at: "study: --restart", phrase("error.contradicts", ["option": "--resume"]))
      }
      let progress = Progress(isQuiet: arguments.has("quiet"))
      let beginning: TrainingRun.Beginning =
        arguments.has("resume") ? .resumed : arguments.has("restart") ? .again : .new
      let message = phrase("studyCommand.tomographInterruptedFinishing")
      return try Interruption.deferred(message: (StandardError.isTerminal ? "\r\u{1B}[K" : "") + message) {
        try StudyRun(Preflight.job(arguments.operands[0], of: "study"), arguments, progress).run(beginning)
      }
    })
}
