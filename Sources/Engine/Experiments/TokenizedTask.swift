package import Corpora
package import Support
package import Transformers

/// A task as a model reads it.
package struct TokenizedTask: Sendable {
  package var name: String
  package var pairs: [TokenizedPair]
  /// What was left out, in sentences.
  package var notes: [Message] = []

  /// The pairs of a file as a model reads them. Rows that do not fit are left out and counted, by number and reason.
  ///
  /// - Parameter tokenizer: nil where the folder has none; then every prompt has to be ids.
  /// - Throws: `InputError` for texts without a tokenizer, and where no row is left.
  package init(_ file: PairsFile, _ tokenizer: Tokenizer?, _ d: ModelDescription) throws {
    name = file.name
    pairs = []
    var refused: [(row: Int, error: InputError)] = []
    for pair in file.pairs {
      do {
        pairs.append(try TokenizedPair(pair, tokenizer, d, at: file.path))
      } catch let error as InputError where error.category != .usage {
        refused.append((pair.row, error))
      }
    }
    guard let first = refused.first else { return }
    guard !pairs.isEmpty else { throw first.error }
    let shown = refused.prefix(8).map { "\($0.row)" }.joined(separator: ", ") + (refused.count > 8 ? ", …" : "")
    notes = [
      Message(
        "note.task.refusedRows",
        ["task": name, "refused": refused.count, "rows": shown, "reason": "\(first.error.problem)"])
    ]
  }
}

/// A pair of prompts of equal length in tokens.
package struct TokenizedPair: Sendable {
  package var row: Int
  package var clean: [Int32]
  package var corrupt: [Int32]
  package var typeIDs: [Int32]?
  package var answer: [Int32]
  package var wrong: [Int32]
  package var position: Int
  package var source: [Int]
  package var label: String?
  /// The tokens as they are shown: their texts, or their ids where there is no tokenizer.
  package var cleanTexts: [String]
  package var corruptTexts: [String]
  package var answerTexts: [String]
  package var wrongTexts: [String]

  init(_ pair: TaskPair, _ tokenizer: Tokenizer?, _ d: ModelDescription, at path: String) throws {
    let place = "\(path): row \(pair.row)"
    func fault(_ problem: String, expected: String? = nil, found: String? = nil) -> InputError {
      InputError(at: place, problem, expected: expected, found: found)
    }
    func needed() throws -> Tokenizer {
      guard let tokenizer else {
        throw InputError(
          .usage, at: place, phrase("error.textNeedsTokenizer"), expected: phrase("expected.idsOrTokenizer"))
      }
      return tokenizer
    }
    func ids(_ prompt: TaskPair.Prompt) throws -> (ids: [Int32], types: [Int32]?) {
      switch prompt {
      case .ids(let ids): return (ids, nil)
      case .text(let text):
        let encoding = try needed().encode(text)
        return (encoding.ids, d.tokenTypes > 0 ? encoding.typeIDs : nil)
      }
    }
    func token(_ answer: TaskPair.Answer) throws -> Int32 {
      switch answer {
      case .id(let id): return id
      case .text(let text):
        let tokenizer = try needed(), found = tokenizer.encode(text, addSpecialTokens: false).ids
        guard found.count == 1 else {
          if let id = tokenizer.id(text) { return id }
          throw fault(
            phrase("error.answerNotOneToken"), expected: phrase("expected.oneToken"),
            found: "\"\(text)\": \(found.count)")
        }
        return found[0]
      }
    }
    row = pair.row
    (clean, typeIDs) = try ids(pair.clean)
    corrupt = try ids(pair.corrupt).ids
    guard clean.count == corrupt.count else {
      throw fault(phrase("error.pairsDifferInLength"), expected: "\(clean.count)", found: "\(corrupt.count)")
    }
    let longest = d.stacks.map(\.maximumPositions).min() ?? .max
    guard clean.count <= longest else {
      throw fault(
        phrase("modelInput.longerThanModels"), expected: phrase("modelInput.atMostLongest", ["longest": longest]),
        found: "\(clean.count)")
    }
    answer = try pair.answer.map(token)
    wrong = try pair.wrong.map(token)
    for id in clean + corrupt + answer + wrong where id >= d.vocabulary {
      throw fault(phrase("error.beyondLogits"), expected: "0 … \(d.vocabulary - 1)", found: "\(id)")
    }
    let mask = d.head == .maskedLanguageModel ? tokenizer?.roles.mask : nil
    let masked = clean.firstIndex { $0 == mask }
    if let place = pair.position ?? masked { position = place } else { position = clean.count - 1 }
    source = pair.source
    for place in [position] + source where place < 0 || place >= clean.count {
      throw fault(phrase("error.beyondInput"), expected: "0 … \(clean.count - 1)", found: "\(place)")
    }
    label = pair.label
    func texts(_ ids: [Int32]) -> [String] { ids.map { tokenizer?.text($0) ?? "\($0)" } }
    cleanTexts = texts(clean)
    corruptTexts = texts(corrupt)
    answerTexts = texts(answer)
    wrongTexts = texts(wrong)
  }

  /// The clean prompt, or the corrupt one, as an input of one row.
  package func input(isClean: Bool) -> ModelInput {
    let ids = isClean ? clean : corrupt
    return ModelInput(
      batch: 1, length: ids.count, ids: ids, mask: Array(repeating: 1, count: ids.count), typeIDs: typeIDs)
  }

  /// `logit(answer) − logit(wrong)` at the answer's position.
  package var objective: Objective { Objective(.logit(of: answer, minus: wrong), position: position) }
}
