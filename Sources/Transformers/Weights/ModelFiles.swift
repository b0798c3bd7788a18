package import Foundation
import Support
import Tensors

/// The files that a model consists of: a Hugging Face or sentence-transformers directory, a GGUF file, or a directory
/// that holds one; of a LoRA folder, the files of its base and those of the adapter.
///
/// Of the weights in a directory the first of these is taken: `model.safetensors`, the shards of
/// `model.safetensors.index.json`, `pytorch_model.bin`, the shards of `pytorch_model.bin.index.json`, a `.pt` file, a
/// `.gguf` file.
package struct ModelFiles: Sendable {
  package let location: URL
  /// In the order in which their tensors are listed.
  package let weights: [URL]
  /// What says how the network is built: `config.json`, or the GGUF file itself.
  package let configuration: URL
  let adapter: AdapterFiles?

  var isGGUF: Bool { Self.isGGUF(configuration) }

  private static func isGGUF(_ url: URL) -> Bool { url.pathExtension.lowercased() == "gguf" }

  /// - Parameter base: where the base of a LoRA folder is, if it is not beside it.
  /// - Throws: `InputError` where there is no such directory, no weights in it, or no saying which.
  package init(_ location: URL, adapterBase base: URL? = nil) throws {
    let adapter = try AdapterFiles(location, base: base)
    try self.init(location, adapter)
  }

  private init(_ location: URL, _ adapter: AdapterFiles?) throws {
    self.location = location
    self.adapter = adapter
    if let adapter {
      let base = try ModelFiles(adapter.base, nil)
      (weights, configuration) = (base.weights, base.configuration)
      return
    }
    if Self.isGGUF(location), try !Self.isDirectory(location) {
      (weights, configuration) = ([location], location)
      return
    }
    guard try Self.isDirectory(location) else {
      throw InputError(
        at: location.relativePath, phrase("error.isNotADirectory"), expected: phrase("expected.modelDirectoryGguf"))
    }
    let folder = try Self.folder(of: location)
    weights = try Self.weights(in: folder)
    configuration =
      weights.first.flatMap { Self.isGGUF($0) ? $0 : nil } ?? folder.appending(path: "config.json")
  }

  /// Whether a folder holds a LoRA adapter.
  package static func isAdapter(_ folder: URL) -> Bool { AdapterFiles.isThere(in: folder) }

  /// The files of the adapter alone.
  package var adapterFiles: [URL] {
    adapter.map { [location.appending(path: AdapterFiles.configuration), $0.weights] } ?? []
  }

  /// The folder that has the tokenizer and the like: the directory, or of an adapter that has none of these files its
  /// base.
  package func folder(with names: [String]) -> URL {
    guard let adapter else { return location }
    let hasOwn = names.contains {
      FileManager.default.fileExists(atPath: location.appending(path: $0).path(percentEncoded: false))
    }
    return hasOwn ? location : adapter.base
  }

  /// The folder of a directory that has the model's files: the directory itself, unless it is one of
  /// sentence-transformers that names another.
  static func folder(of directory: URL) throws -> URL {
    let own = directory.appending(path: "config.json").path(percentEncoded: false)
    if FileManager.default.fileExists(atPath: own) { return directory }
    return try SentenceModules(directory)?.transformer ?? directory
  }

  private static func isDirectory(_ url: URL) throws -> Bool {
    var isDirectory = ObjCBool(false)
    guard FileManager.default.fileExists(atPath: url.path(percentEncoded: false), isDirectory: &isDirectory) else {
      throw InputError(
        at: url.relativePath, phrase("error.doesNotExist"), expected: phrase("expected.modelDirectoryGguf"))
    }
    return isDirectory.boolValue
  }

  private static func weights(in directory: URL) throws -> [URL] {
    for name in ["model.safetensors", "pytorch_model.bin"] {
      for (file, isIndex) in [(name, false), ("\(name).index.json", true)] {
        let url = directory.appending(path: file)
        guard FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) else { continue }
        return isIndex ? try shards(url).map { directory.appending(path: $0) } : [url]
      }
    }
    for ending in ["pt", "gguf"] {
      let found = try files(in: directory, ending: ending)
      guard found.count < 2 else {
        throw InputError(
          at: directory.relativePath, phrase("error.holdsSeveralEnding", ["ending": ending]), expected: "one",
          found: found.joined(separator: ", "))
      }
      if let only = found.first { return [directory.appending(path: only)] }
    }
    throw InputError(
      at: directory.relativePath, phrase("error.holdsNoWeights2"),
      expected: phrase("expected.modelSafetensorsPytorch"))
  }

  /// The names of the files of a kind but those that a training keeps its own state in, sorted.
  private static func files(in directory: URL, ending: String) throws -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: directory.path(percentEncoded: false))
    guard let names else { throw InputError(at: directory.relativePath, phrase("error.cannotBeListed")) }
    let state = ["optimizer.pt", "scheduler.pt", "scaler.pt"]
    return names.filter { $0.lowercased().hasSuffix(".\(ending)") && !state.contains($0) }.sorted()
  }

  /// The shard files that an index names, each once, sorted.
  private static func shards(_ index: URL) throws -> [String] {
    guard let map = try JSON(contentsOf: index)["weight_map"]?.members else {
      throw InputError(
        at: index.relativePath, phrase("error.noIndexShards"), expected: phrase("expected.weightMapFile"))
    }
    let names = Set(
      try map.map { name, file in
        guard let file = file.string else {
          throw InputError(
            at: phrase("error.indexWeightMap", ["index": index.relativePath, "name": name]),
            phrase("error.namesNoFile"),
            expected: phrase("expected.aFileName"), found: file.shown
          )
        }
        return file
      }
    ).sorted()
    if let odd = names.first(where: { $0.contains("/") }) {
      throw InputError(at: index.relativePath, phrase("error.namesShardOutside"), found: "\"\(odd)\"")
    }
    return names
  }

  /// The files by their endings.
  func openWeights() throws -> [any WeightFile] {
    try weights.map { url in
      switch url.pathExtension.lowercased() {
      case "safetensors": try SafetensorsFile(url)
      case "gguf": try GGUFWeights(GGUFFile(url))
      default: try PyTorchFile(url)
      }
    }
  }

  /// `generation_config.json`, or what else says how the model is configured.
  func readGenerationRules() throws -> GenerationRules {
    let own = configuration.deletingLastPathComponent().appending(path: "generation_config.json")
    guard !isGGUF, FileManager.default.fileExists(atPath: own.path(percentEncoded: false)) else {
      return try GenerationRules(readConfiguration())
    }
    return try GenerationRules(Configuration(own))
  }

  /// `config.json`, or what the GGUF file says in its place; with the head that an adapter brings.
  func readConfiguration() throws -> Configuration {
    let own = try isGGUF ? Configuration(GGUFFile(configuration)) : Configuration(configuration)
    return try adapter?.configuration(over: own) ?? own
  }
}
