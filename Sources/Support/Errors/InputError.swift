/// Something that was given to the program and cannot be used: one clear line that says where, what, what was expected
/// and what was found.
package struct InputError: Error, Hashable, CustomStringConvertible {
  package enum Category: Hashable, Sendable {
    /// The command line or the job file (exit code 2).
    case usage
    /// A model, corpus or run (exit code 3).
    case unreadable
  }

  package var category: Category
  /// File, and within it field, line, tensor or byte: `model.safetensors: tensor "wte.weight"`.
  package var place: String
  /// What is wrong: "has the wrong shape".
  package var problem: String
  package var expected: String?
  package var found: String?

  package init(
    _ category: Category = .unreadable, at place: String, _ problem: String, expected: String? = nil,
    found: String? = nil
  ) {
    self.category = category
    self.place = place
    self.problem = problem
    self.expected = expected
    self.found = found
  }

  package var description: String {
    var line = "\(place): \(problem)"
    if let expected { line += phrase("inputError.expectedExpected", ["expected": expected]) }
    if let found { line += phrase("inputError.foundFound", ["found": found]) }
    return line.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
