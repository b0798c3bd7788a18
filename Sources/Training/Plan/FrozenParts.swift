import Support
import Transformers

/// Parts of a model whose weights a training leaves as they are, by name: `embeddings`, `blocks.3`, `blocks.0-3` (of an
/// encoder–decoder `encoder.blocks.0-3`), `final_norm`, `head`, or names of tensors with `*` for anything. A matrix that
/// embeddings and head share belongs to both.
package struct FrozenParts: Sendable {
  package var names: [String]

  package init(_ names: [String] = []) { self.names = names }

  /// The indices of their parameters.
  ///
  /// - Throws: `InputError(.usage)` for a name that means nothing of the model, and where nothing is left to train.
  func parameters(of model: Model) throws -> Set<Int> {
    var frozen: Set<Int> = []
    for name in names {
      let found = indices(of: name, model)
      guard !found.isEmpty else {
        let layers = model.description.stacks.map { "\(Self.prefix($0.role))blocks.0-\($0.layers - 1)" }
        throw InputError(
          .usage, at: "freeze", phrase("error.freezesNothing"),
          expected: (["embeddings"] + layers + ["final_norm", "head", "*.weight"]).joined(separator: ", "),
          found: "\"\(name)\"")
      }
      frozen.formUnion(found)
    }
    let learned = model.parameters.indices.filter { model.parameters[$0].isLearned }
    guard learned.contains(where: { !frozen.contains($0) }) else {
      throw InputError(
        .usage, at: "freeze", phrase("error.freezesEverything"), found: names.joined(separator: ", "))
    }
    return frozen.intersection(learned)
  }

  private static func prefix(_ role: Site.Stack) -> String { role == .only ? "" : "\(role.rawValue)." }

  private func indices(of name: String, _ model: Model) -> [Int] {
    let network = model.network,
      stacks = zip(model.description.stacks, [network.encoder, network.stack].compactMap(\.self))
    let owners = model.blockOfParameter
    switch name {
    case "embeddings": return stacks.flatMap { $1.embedding.parameters }
    case "final_norm": return stacks.flatMap { [$1.finalNorm?.gain, $1.finalNorm?.bias].compactMap(\.self) }
    case "head": return network.head.parameters
    default: break
    }
    for (place, (stack, _)) in stacks.enumerated() {
      let start = Self.prefix(stack.role) + "blocks."
      guard name.hasPrefix(start) else { continue }
      let ends = name.dropFirst(start.count).split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first >= 0,
        first <= last, last < stack.layers
      else { return [] }
      return owners.indices.filter { index in
        owners[index].map { $0.stack == place && (first...last).contains($0.layer) } ?? false
      }
    }
    let parts = name.split(separator: "*", omittingEmptySubsequences: false)
    return model.parameters.indices.filter { Self.matches(model.parameters[$0].name[...], parts[...]) }
  }

  /// Whether a text is the parts in their order with anything between.
  private static func matches(_ text: Substring, _ parts: ArraySlice<Substring>) -> Bool {
    guard let first = parts.first, text.hasPrefix(first) else { return false }
    let rest = text.dropFirst(first.count), later = parts.dropFirst()
    guard let next = later.first else { return rest.isEmpty }
    return rest.indices.contains { rest[$0...].hasPrefix(next) && matches(rest[$0...], later) }
      || next.isEmpty && later.count == 1
  }
}
