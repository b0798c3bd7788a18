package import Foundation
import Support

/// What a classifier calls its classes, as its `config.json` says.
package struct ClassNames: Hashable, Sendable {
  private let path: String
  private let count: Int
  /// Indices by name, from `label2id` and the `id2label` that it mirrors; empty where there is neither.
  private let indices: [String: Int32]
  private let shown: [String]
  /// By their indices.
  package var names: [Int: String] {
    indices.sorted { $0.key > $1.key }.reduce(into: [:]) { $0[Int($1.value)] = $1.key }
  }

  /// - Throws: `InputError` for a configuration that cannot be read or gives a class that the head has not.
  package init(directory: URL, classes count: Int) throws {
    let url = directory.appending(path: "config.json")
    path = url.relativePath
    self.count = count
    let file = try JSONField(contentsOf: url)
    var indices: [String: Int32] = [:]
    for (key, field) in try file["id2label"]?.fields() ?? [] {
      guard let index = Int32(key), (0..<count).contains(Int(index)) else {
        throw InputError(
          at: field.place, phrase("error.noClassModel"), expected: "0 … \(count - 1)", found: "\"\(key)\"")
      }
      indices[try field.string()] = index
    }
    if indices.isEmpty {
      for (key, field) in try file["label2id"]?.fields() ?? [] {
        let index = try field.id()
        guard index < count else {
          throw InputError(
            at: field.place, phrase("error.noClassModel"), expected: "0 … \(count - 1)", found: "\(index)")
        }
        indices[key] = index
      }
    }
    self.indices = indices
    shown = indices.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
  }

  /// The index of one class, by its name or by its number; nil where the model has no such class.
  package subscript(name: String) -> Int32? {
    indices[name] ?? Int32(name).flatMap { (0..<count).contains(Int($0)) ? $0 : nil }
  }

  /// The index of each class of a corpus: by its name where the model has it. Where the model has none of the names,
  /// they are taken in the order of their bytes, if they are as many as its classes (as folders of classes are numbered
  /// by torchvision's ImageFolder and Hugging Face's imagefolder); nil where they are not, and so are other classes
  /// than the model's.
  ///
  /// - Throws: `InputError` where the model has some of the names but not all. `place` names the corpus.
  package func indices(of classes: [String], at place: String) throws -> [String: Int32]? {
    let unknown = classes.filter { indices[$0] == nil }
    if unknown.isEmpty { return indices }
    guard unknown.count == classes.count else {
      let shown = self.shown.prefix(8).joined(separator: ", ") + (self.shown.count > 8 ? ", …" : "")
      throw InputError(
        at: place,
        phrase("error.unknownClasses", ["unknown": unknown.count]),
        expected: shown, found: "\"\(unknown[0])\"")
    }
    guard classes.count == count else { return nil }
    let sorted = classes.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return Dictionary(sorted.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
  }
}
