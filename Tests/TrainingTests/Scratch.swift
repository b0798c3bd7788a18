import Corpora
import Foundation
import Support
import TestSupport
import Transformers

@testable import Training

/// A folder that is removed with its last reference.
final class Scratch {
  let folder: URL

  init() throws {
    folder = URL.temporaryDirectory.appending(path: "tomograph-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  subscript(name: String) -> URL { folder.appending(path: name) }

  func write(_ text: String, to name: String) throws -> String {
    try Data(text.utf8).write(to: self[name])
    return self[name].path(percentEncoded: false)
  }

  func data(_ name: String) throws -> Data { try Data(contentsOf: self[name]) }

  func names(_ name: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: self[name].path(percentEncoded: false)).sorted()
  }
}

extension Scratch {
  /// Sentences with something to learn in them.
  static let text: String = {
    let subjects = ["the cat", "a dog", "the old man", "my sister", "the king"]
    let verbs = ["sees", "hears", "likes", "follows"]
    return (0..<200).map { "\(subjects[$0 * 7 % 5]) \(verbs[$0 * 3 % 4]) \(subjects[($0 * 7 + 2) % 5])." }
      .joined(separator: "\n")
  }()

  /// A small GPT-2 on them, from scratch with a tokenizer of its own.
  func plan(_ name: String, _ change: (inout TrainingPlan) -> Void = { _ in }) throws -> TrainingPlan {
    let file = try write(Scratch.text, to: "text.txt")
    let config = JSON.object([
      "model_type": .string("gpt2"), "n_embd": .integer(32), "n_layer": .integer(2), "n_head": .integer(4),
      "n_positions": .integer(32),
    ])
    var plan = TrainingPlan(
      name: name, task: .languageModel, source: .scratch(config, Initialization()),
      data: TrainingPlan.Data(file: CorpusFile(path: file)), output: folder)
    plan.tokenizer = .train(TokenizerTraining(kind: .byteLevelBPE, vocabulary: 300))
    plan.length = .steps(6)
    plan.batch = 4
    plan.logEvery = 2
    plan.warmup = 2
    change(&plan)
    return plan
  }
}
