internal import Tensors
package import Foundation

/// The states of one training, in the order of their steps.
package struct Checkpoints: Sendable {
  package struct Checkpoint: Hashable, Sendable {
    package var folder: URL
    package var step: Int
    package var name: String { folder.lastPathComponent }
  }

  package let all: [Checkpoint]

  /// The folders that a pattern names: a path in whose last component a `*` stands for any characters
  /// (`runs/checkpoint-*`). A folder's step is the number its name ends with.
  ///
  /// Throws `InputError` where no folder or only one matches, for a name without a number, and for two of one step.
  package init(pattern: String) throws {
    let url = URL(filePath: pattern)
    let parent = pattern.contains("/") ? url.deletingLastPathComponent().relativePath : "."
    let parts = url.lastPathComponent.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: parent) else {
      throw InputError(at: parent, "cannot be read", expected: "the folder of the checkpoints")
    }
    var found: [Checkpoint] = []
    for name in names.sorted() where Self.matches(name, parts) {
      var isFolder: ObjCBool = false
      let path = parent == "." ? name : "\(parent)/\(name)"
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else { continue }
      let digits = name.reversed().prefix { $0.isASCII && $0.isNumber }
      guard let step = Int(String(digits.reversed())) else {
        throw InputError(at: path, "has no step", expected: "a name that ends with a number, as checkpoint-500")
      }
      if let other = found.first(where: { $0.step == step }) {
        throw InputError(at: path, "has the step of \(other.name)", expected: "a step of its own", found: "\(step)")
      }
      found.append(Checkpoint(folder: URL(filePath: path), step: step))
    }
    guard found.count > 1 else {
      throw InputError(
        at: pattern, found.isEmpty ? "names no folder" : "names one folder only", expected: "at least two checkpoints")
    }
    all = found.sorted { $0.step < $1.step }
  }

  private static func matches(_ name: String, _ parts: [String]) -> Bool {
    guard let first = parts.first, let last = parts.last else { return false }
    guard parts.count > 1 else { return name == first }
    var rest = Substring(name)
    guard rest.hasPrefix(first), rest.dropFirst(first.count).hasSuffix(last) else { return false }
    rest = rest.dropFirst(first.count).dropLast(last.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let range = rest.firstRange(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return true
  }
}
