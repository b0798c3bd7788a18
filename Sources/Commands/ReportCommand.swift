import Diagnosis
import Reports
import Support

extension Command {
  static let report = Command(
    "report", "command.report.summary",
    operandNames: "[JOB.json5]", operands: 0...1,
    details: [
      "command.report.detail1",
      "command.report.detail2",
      "command.report.detail3",
      "command.report.detail4",
    ],
    options: Job.options,
    run: { arguments in
      let job = try Job(arguments)
      let progress = Progress(isQuiet: arguments.has("quiet"))
      let notice = try runReport(job, progress: progress)
      progress.end()
      let isClosed = job.gate.isClosed(by: notice.assessment.verdict)
      for line in notice.lines { progress.note(line) }
      if isClosed, progress.isQuiet {
        StandardError.write(line: phrase("reportCommand.tomographLine", ["line": notice.line]))
      }
      return isClosed ? .gateFailed : .pass
    })
}
