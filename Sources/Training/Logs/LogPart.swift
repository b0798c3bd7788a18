internal import Corpora
internal import Results

/// What the name of a folder or file says that was logged in it.
enum LogPart {
  case training, evaluation
  /// A name that runs of any kind have, too: an evaluation only beside a training.
  case perhapsEvaluation

  /// By the innermost folder that says it, in the first or the last word of its name: `train`, `loss_val`, `eval_dev`,
  /// `2024-05-01/validation`.
  init?(of path: String) {
    for folder in path.split(separator: "/").reversed() {
      let words = folder.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
      for word in [words.last, words.first].compactMap(\.self) {
        switch word {
        case "train", "training": self = .training
        case "eval", "evaluation", "val", "valid", "validation": self = .evaluation
        case "test", "dev", "heldout": self = .perhapsEvaluation
        default: continue
        }
        return
      }
    }
    return nil
  }

  /// Which of several logs are evaluations. A log whose own names tell losses apart is none.
  static func evaluations(_ logs: [(name: String, log: TrainingLog)]) -> [Bool] {
    let parts = logs.map { logs in
      let isOwn = logs.log.isDivided || logs.log.scalars.contains { $0.role == .validationLoss }
      return isOwn ? nil : LogPart(of: stem(logs.name))
    }
    return logs.indices.map { index in
      switch parts[index] {
      case .evaluation: true
      case .perhapsEvaluation:
        parts.contains(.training)
          || logs.contains { log in
            parent(of: logs[index].name) == log.name && log.log.scalars.contains { $0.role == .trainingLoss }
          }
      case .training, nil: false
      }
    }
  }

  private static func parent(of path: String) -> String {
    path.split(separator: "/").dropLast().joined(separator: "/")
  }

  /// A file's name without its ending.
  private static func stem(_ name: String) -> String {
    let name = withoutGzip(name)
    let ending = [".jsonl", ".ndjson", ".json", ".csv"].first { name.hasSuffix($0) }
    return String(name.dropLast(ending?.count ?? 0))
  }
}
