package import Results

extension CurveRole {
  /// The names of Hugging Face's Trainer, its TensorBoard and W&B reports, Lightning, nanoGPT, fairseq and Keras, in lower
  /// case and with slashes, dots and dashes as underscores.
  private var names: [String] {
    switch self {
    case .trainingLoss:
      ["loss", "train_loss", "training_loss", "loss_train", "train_loss_step", "epoch_loss", "lm_loss"]
    case .validationLoss:
      [
        "eval_loss", "val_loss", "valid_loss", "validation_loss", "loss_val", "loss_eval", "test_loss",
        "evaluation_loss", "eval_eval_loss",
      ]
    case .gradientNorm:
      ["grad_norm", "train_grad_norm", "gradient_norm", "gnorm", "total_norm", "grad_norm_total", "global_grad_norm"]
    case .learningRate: ["learning_rate", "train_learning_rate", "lr", "train_lr", "lr_0"]
    case .validationAccuracy:
      [
        "eval_accuracy", "val_accuracy", "valid_accuracy", "validation_accuracy", "test_accuracy", "eval_acc",
        "val_acc",
        "valid_acc", "validation_acc", "test_acc", "accuracy_val", "acc_val", "evaluation_accuracy",
        "eval_eval_accuracy",
      ]
    case .effectiveRank, .headCount: []
    }
  }

  package init?(of name: String) {
    // What stands before a colon is the run.
    let tag = (name.split(separator: ":").last.map(String.init) ?? name).drop { $0 == " " }
    // As this program's telemetry calls them.
    if let group = [("effective_rank/", Self.effectiveRank), ("heads/", .headCount)].first(where: {
      tag.hasPrefix($0.0)
    }) {
      self = group.1
      return
    }
    let plain = String(
      tag.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" }.split(separator: "_").joined(separator: "_"))
    guard let role = Self.allCases.first(where: { $0.names.contains(plain) }) else { return nil }
    self = role
  }
}

extension TrainingLog {
  /// The first number of a role, nil where none was logged.
  package func curve(_ role: CurveRole) -> Scalar? { scalars.first { CurveRole(of: $0.name) == role } }
}
