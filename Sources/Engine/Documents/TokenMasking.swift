package import Support
package import Transformers

/// What a masked language model is asked for (Devlin 2019): a share of the ordinary tokens, of which 80 % are masked, 10 %
/// replaced by a random token of the vocabulary, 10 % left.
package struct TokenMasking: Sendable {
  package let mask: Int32
  package let vocabulary: Int
  package let share: Double

  package init(mask: Int32, vocabulary: Int, share: Double = 0.15) {
    self.mask = mask
    self.vocabulary = vocabulary
    self.share = share
  }

  /// Masks tokens of one row and sets their labels, those of the input as they were.
  ///
  /// - Parameter isOrdinary: of each position whether it may be chosen.
  package func apply(
    to input: inout ModelInput, row: Int, where isOrdinary: [Bool], using generator: inout SeededGenerator
  ) {
    for position in isOrdinary.indices where isOrdinary[position] && generator.uniform() < share {
      let at = row * input.length + position
      input.labels?[at] = input.ids[at]
      let kind = generator.uniform()
      if kind < 0.8 {
        input.ids[at] = mask
      } else if kind < 0.9 {
        input.ids[at] = Int32(generator.index(below: vocabulary))
      }
    }
  }
}
