import Tensors

extension Configuration {
  /// The head of a decoder, as its class of Hugging Face's says. Only the trunk is run where the class is a base class, or
  /// no class is named and nothing could be the output matrix, and the file has none.
  func decoderHead(
    _ checkpoint: Checkpoint, isTied: Bool, output: [String] = ["lm_head.weight"]
  ) throws -> ModelDescription.Head {
    if let classifier = try classifierHead() { return classifier }
    let isBase = architecture.isEmpty ? !isTied && !checkpoint.hasBlanks : isBaseClass
    return isBase && !output.contains(where: checkpoint.contains) ? .none : .languageModel
  }

  /// The head of an encoder–decoder, whose classifiers are not run.
  func sequenceToSequenceHead(_ checkpoint: Checkpoint, isTied: Bool) throws -> ModelDescription.Head {
    if try classifierHead() != nil { return .none }
    return isBaseClass && !isTied && !checkpoint.contains("lm_head.weight") ? .none : .sequenceToSequence
  }

  /// `LlamaModel`, and heads that give no logits of tokens or documents.
  private var isBaseClass: Bool {
    architecture.contains("ForQuestionAnswering")
      || architecture.hasSuffix("Model") && !architecture.contains("LMHead") && !architecture.contains("DoubleHeads")
  }
}

extension ParameterScope {
  /// The head of a decoder, at the root of the names: `lm_head`, or `score` for documents and `tokenClassifier` for
  /// tokens.
  func decoderHead(
    _ d: ModelDescription, tokens: Int, isTied: Bool, width: Int? = nil, hasBias: Bool = false,
    tokenClassifier name: String = "score"
  ) throws -> Network.Head {
    let width = width ?? d.width
    switch d.head {
    case .none: return .none
    case .sequenceClassification(let classes):
      return .classifier(
        pooler: nil, activation: .tanh, classifier: try linear("score", from: width, to: classes, bias: false))
    case .tokenClassification(let classes):
      return .tokenClassifier(try linear(name, from: width, to: classes, bias: contains("\(name).bias")))
    default:
      return .unembedding(
        try unembedding(
          d, width: width, tokens: tokens, isTied: isTied,
          bias: hasBias ? try tensor("lm_head.bias", [d.vocabulary]) : nil))
    }
  }
}
