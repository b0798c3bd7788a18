internal import Results
import Support
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

  /// The folders that patterns name: paths in whose last component a `*` stands for any characters
  /// (`runs/checkpoint-*`). A folder's step is the number its name ends with, else (`final`) the `global_step` of its
  /// `trainer_state.json`.
  ///
  /// Throws `InputError` where a pattern names no folder or all of them only one, for a folder without a step, and for two
  /// of one step.
  package init(patterns: [String]) throws {
    var found: [Checkpoint] = []
    for pattern in patterns {
      let folders = try Self.folders(pattern)
      if folders.isEmpty { throw InputError(at: pattern, phrase("error.namesNoFolder"), expected: "checkpoints") }
      for folder in folders {
        let path = folder.relativePath
        guard let step = Self.step(of: folder) else {
          throw InputError(
            at: path, phrase("error.hasNoStep2"),
            expected: phrase("expected.nameEndsNumber"))
        }
        if let other = found.first(where: { $0.step == step }) {
          throw InputError(
            at: path, phrase("error.hasStepOther", ["other": other.name]), expected: phrase("expected.aStepOfItsOwn"),
            found: "\(step)")
        }
        found.append(Checkpoint(folder: folder, step: step))
      }
    }
    guard found.count > 1 else {
      throw InputError(
        at: patterns.joined(separator: ", "), phrase("error.namesOneFolder"),
        expected: phrase("expected.leastTwoCheckpoints"))
    }
    all = found.sorted { $0.step < $1.step }
  }

  private static func folders(_ pattern: String) throws -> [URL] {
    let url = URL(filePath: pattern)
    let parent = pattern.contains("/") ? url.deletingLastPathComponent().relativePath : "."
    let parts = url.lastPathComponent.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: parent) else {
      throw InputError(at: parent, phrase("error.cannotBeRead"), expected: phrase("expected.theFolderOfTheCheckpoints"))
    }
    return names.sorted().filter { matches($0, parts) }.compactMap { name in
      var isFolder: ObjCBool = false
      let path = parent == "." ? name : "\(parent)/\(name)"
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else { return nil }
      return URL(filePath: path)
    }
  }

  private static func step(of folder: URL) -> Int? {
    let digits = folder.lastPathComponent.reversed().prefix { $0.isASCII && $0.isNumber }
    if let step = Int(String(digits.reversed())) { return step }
    let state = try? JSON(contentsOf: folder.appending(path: "trainer_state.json"))
    return state?["global_step"]?.number?.integer
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
