/// A clean and a corrupt prompt that differ in what decides their answer.
package struct TaskPair: Sendable {
  package enum Prompt: Sendable {
    case text(String)
    /// Token ids to which nothing is added.
    case ids([Int32])
  }

  /// A token.
  package enum Answer: Sendable {
    case text(String)
    case id(Int32)
  }

  /// Of its file, from 0.
  package var row: Int
  package var clean: Prompt
  package var corrupt: Prompt
  /// Right after the clean prompt; several count by the mean of their logits.
  package var answer: [Answer]
  /// Right after the corrupt prompt.
  package var wrong: [Answer]
  /// Where the answer stands; nil for the last position, of a masked language model that of the mask.
  package var position: Int?
  /// Positions at which the answer can be read.
  package var source: [Int]
  /// Groups rows.
  package var label: String?
}
