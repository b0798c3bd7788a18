import Foundation
import Support

/// Marian's tokenizers: `source.spm` cuts a text and `target.spm` its translation, and `vocab.json` numbers the pieces
/// of both; of `separate_vocabs`, `target_vocab.json` those of the translation.
extension TokenizerFiles {
  /// Errors: a vocabulary without the unknown or the end token.
  func marianComponents() throws -> TokenizerComponents {
    let source = try stages("source.spm"), target = try stages("target.spm")
    let model = try RenumberedPieces(source.model, try marianVocabulary("vocab.json"), unknown: try marianToken("unk"))
    let isSeparate = try settings?["separate_vocabs"]?.boolean() ?? false
    var components = TokenizerComponents(model: model)
    components.normalizer = source.normalizer
    components.targetModel = (
      try RenumberedPieces(
        target.model, isSeparate ? try marianVocabulary("target_vocab.json") : model.vocabulary,
        unknown: try marianToken("unk")), target.normalizer
    )
    components.decoder = .sentencePiece(
      SentencePieceDecoder(
        controls: [try marianToken("eos"), try marianToken("pad")], unknown: try marianToken("unk"),
        unknownSurface: target.decoder.unknownSurface, addsDummyPrefix: target.decoder.addsDummyPrefix,
        removesExtraSpaces: target.decoder.removesExtraSpaces))
    var table = AddedTokenTable(count: model.vocabulary.tokens.count { $0 != nil }) { model.vocabulary.id($0) }
    try add(to: &table, own: [], usual: ["eos": "</s>", "unk": "<unk>", "pad": "<pad>"])
    components.addedTokens = table.tokens
    let end = try marianToken("eos")
    guard let id = table.tokens.first(where: { $0.content.utf8.elementsEqual(end.utf8) })?.id else {
      throw InputError(at: path("vocab.json"), phrase("error.hasNoTokenEos"), expected: "\"\(end)\"")
    }
    components.postProcessor.single.append(.tokens([id], type: 0))
    components.postProcessor.pair = [.sequence(0, type: 0), .sequence(1, type: 0), .tokens([id], type: 0)]
    components.openingCode = OpeningCode(
      opening: Array(">>".utf8), closing: Array("<<".utf8), vocabulary: model.vocabulary, unknown: model.unknownID)
    return components
  }

  private func stages(_ name: String) throws -> SentencePieceStages {
    try SentencePieceStages(SentencePieceFile(directory.appending(path: name)), place: path(name))
  }

  private func marianVocabulary(_ name: String) throws -> Vocabulary { try Vocabulary(try json(name)) }

  private func marianToken(_ role: String) throws -> String {
    try specialToken("\(role)_token") ?? (role == "eos" ? "</s>" : "<\(role)>")
  }
}

/// Pieces of a SentencePiece model under the ids of another vocabulary, which can also have what the model takes for
/// unknown.
struct RenumberedPieces: TokenModel {
  let vocabulary: Vocabulary
  let unknownToken: String?
  let unknownID: Int32
  private let model: any TokenModel
  private let ids: [Int32]
  private let modelUnknownID: Int32?

  /// Errors: a vocabulary without the unknown token.
  init(_ model: any TokenModel, _ vocabulary: Vocabulary, unknown: String) throws {
    guard let unknownID = vocabulary.id(unknown) else {
      throw InputError(at: "vocab.json", phrase("error.hasNoUnknown"), expected: "\"\(unknown)\"")
    }
    self.model = model
    self.vocabulary = vocabulary
    self.unknownID = unknownID
    unknownToken = unknown
    ids = model.vocabulary.tokens.map { $0.flatMap(vocabulary.id) ?? unknownID }
    modelUnknownID = model.unknownToken.flatMap(model.vocabulary.id)
  }

  func tokenize(_ word: UTF8Bytes, _ space: inout MergeSpace, into tokens: inout [WordToken]) {
    let first = tokens.count
    model.tokenize(word, &space, into: &tokens)
    for index in first..<tokens.count {
      let token = tokens[index]
      let isUnknown = token.id == modelUnknownID || !ids.indices.contains(Int(token.id))
      let text = word.slice(Int(token.start)..<Int(token.end))
      tokens[index].id = isUnknown ? vocabulary.id(text) ?? unknownID : ids[Int(token.id)]
    }
  }
}
