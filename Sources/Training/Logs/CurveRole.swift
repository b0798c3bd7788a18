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
        "eval_loss", "val_loss", "valid_loss", "validation_loss", "dev_loss", "loss_val", "loss_eval", "test_loss",
        "evaluation_loss", "eval_eval_loss",
      ]
    case .validationAccuracy:
      ["eval", "val", "valid", "validation", "dev", "test", "evaluation"].flatMap { ["\($0)_accuracy", "\($0)_acc"] }
        + ["accuracy_val", "acc_val", "eval_eval_accuracy"]
    case .gradientNorm:
      ["grad_norm", "train_grad_norm", "gradient_norm", "gnorm", "total_norm", "grad_norm_total", "global_grad_norm"]
    case .learningRate: ["learning_rate", "train_learning_rate", "lr", "train_lr", "lr_0"]
    case .effectiveRank, .headCount: []
    }
  }

  package init?(of name: String) {
    switch TelemetryFamily.split(name)?.family {
    case .effectiveRank: self = .effectiveRank
    case .heads: self = .headCount
    default:
      let plain = Self.plain(Self.tag(of: name))
      guard let role = Self.allCases.first(where: { $0.names.contains(plain) }) ?? Self.ofNamedSet(plain) else {
        return nil
      }
      self = role
    }
  }

  /// What a name that says neither training nor evaluation means where the run is an evaluation; nil for other names.
  static func ofEvaluation(_ name: String) -> CurveRole? {
    let plain = plain(tag(of: name))
    if ["accuracy", "acc", "epoch_accuracy", "epoch_acc"].contains(plain) { return .validationAccuracy }
    return Self.trainingLoss.names.contains(plain) && !plain.contains("train") ? .validationLoss : nil
  }

  /// How little a name speaks for a role that several have: a set without a name comes before named ones, and those
  /// before a test.
  static func rank(of name: String) -> Int {
    let plain = plain(name)
    if plain.split(separator: "_").contains("test") { return 2 }
    return ofNamedSet(Self.plain(tag(of: name))) == nil ? 0 : 1
  }

  /// `eval_dev_loss`, as Trainer names the loss of one of several evaluation sets, `eval/ood/accuracy`; and
  /// `val_loss/dataloader_idx_1`, as Lightning does.
  private static func ofNamedSet(_ plain: String) -> CurveRole? {
    let words = plain.split(separator: "_").map(String.init)
    guard let first = words.first, ["eval", "val", "valid", "validation", "test"].contains(first) else { return nil }
    let isOfLoader = words.count == 5 && words[2...3] == ["dataloader", "idx"]
    switch isOfLoader ? words[1] : words.count > 2 ? words[words.count - 1] : "" {
    case "loss": return .validationLoss
    case "accuracy", "acc": return .validationAccuracy
    default: return nil
    }
  }

  /// The name without the run, which stands before a colon.
  private static func tag(of name: String) -> String {
    String((name.split(separator: ":").last.map(String.init) ?? name).drop { $0 == " " })
  }

  private static func plain(_ name: String) -> String {
    name.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" }.split(separator: "_").map { String($0) }
      .joined(separator: "_")
  }
}

extension TrainingLog {
  /// The number that has a role, nil where none was logged. Of several the one with more than one entry, then the one
  /// whose name is plainest, then the first.
  package func curve(_ role: CurveRole) -> Scalar? { curves(role).first }

  /// All that have a role, the one that counts first.
  func curves(_ role: CurveRole) -> [Scalar] { indices(of: role).map { scalars[$0] } }

  func indices(of role: CurveRole) -> [Int] {
    func order(_ index: Int) -> (Int, Int, Int) {
      (scalars[index].steps.count > 1 ? 0 : 1, CurveRole.rank(of: scalars[index].name), index)
    }
    return scalars.indices.filter { scalars[$0].role == role }.sorted { order($0) < order($1) }
  }
}
