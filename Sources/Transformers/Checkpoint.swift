package import Foundation
package import Tensors

/// The tensors of a model directory, whichever files they lie in: `model.safetensors`, or the shards that
/// `model.safetensors.index.json` names.
package struct Checkpoint {
  package let directory: URL
  /// In the order of the files.
  package let names: [String]
  private let files: [SafetensorsFile]
  private let home: [String: Int]

  /// - Throws: `InputError` where there is no such file, or one is damaged or missing.
  package init(_ directory: URL) throws {
    self.directory = directory
    let index = directory.appending(path: "model.safetensors.index.json")
    let single = directory.appending(path: "model.safetensors")
    let manager = FileManager.default
    if manager.fileExists(atPath: single.path(percentEncoded: false)) {
      files = [try SafetensorsFile(single)]
    } else if manager.fileExists(atPath: index.path(percentEncoded: false)) {
      files = try Self.shards(index).map { try SafetensorsFile(directory.appending(path: $0)) }
    } else {
      throw InputError(
        at: directory.relativePath, "holds no weights",
        expected: "model.safetensors or model.safetensors.index.json")
    }
    var home: [String: Int] = [:]
    var names: [String] = []
    for (number, file) in files.enumerated() {
      for name in file.names {
        if home.updateValue(number, forKey: name) != nil {
          throw InputError(at: directory.relativePath, "tensor \"\(name)\" is in two shards")
        }
        names.append(name)
      }
    }
    self.home = home
    self.names = names
  }

  /// The shard files that an index names, each once, sorted.
  private static func shards(_ index: URL) throws -> [String] {
    guard let data = try? Data(contentsOf: index),
      let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
      let map = object["weight_map"] as? [String: String]
    else {
      throw InputError(at: index.relativePath, "is no index of shards", expected: "a \"weight_map\" of file names")
    }
    let names = Set(map.values).sorted()
    if let odd = names.first(where: { $0.contains("/") }) {
      throw InputError(at: index.relativePath, "names a shard outside its folder", found: "\"\(odd)\"")
    }
    return names
  }

  package func contains(_ name: String) -> Bool { home[name] != nil }

  package func shape(_ name: String) -> [Int]? {
    home[name].flatMap { files[$0].entry(name)?.shape }
  }

  /// The tensor of a name, of exactly this shape.
  package func tensor(_ name: String, shape: [Int]) throws -> Tensor {
    guard let number = home[name] else {
      throw InputError(at: directory.relativePath, "tensor \"\(name)\" is missing", expected: "shape \(shape)")
    }
    let tensor = try files[number].tensor(name)
    guard tensor.shape == shape else {
      throw InputError(
        at: "\(files[number].url.relativePath): tensor \"\(name)\"", "has the wrong shape", expected: "\(shape)",
        found: "\(tensor.shape)")
    }
    let fault = tensor.firstNonFinite
    if let fault {
      throw InputError(
        at: "\(files[number].url.relativePath): tensor \"\(name)\"", "holds a weight that is no number",
        expected: "finite values", found: "\(tensor.pointer[fault]) at index \(fault)")
    }
    return tensor
  }
}
