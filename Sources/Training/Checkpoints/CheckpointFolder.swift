import Foundation
import Support
import Tensors
import Transformers

/// A state of a training on disk, as a Hugging Face directory: `config.json`, `model.safetensors`, what cuts text or
/// images, `trainer_state.json`, and `optimizer.safetensors` with what it takes to go on.
enum CheckpointFolder {
  static let optimizerFile = "optimizer.safetensors"

  static func name(step: Int) -> String { "checkpoint-\(step)" }

  /// Writes a folder that is there whole or not at all.
  static func write(
    at url: URL, trainer: Trainer, companions: CompanionFiles, log: TrainerState, state: JSON?,
    withOptimizer: Bool
  ) throws {
    try RunFolder.write(at: url) { folder in
      try companions.write(to: folder)
      var weights = SafetensorsWriter(format: "pt")
      for parameter in trainer.model.parameters { weights.add(parameter.name, parameter.tensor) }
      try weights.write(to: folder.appending(path: "model.safetensors"))
      if let state { try OutputFile.write(state.bytes, to: folder.appending(path: "trainer_state.json")) }
      if withOptimizer { try optimizer(trainer, log).write(to: folder.appending(path: optimizerFile)) }
    }
  }

  private static func optimizer(_ trainer: Trainer, _ log: TrainerState) -> SafetensorsWriter {
    var writer = SafetensorsWriter()
    let optimizer = trainer.optimizer
    for (prefix, storage) in [("first", optimizer.first), ("second", optimizer.second)] where storage.count > 0 {
      for (parameter, tensor) in zip(trainer.model.parameters, optimizer.weights.tensors(in: storage)) {
        if let tensor { writer.add("\(prefix).\(parameter.name)", tensor) }
      }
    }
    writer.add(
      "state", shape: [5],
      integers: [
        Int64(trainer.step), Int64(optimizer.steps), Int64(bitPattern: trainer.settings.seed),
        Int64(bitPattern: log.pendingLoss.bitPattern), Int64(log.pendingSteps),
      ])
    return writer
  }

  /// Takes a trainer and its log to where a checkpoint left them; the model of the trainer is that of the checkpoint.
  ///
  /// - Throws: `InputError` for a checkpoint that lacks something or is of a training with another seed or optimiser.
  static func restore(_ trainer: Trainer, from folder: URL) throws -> TrainerState {
    let url = folder.appending(path: optimizerFile), file = try SafetensorsFile(url)
    let (shape, state) = try file.integers("state")
    guard shape == [5], state[2] == Int64(bitPattern: trainer.settings.seed) else {
      throw InputError(at: url.relativePath, phrase("error.trainingAnotherSeed"))
    }
    let optimizer = trainer.optimizer
    for (prefix, storage) in [("first", optimizer.first), ("second", optimizer.second)] where storage.count > 0 {
      for (parameter, target) in zip(trainer.model.parameters, optimizer.weights.tensors(in: storage)) {
        guard let target else { continue }
        let name = "\(prefix).\(parameter.name)"
        guard file.entry(name)?.shape == parameter.shape else {
          throw InputError(at: "\(url.relativePath): tensor \"\(name)\"", phrase("error.missingHasAnother"))
        }
        let source = try file.tensor(name)
        target.pointer.update(from: source.pointer, count: source.count)
      }
    }
    trainer.step = Int(state[0])
    optimizer.steps = Int(state[1])
    var log = TrainerState()
    log.pendingLoss = Double(bitPattern: UInt64(bitPattern: state[3]))
    log.pendingSteps = Int(state[4])
    let history = try JSONField(contentsOf: folder.appending(path: "trainer_state.json")).required("log_history")
    log.entries = try history.array().map { try $0.members() }
    return log
  }

  /// The checkpoints of a run that one can go on from, by step.
  static func resumable(in folder: URL) -> [(step: Int, url: URL)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))) ?? []
    return names.compactMap { name -> (step: Int, url: URL)? in
      guard name.hasPrefix("checkpoint-"), let step = Int(name.dropFirst("checkpoint-".count)) else { return nil }
      let url = folder.appending(path: name)
      let state = url.appending(path: optimizerFile).path(percentEncoded: false)
      return FileManager.default.fileExists(atPath: state) ? (step, url) : nil
    }.sorted { $0.step < $1.step }
  }
}

/// The small files beside a model's weights.
struct CompanionFiles: Sendable {
  private var files: [(name: String, bytes: [UInt8])] = []

  mutating func add(_ name: String, _ bytes: [UInt8]) {
    files.removeAll { $0.name == name }
    files.append((name, bytes))
  }

  mutating func add(_ name: String, _ json: JSON) { add(name, json.bytes) }

  /// Adds those files of a folder that are there.
  mutating func add(_ names: [String], of folder: URL) {
    for name in names {
      if let data = try? Data(contentsOf: folder.appending(path: name)) { add(name, Array(data)) }
    }
  }

  /// - Throws: `InputError(.usage)` where a folder has other files of these names: it is of another job.
  func check(against folder: URL, names: [String]) throws {
    for file in files where names.contains(file.name) {
      let url = folder.appending(path: file.name)
      guard let data = try? Data(contentsOf: url), data.elementsEqual(file.bytes) else {
        throw InputError(
          .usage, at: url.relativePath, phrase("error.notWhatJob"), expected: phrase("expected.jobRunBegan"))
      }
    }
  }

  func write(to folder: URL) throws {
    for file in files { try OutputFile.write(file.bytes, to: folder.appending(path: file.name)) }
  }

  static let ofTokenizers = [
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json",
    "merges.txt", "vocab.txt", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "source.spm",
    "target.spm",
  ]
}
