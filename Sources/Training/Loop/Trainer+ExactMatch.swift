import Transformers

/// A source and the reference of its translation, as tokens; the reference with the end token that the tokenizer gives it.
package struct TranslationPair: Sendable {
  package var source: [Int32]
  package var reference: [Int32]

  package init(source: [Int32], reference: [Int32]) {
    self.source = source
    self.reference = reference
  }
}

extension Trainer {
  /// How many pairs are translated exactly: the model writes a target for each source greedily, by its generation rules,
  /// until its end token or past the length of the longest reference, and it has to be the reference token by token, the end
  /// included.
  ///
  /// - Throws: `InputError` for a model that writes no targets, or by rules that are not known here.
  package func exactMatch(_ pairs: [TranslationPair]) throws -> ExactMatch {
    let longest = pairs.map(\.reference.count).max() ?? 0
    // One more, so that an end that rules force at the limit is none that the model found.
    let written = try model.targets(of: pairs.map(\.source), GenerationRequest(maximumTokens: longest + 1))
    // What is longer than its reference has another token where that ends.
    let matches = zip(pairs, written).count { $1.prefix($0.reference.count).elementsEqual($0.reference) }
    return ExactMatch(matches: matches, pairs: pairs.count)
  }
}
