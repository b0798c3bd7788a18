import Support

extension Command {
  static let report = Command(
    "report", "Measures a model over a corpus and writes the report.",
    operandNames: "[JOB.json5]", operands: 0...1,
    details: [
      "A job file (JSON with comments) says what to measure; options go over what it says. Its paths are relative to "
        + "it. Its keys: name, model, corpus { path, format, label, text, pair, alignment, columns, parallel, labels, "
        + "limit, max_tokens, window, stride }, analyses, checkpoints, logs, thresholds, output { folder, formats, theme, "
        + "themes, templates }, seed, precision; only model is needed.",
      "With neither a job nor a model the report is that of the embedded example.",
    ],
    options: Job.options,
    run: { arguments in
      let job = try Job(arguments)
      let progress = Progress(isQuiet: arguments.has("quiet"))
      let verdict = try runReport(job, progress: progress)
      progress.end()
      return job.gate.isClosed(by: verdict) ? .gateFailed : .pass
    })
}
