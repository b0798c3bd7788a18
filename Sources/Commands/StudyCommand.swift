import Foundation
import Support
import Training

extension Command {
  static let study = Command(
    "study", "Trains variants of one training alike, measures them alike, and reports them side by side.",
    operandNames: "JOB.json5", operands: 1...1,
    details: [
      "The job file (JSON with comments; paths relative to it) has these keys: name, about, base (a training, as of "
        + "train, without name, output and seed), base_name, groups (each { name, about, variants: [{ name, set: { "
        + "\"model.config.norm_placement\": \"post\" } }], axes: [{ key, values, names }] }, where axes give every "
        + "combination), seeds, corpus { path, format, limit, … } (what trained models are measured on, as of report), "
        + "analyses, thresholds, output { folder, formats, themes, templates }, trainings (the folder that theirs goes into).",
      "With model_type \"tomograph\" every part of the block can be set: norm, norm_placement, position_embedding_type, "
        + "attention_type, attention_window, attention_stride, attention_temperature, head_dim, hidden_act, gated_mlp, "
        + "num_local_experts, num_experts_per_tok, router_aux_loss_coef, residual_weight, branch_weight, is_causal.",
      "The trainings lie in NAME-trainings, beside the report's folder unless trainings says otherwise; --resume keeps those that are done and goes on "
        + "from the first that is not. A training that stops because a number is none is reported as such.",
    ],
    options: [
      Option("resume", .flag, "keep the trainings that are done, with the same settings"),
      Option("restart", .flag, "begin anew in place of what an earlier study left"),
      Option("out", .text("DIR"), "folder that the study's folder goes into, in place of the job's"),
      Option("threads", .integer("N", 1...1024), "how many work; as many as the machine has by default"),
      Option("assets", .text("DIR"), "folder that holds templates and fonts"),
      Option("quiet", .flag, "nothing on stderr but errors"),
    ],
    run: { arguments in
      if arguments.has("resume"), arguments.has("restart") {
        throw InputError(.usage, at: "study: --restart", "contradicts --resume")
      }
      let progress = Progress(isQuiet: arguments.has("quiet"))
      let beginning: TrainingRun.Beginning =
        arguments.has("resume") ? .resumed : arguments.has("restart") ? .again : .new
      let message = "tomograph: interrupted, finishing the step"
      return try Interruption.deferred(message: (StandardError.isTerminal ? "\r\u{1B}[K" : "") + message) {
        try StudyRun(Preflight.job(arguments.operands[0], of: "study"), arguments, progress).run(beginning)
      }
    })
}
