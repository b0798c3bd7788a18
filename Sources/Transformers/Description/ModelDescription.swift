package import Support

/// What a model is made of, as its configuration says: the one block with its parts chosen.
///
/// What is asked of a model as a whole (`layers`, `heads`, `isCausal` …) is answered for its stack; for an
/// encoder–decoder that is the decoder, and `encoder` is the other one.
@dynamicMemberLookup
package struct ModelDescription: Hashable, Sendable {
  /// What sits on top of the stack.
  package enum Head: Hashable, Sendable {
    case none
    /// Predicts the next token.
    case languageModel
    /// Predicts tokens that were masked.
    case maskedLanguageModel
    case sequenceClassification(classes: Int)
    case tokenClassification(classes: Int)
    case imageClassification(classes: Int)
    /// Predicts the target's tokens from the source and the target so far.
    case sequenceToSequence

    /// Of a classifier; nil for others.
    package var classes: Int? {
      switch self {
      case .sequenceClassification(let classes), .tokenClassification(let classes), .imageClassification(let classes):
        classes
      default: nil
      }
    }
  }

  /// The configuration's `model_type`.
  package var family: String
  package var vocabulary: Int
  /// Segments that tokens can belong to; 0 where the family has none, or only one.
  package var tokenTypes: Int
  package var head: Head
  /// What the stack's output is multiplied with before the head (T5 with tied embeddings: `1/√width`).
  package var headScale: Float
  package var padToken: Int?
  /// What a target begins with when it is made from labels.
  package var decoderStart: Int?
  /// The images that the model reads in place of tokens.
  package var image: ImageShape?
  package var stack: StackDescription
  package var encoder: StackDescription?

  package init(
    family: String, vocabulary: Int, tokenTypes: Int = 0, head: Head, headScale: Float = 1, padToken: Int? = nil,
    decoderStart: Int? = nil, image: ImageShape? = nil, stack: StackDescription, encoder: StackDescription? = nil
  ) {
    self.family = family
    self.vocabulary = vocabulary
    self.tokenTypes = tokenTypes
    self.head = head
    self.headScale = headScale
    self.padToken = padToken
    self.decoderStart = decoderStart
    self.image = image
    self.stack = stack
    self.encoder = encoder
  }

  package subscript<T>(dynamicMember path: KeyPath<StackDescription, T>) -> T { stack[keyPath: path] }

  /// The stacks in the order of the pass.
  package var stacks: [StackDescription] { (encoder.map { [$0] } ?? []) + [stack] }

  /// What the model does, in words for the report.
  package var task: Message {
    switch head {
    case .none where encoder != nil: Message("task.encoderDecoder")
    case .none:
      stack.isCausal ? Message("task.decoder") : Message("task.encoder")
    case .languageModel: Message("task.causal")
    case .maskedLanguageModel: Message("task.masked")
    case .sequenceClassification(1): Message("task.regression")
    case .sequenceClassification(let classes):
      Message("task.sequenceClassifier", ["classes": classes])
    case .tokenClassification(let classes): Message("task.tokenClassifier", ["classes": classes])
    case .imageClassification(let classes): Message("task.imageClassifier", ["classes": classes])
    case .sequenceToSequence: Message("task.sequenceToSequence")
    }
  }

  /// Whether texts can be continued, or written from others.
  package var writesText: Bool { head == .languageModel || head == .sequenceToSequence }

  /// Every site of the model, in the order in which a pass comes by.
  package var sites: [Site] {
    (image == nil ? [] : [Site(.pixels)]) + stacks.flatMap { $0.sites(tokenTypes: tokenTypes) }
      + (head == .none ? [] : [.logits])
  }

  /// The residual stream at point `0 … layers`: before each block, and after the last one (before any final norm).
  package func residual(point: Int) -> Site { stack.residual(point: point) }

  /// - Parameters:
  ///   - document: whose tokens they are, in the file `path`.
  ///   - spelled: the token at an index.
  /// - Throws: `InputError` for a token that the model does not know: its tokenizer is another model's.
  package func checkVocabulary(
    _ ids: [Int32], of document: String, at path: String, spelled: (_ index: Int) -> String
  ) throws {
    guard let index = ids.firstIndex(where: { $0 < 0 || $0 >= vocabulary }) else { return }
    throw InputError(
      at: path, phrase("error.documentHasToken", ["document": document]),
      expected: "0 … \(vocabulary - 1)", found: "\(ids[index]) (\"\(spelled(index))\")")
  }
}

/// Square images, cut into square patches that become the positions of a sequence.
package struct ImageShape: Hashable, Sendable {
  package var channels: Int
  package var side: Int
  package var patch: Int
  /// Learned positions before those of the patches: the classifier's, and DeiT's for distillation.
  package var leadingTokens: Int

  package var patches: Int { (side / patch) * (side / patch) }
  package var positions: Int { leadingTokens + patches }
}
