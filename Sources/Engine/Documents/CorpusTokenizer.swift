package import Corpora
import Foundation
import Support
package import Transformers

/// Turns the documents of a corpus into what the model reads.
package struct CorpusTokenizer: Sendable {
  package let tokenizer: Tokenizer
  /// The column whose labels are carried to tokens.
  package let label: String?
  /// To how many tokens documents are cut.
  package let maximumLength: Int
  /// What a decoder's input begins with, for models that read the second text as a target.
  package let decoderStart: Int32?

  /// How longer documents are read; nil where they are cut.
  package let windows: DocumentWindows?
  /// The classes of a classifier, for the loss on documents or tokens that the label gives one of them.
  package let classes: ClassNames?

  /// - Throws: `InputError(.usage)` for windows that are longer than documents may be, that have no room for text, or
  ///   that leave text out between them.
  package init(
    tokenizer: Tokenizer, label: String?, maximumLength: Int, decoderStart: Int32? = nil,
    windows: DocumentWindows? = nil, classes: ClassNames? = nil
  ) throws {
    if let windows {
      let around = tokenizer.openingTokens.count + tokenizer.closingTokens.count
      func check(_ isSound: Bool, _ problem: String, _ expected: String, _ found: Int) throws {
        if !isSound { throw InputError(.usage, at: "window", problem, expected: expected, found: "\(found)") }
      }
      try check(decoderStart == nil, phrase("error.notModelsRead"), "max_tokens", windows.length)
      try check(
        windows.length <= maximumLength, phrase("error.longerThanModels"),
        phrase("error.atMostMaximumlength", ["maximumLength": maximumLength]),
        windows.length)
      try check(
        windows.length >= around + 2, phrase("corpusTokenizer.hasNoRoom"),
        phrase("corpusTokenizer.leastAroundTokens", ["around": around + 2]), windows.length)
      try check(
        (1...windows.length - around).contains(windows.stride), phrase("corpusTokenizer.leavesTokensOut"),
        phrase("corpusTokenizer.stride1Around", ["around": windows.length - around, "around2": around]),
        windows.stride)
    }
    self.windows = windows
    self.classes = classes
    self.tokenizer = tokenizer
    self.label = label
    self.maximumLength = maximumLength
    self.decoderStart = decoderStart
  }

  /// A document as it is read: whole, cut, or in windows.
  ///
  /// - Throws: `InputError` for a second text, which windows do not cut.
  package func documents(of document: Document) throws -> [TokenizedDocument] {
    guard let windows else { return [tokenize(document)] }
    guard document.pair == nil else {
      throw InputError(
        .usage, at: "window", phrase("error.isForSingleTexts"), expected: "max_tokens",
        found: phrase("found.aPairInDocument", ["document": document.id]))
    }
    return tokenize(document, maximumLength: .max).windows(
      windows, opening: tokenizer.openingTokens.count, closing: tokenizer.closingTokens.count)
  }

  /// The tokens of a document, its pair behind it unless that is a target, with their kinds and labels; nothing of it
  /// is lost but what lies beyond the length.
  package func tokenize(_ document: Document) -> TokenizedDocument {
    tokenize(document, maximumLength: maximumLength)
  }

  private func tokenize(_ document: Document, maximumLength: Int) -> TokenizedDocument {
    let pair = decoderStart == nil ? document.pair : nil
    var losses: CharacterLosses? = CharacterLosses()
    let encoding = tokenizer.encode(document.text, pair: pair, maximumLength: maximumLength, counting: &losses)
    let isSecond = encoding.sequences.map { $0 == 1 }
    var labels = [String?](repeating: nil, count: encoding.count)
    if let label {
      labels = Corpora.labels(for: encoding.offsets, of: document, column: label)
      // The words are those of the first text; of the second one only the whole document has a label.
      for index in labels.indices where isSecond[index] {
        labels[index] = encoding.offsets[index].isEmpty ? nil : document.labels[label]
      }
    }
    let texts = [document.text, pair ?? ""].map { Array($0.unicodeScalars) }
    let kinds = (0..<encoding.count).map { index in
      kind(
        encoding.ids[index], isAdded: encoding.isAdded[index],
        text: texts[isSecond[index] ? 1 : 0][encoding.offsets[index]])
    }
    var tokenized = TokenizedDocument(
      id: document.id, ids: encoding.ids, typeIDs: encoding.typeIDs, tokens: encoding.texts,
      entries: encoding.tokens, kinds: kinds, labels: zip(labels, encoding.isAdded).map { $1 ? nil : $0 },
      isTruncated: encoding.wasTruncated)
    tokenized.documentLabel = label.flatMap { document.labels[$0] }
    tokenized.losses = losses ?? CharacterLosses()
    return tokenized
  }

  /// The target that stands beside a document; nil where it has none.
  package func target(of document: Document) -> Target? {
    guard let pair = document.pair, decoderStart != nil else { return nil }
    var losses: CharacterLosses? = CharacterLosses()
    let encoding = (tokenizer.target ?? tokenizer).encode(pair, maximumLength: maximumLength, counting: &losses)
    let scalars = Array(pair.unicodeScalars)
    let alignment = document.alignment.map {
      TokenAlignment($0, source: tokenizer.encode(document.text, maximumLength: maximumLength), target: encoding)
    }
    var target = target(
      of: document.id, labels: encoding.ids,
      predicted: .init(tokens: encoding.texts, entries: encoding.tokens, alignment: alignment),
      kinds: (0..<encoding.count).map {
        kind(encoding.ids[$0], isAdded: encoding.isAdded[$0], text: scalars[encoding.offsets[$0]])
      }, isTruncated: encoding.wasTruncated)
    target?.document.losses = losses ?? CharacterLosses()
    target?.document.prediction?.reference = pair
    return target
  }

  /// A target of tokens that the model made itself; where it came to none, whose logits were NaN, only the target's end.
  package func target(of id: String, generated: [Int32]) -> Target? {
    let ends = [tokenizer.closingTokens, decoderStart.map { [$0] } ?? []]
    let labels = ([generated] + ends).first { !$0.isEmpty } ?? []
    let own = tokenizer.target ?? tokenizer
    return target(
      of: id, labels: labels,
      predicted: .init(
        tokens: labels.map { own.text($0) ?? "[\($0)]" }, entries: labels.map { own.token($0) ?? "" }),
      kinds: labels.map { kind($0, isAdded: false, text: Array(own.decode([$0]).unicodeScalars)[...]) },
      isTruncated: false)
  }

  private func target(
    of id: String, labels: [Int32], predicted: TokenizedDocument.Prediction, kinds: [TokenKind], isTruncated: Bool
  ) -> Target? {
    guard let decoderStart, !labels.isEmpty else { return nil }
    let count = labels.count
    var document = TokenizedDocument(
      id: id, ids: [decoderStart] + labels.dropLast(), typeIDs: [Int32](repeating: 0, count: count),
      tokens: [tokenizer.text(decoderStart) ?? ""] + predicted.tokens.dropLast(),
      entries: [tokenizer.token(decoderStart) ?? ""] + predicted.entries.dropLast(),
      kinds: [.opening] + kinds.dropLast(), labels: [String?](repeating: nil, count: count), isTruncated: isTruncated)
    document.prediction = predicted
    return Target(document: document, labels: labels)
  }

  private func kind(_ id: Int32, isAdded: Bool, text: ArraySlice<Unicode.Scalar>) -> TokenKind {
    if isAdded || tokenizer.isSpecial(id), let kind = TokenKind(special: id, tokenizer.roles) { return kind }
    return TokenKind(text: text)
  }
}

/// What the decoder of an encoder–decoder learns of one document.
package struct Target: Sendable {
  /// What the decoder reads: its first token, then the target without its last one.
  package var document: TokenizedDocument
  /// What each position is to predict.
  package var labels: [Int32]
}
