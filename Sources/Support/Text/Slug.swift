extension String {
  /// A part of a file's name: in lower case, with one hyphen for what lies between runs of characters that are kept.
  package func slug(keeping isKept: (Character) -> Bool = { $0.isLetter || $0.isNumber }) -> String {
    lowercased().split { !isKept($0) }.joined(separator: "-")
  }
}
