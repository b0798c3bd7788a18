import Foundation
import Tensors
import TestSupport
import Testing

/// A folder with a model of three layers, a tokenizer of single characters for it, and a corpus; tests damage it.
struct SmallRun {
  private let scratch: Scratch
  /// The model's folder.
  let model = "small"
  var folder: URL { scratch.folder }
  var arguments: [String] { ["--model", model, "--corpus", "corpus.txt"] }

  /// - Parameter fixture: a model whose vocabulary has 120 rows.
  init(of fixture: String = "gpt2") throws {
    scratch = try Scratch()
    try FileManager.default.createDirectory(at: self["small"], withIntermediateDirectories: true)
    for name in ["config.json", "model.safetensors"] {
      try FileManager.default.copyItem(at: Fixtures.url("models/\(fixture)/\(name)"), to: self["small/\(name)"])
    }
    try write(CharacterTokenizer.json, to: "small/tokenizer.json")
    let sentences = (0..<24).map { "sentence number \($0) says little, and it says little again \($0 * $0)." }
    try write(sentences.joined(separator: "\n\n") + "\n", to: "corpus.txt")
  }

  subscript(name: String) -> URL { folder.appending(path: name) }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: self[name]) }

  func write(_ text: String, to name: String) throws {
    try FileManager.default.createDirectory(
      at: self[name].deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: self[name])
  }

  /// Puts other bytes in a file's place, and gives the arguments of a run.
  func replace(_ name: String, with bytes: Data) throws -> [String] {
    try bytes.write(to: self[name])
    return arguments
  }

  func rewrite(_ name: String, _ change: (String) -> String) throws {
    let text = try String(contentsOf: self[name], encoding: .utf8)
    try write(change(text), to: name)
  }

  /// Changes the JSON of the weights' header and leaves the tensors as they are.
  func rewriteHeader(_ change: (String) -> String) throws -> [String] {
    let file = try bytes("small/model.safetensors")
    let length = file.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    let old = String(decoding: file.dropFirst(8).prefix(length), as: UTF8.self)
    let header = Data(change(old).utf8)
    guard header != Data(old.utf8) else { throw CocoaError(.fileReadCorruptFile) }
    let size = Data((0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) })
    return try replace("small/model.safetensors", with: size + header + file.dropFirst(8 + length))
  }

  /// Writes the weights again, each tensor changed or, where nil, left out.
  func rewriteTensors(_ change: (String, Tensor) -> Tensor?) throws -> [String] {
    let file = try SafetensorsFile(self["small/model.safetensors"])
    var writer = SafetensorsWriter()
    for name in file.names {
      let view = try file.tensor(name)
      if let tensor = change(name, Tensor(view.values, shape: view.shape)) { writer.add(name, tensor) }
    }
    try writer.write(to: self["small/model.safetensors"])
    return arguments
  }

  /// Everything in the folder.
  func names() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path(percentEncoded: false))
  }

  /// The files below a folder, without those whose names are given; every `results.json` is as its schema says.
  func files(in name: String, without left: Set<String> = []) throws -> [String: Data] {
    var found: [String: Data] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: self[name].path(percentEncoded: false))
    where !left.contains(path) {
      var isFolder: ObjCBool = false
      let url = self[name].appending(path: path)
      _ = FileManager.default.fileExists(atPath: url.path(percentEncoded: false), isDirectory: &isFolder)
      if !isFolder.boolValue { found[path] = try Data(contentsOf: url) }
    }
    #expect(try JSONSchemaValidator.faults(ofRunsIn: self[name]) == [])
    return found
  }
}
