package import Support

/// The history of a training, as the `log_history` of Hugging Face's `trainer_state.json`.
package struct TrainerState: Sendable {
  /// Members of each entry.
  package var entries: [JSONObject] = []
  /// Losses since the last entry, and how many steps they are of.
  package var pendingLoss = 0.0
  package var pendingSteps = 0

  package init() {}

  /// Adds a step; every `interval` steps an entry is made, of the mean loss since the last one.
  mutating func add(_ report: StepReport, done: Int, epoch: Double, every interval: Int) {
    pendingLoss += report.loss
    pendingSteps += 1
    guard done % interval == 0 else { return }
    entries.append([
      "epoch": .number(epoch), "grad_norm": .number(report.gradientNorm), "learning_rate": .number(report.rate),
      "loss": .number(pendingLoss / Double(pendingSteps)), "step": .integer(done),
    ])
    (pendingLoss, pendingSteps) = (0, 0)
  }

  mutating func add(_ evaluation: EvaluationReport, done: Int, epoch: Double) {
    var entry: JSONObject = [
      "epoch": .number(epoch), "eval_loss": .number(evaluation.loss), "step": .integer(done),
    ]
    entry["eval_accuracy"] = evaluation.accuracy.map(JSON.number)
    entry["eval_exact_match"] = evaluation.exactMatch.map { .number($0.share) }
    entries.append(entry)
  }

  /// `trainer_state.json`.
  func state(step: Int, steps: Int, epoch: Double, epochs: Double, plan: TrainingPlan) -> JSON {
    .object([
      "best_global_step": .null, "best_metric": .null, "best_model_checkpoint": .null, "epoch": .number(epoch),
      "eval_steps": .integer(plan.evaluation?.every ?? steps), "global_step": .integer(step),
      "is_hyper_param_search": .bool(false), "is_local_process_zero": .bool(true), "is_world_process_zero": .bool(true),
      "log_history": .array(entries.map(JSON.object)), "logging_steps": .integer(plan.logEvery),
      "max_steps": .integer(steps), "num_input_tokens_seen": .integer(0),
      "num_train_epochs": .integer(Int(epochs.rounded(.up))), "save_steps": .integer(steps),
      "stateful_callbacks": .object([:]), "total_flos": .number(0), "train_batch_size": .integer(plan.batch),
      "trial_name": .null, "trial_params": .null,
    ])
  }
}

/// What an evaluation gave.
package struct EvaluationReport: Hashable, Sendable {
  /// Mean over labelled positions.
  package var loss: Double
  /// The share of labels that got the largest logit; nil where that was not asked for.
  package var accuracy: Double?
  package var labels: Int
  /// Of a translation's pairs that were decoded; nil where none was.
  package var exactMatch: ExactMatch?
}

/// How many pairs a model translates to the letter.
package struct ExactMatch: Hashable, Sendable {
  /// Pairs whose greedy translation is the reference.
  package var matches: Int
  package var pairs: Int

  package var share: Double { Double(matches) / Double(pairs) }
}
