/// A sentence of CoNLL-U while it is read.
struct Sentence {
  /// What is written: a word, or a multiword token with the words that it stands for.
  struct Form {
    var text: String
    /// Indices of words.
    var words: Range<Int>
    /// Whether the next form follows without a space.
    var isGlued: Bool
  }

  var text: String?
  var words: [Word] = []
  var forms: [Form] = []
  var labels: [String: String] = [:]
  /// Line of each word.
  var lines: [Int] = []
  /// How many words the forms stand for, those of a multiword token that are still to come included.
  var covered = 0

  /// With the ranges of all words in the text.
  func document(id: String) -> Document {
    var text = text ?? ""
    var ranges = aligned(Array(text.unicodeScalars))
    if ranges == nil {
      text = ""
      for (index, form) in forms.enumerated() {
        text += form.text
        if !form.isGlued, index < forms.count - 1 { text += " " }
      }
      ranges = aligned(Array(text.unicodeScalars))
    }
    var words = words
    for (form, range) in zip(forms, ranges ?? []) {
      for (index, part) in zip(form.words, parts(of: form, range)) { words[index].range = part }
    }
    return Document(id: id, text: text, words: words, labels: labels)
  }

  /// The range of each form in a text, nil where one does not fit. A form may differ from the text (quotes that were
  /// made plain) if it is as long and the next one fits behind it.
  private func aligned(_ text: [Unicode.Scalar]) -> [Range<Int>]? {
    var ranges: [Range<Int>] = []
    func start(after position: Int, of form: [Unicode.Scalar]) -> Int {
      var position = position
      while position < text.count, text[position].properties.isWhitespace, text[position] != form.first {
        position += 1
      }
      return position
    }
    func fits(_ form: [Unicode.Scalar], _ position: Int) -> Bool {
      position + form.count <= text.count && form.indices.allSatisfy { text[position + $0] == form[$0] }
    }
    let scalars = forms.map { Array($0.text.unicodeScalars) }
    var position = 0
    for (index, form) in scalars.enumerated() {
      let first = start(after: position, of: form)
      position = first + form.count
      guard position <= text.count else { return nil }
      if !fits(form, first) {
        let isLast = index == scalars.count - 1
        let next = isLast ? text.count : start(after: position, of: scalars[index + 1])
        guard isLast ? position == next : fits(scalars[index + 1], next) else { return nil }
        guard !text[first..<position].contains(where: \.properties.isWhitespace) else { return nil }
      }
      ranges.append(first..<position)
    }
    return text[min(position, text.count)...].allSatisfy(\.properties.isWhitespace) ? ranges : nil
  }

  /// What the words of a form cover of its range.
  private func parts(of form: Form, _ range: Range<Int>) -> [Range<Int>] {
    let members = words[form.words].map { Array($0.text.unicodeScalars) }
    guard form.words.count > 1, members.joined().elementsEqual(form.text.unicodeScalars) else {
      return form.words.map { _ in range }
    }
    var position = range.lowerBound
    return members.map { member in
      defer { position += member.count }
      return position..<(position + member.count)
    }
  }
}
