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
    var refused: [(row: Int, misfit: Misfit)] = []
    for pair in file.pairs {
      do {
        pairs.append(try TokenizedPair(pair, tokenizer, d, at: file.path))
      } catch let misfit as Misfit { refused.append((pair.row, misfit)) }
    }
    if pairs.isEmpty, let (row, misfit) = refused.first {
      throw InputError(
        at: "\(file.path): row \(row)", misfit.problem.text, expected: misfit.expected?.text, found: misfit.found)
    }
    // In the order in which the reasons first come.
    var reasons: [Message] = []
    for (_, misfit) in refused where !reasons.contains(misfit.problem) { reasons.append(misfit.problem) }
    notes = reasons.map { reason in
      let rows = refused.filter { $0.misfit.problem == reason }.map(\.row)
      let shown = rows.prefix(8).map { "\($0)" }.joined(separator: ", ") + (rows.count > 8 ? ", …" : "")
      return Message(
        "note.task.refusedRows", ["task": name, "refused": rows.count, "rows": shown, "reason": reason])
    }
  }
}

/// Why a pair cannot be asked of a model.
private struct Misfit: Error {
  let problem: Message
  var expected: Message?
  var found: String?
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
    func needed() throws -> Tokenizer {
      guard let tokenizer else {
        throw InputError(
          at: "\(path): row \(pair.row)", phrase("error.textNeedsTokenizer"),
          expected: phrase("expected.idsOrTokenizer"))
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
          throw Misfit(
            problem: "error.answerNotOneToken", expected: "expected.oneToken", found: "\"\(text)\": \(found.count)")
        }
        return found[0]
      }
    }
    row = pair.row
    (clean, typeIDs) = try ids(pair.clean)
    corrupt = try ids(pair.corrupt).ids
    guard clean.count == corrupt.count else {
      throw Misfit(
        problem: "error.pairsDifferInLength", expected: Message(verbatim: "\(clean.count)"), found: "\(corrupt.count)")
    }
    let longest = d.stacks.map(\.maximumPositions).min() ?? .max
    guard clean.count <= longest else {
      throw Misfit(
        problem: "modelInput.longerThanModels", expected: Message("modelInput.atMostLongest", ["longest": longest]),
        found: "\(clean.count)")
    }
    answer = try pair.answer.map(token)
    wrong = try pair.wrong.map(token)
    for id in clean + corrupt + answer + wrong where id >= d.vocabulary {
      throw Misfit(
        problem: "error.beyondLogits", expected: Message(verbatim: "0 … \(d.vocabulary - 1)"), found: "\(id)")
    }
    if let place = pair.position {
      position = place
    } else if d.head == .maskedLanguageModel {
      position = try Self.maskedPosition(clean, corrupt, tokenizer?.roles.mask)
    } else {
      position = clean.count - 1
    }
    source = pair.source
    for place in [position] + source where place < 0 || place >= clean.count {
      throw Misfit(
        problem: "error.beyondInput", expected: Message(verbatim: "0 … \(clean.count - 1)"), found: "\(place)")
    }
    label = pair.label
    func texts(_ ids: [Int32]) -> [String] { ids.map { tokenizer?.text($0) ?? "\($0)" } }
    cleanTexts = texts(clean)
    corruptTexts = texts(corrupt)
    answerTexts = texts(answer)
    wrongTexts = texts(wrong)
  }

  /// Where both prompts have their only mask.
  private static func maskedPosition(_ clean: [Int32], _ corrupt: [Int32], _ mask: Int32?) throws -> Int {
    let places = [clean, corrupt].map { ids in ids.indices.filter { ids[$0] == mask } }
    guard places[0].count == 1, places[0] == places[1] else {
      throw Misfit(
        problem: "error.pairsNeedAMask", expected: "expected.maskOrPosition",
        found: places.map { $0.map { "\($0)" }.joined(separator: ", ") }.joined(separator: " / "))
    }
    return places[0][0]
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
