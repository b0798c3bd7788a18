import Diagnosis
import Reports
import Support

extension Command {
  static let report = Command(
    "report", "Measures a model over a corpus and writes the report.",
    operandNames: "[JOB.json5]", operands: 0...1,
    details: [
      "A job file (JSON with comments) says what to measure; options go over what it says. Its paths are relative to "
        + "it. Its keys: name, model, adapter_base, tokenizer, corpus { path, format, label, text, pair, alignment, "
        + "columns, parallel, labels, limit, max_tokens, window, stride }, analyses, select { layers, heads, examples }, "
        + "checkpoints, logs, thresholds, output { folder, formats, theme, "
        + "themes, templates }, seed, precision; only model is needed.",
      "select says what figures and tables show: lists of layers and of heads, and of documents (doc-12 is the "
        + "13th) those whose attention is drawn, at most three. The model is measured and judged as a whole.",
      "When the report is written, stderr has the verdict, the first findings and the path of the page; with --quiet one "
        + "line where the gate fails, else none.",
      "With neither a job nor a model the report is that of the embedded example.",
    ],
    options: Job.options,
    run: { arguments in
      let job = try Job(arguments)
      let progress = Progress(isQuiet: arguments.has("quiet"))
      let notice = try runReport(job, progress: progress)
      progress.end()
      let isClosed = job.gate.isClosed(by: notice.assessment.verdict)
      for line in notice.lines { progress.note(line) }
      if isClosed, progress.isQuiet { StandardError.write(line: "tomograph: \(notice.line)") }
      return isClosed ? .gateFailed : .pass
    })
}
