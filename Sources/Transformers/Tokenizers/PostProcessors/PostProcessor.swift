import Support

/// The fourth stage: puts the tokens of the family around a text, or around the two of a pair.
struct PostProcessor: Sendable {
  enum Piece: Sendable {
    case tokens([Int32], type: Int32)
    case sequence(Int, type: Int32)
  }

  /// Whether offsets leave out the spaces at the ends of tokens.
  var trimsOffsets = false
  /// Whether a space was put before the text, which is none of its own.
  var addedPrefixSpace = false
  var single: [Piece] = [.sequence(0, type: 0)]
  var pair: [Piece] = [.sequence(0, type: 0), .sequence(1, type: 1)]

  init() {}

  /// Errors: an unknown type, or a template with tokens that it does not define.
  init(_ field: JSONField) throws {
    switch try field.type() {
    case "Sequence":
      for part in try field.required("processors").array() { try add(PostProcessor(part), of: part.type()) }
    case "ByteLevel":
      trimsOffsets = try field.boolean("trim_offsets", default: true)
      addedPrefixSpace = try field.boolean("add_prefix_space", default: true)
    case "BertProcessing":
      let (opening, closing) = (try Self.token(field, "cls"), try Self.token(field, "sep"))
      single = [.tokens([opening], type: 0), .sequence(0, type: 0), .tokens([closing], type: 0)]
      pair = single + [.sequence(1, type: 1), .tokens([closing], type: 1)]
    case "RobertaProcessing":
      let (opening, closing) = (try Self.token(field, "cls"), try Self.token(field, "sep"))
      trimsOffsets = try field.boolean("trim_offsets", default: true)
      addedPrefixSpace = try field.boolean("add_prefix_space", default: true)
      single = [.tokens([opening], type: 0), .sequence(0, type: 0), .tokens([closing], type: 0)]
      pair = single + [.tokens([closing], type: 0), .sequence(1, type: 0), .tokens([closing], type: 0)]
    case "TemplateProcessing":
      single = try Self.template(field, "single")
      pair = try Self.template(field, "pair")
    case let type: throw field.unknown("post-processor", type)
    }
  }

  /// Takes over what a later processor of a sequence does.
  private mutating func add(_ other: PostProcessor, of type: String) {
    if type == "ByteLevel" || type == "RobertaProcessing" {
      trimsOffsets = other.trimsOffsets
      addedPrefixSpace = other.addedPrefixSpace
    }
    if type != "ByteLevel" {
      single = other.single
      pair = other.pair
    }
  }

  private static func token(_ field: JSONField, _ key: String) throws -> Int32 {
    let member = try field.required(key)
    let parts = try member.array()
    guard parts.count == 2 else { throw member.error(phrase("postProcessor.aTokenAndItsId")) }
    return try parts[1].id()
  }

  private static func template(_ field: JSONField, _ key: String) throws -> [Piece] {
    try field.required(key).array().map { piece in
      if let token = piece["SpecialToken"] {
        let name = try token.required("id").string()
        guard let definition = field["special_tokens"]?[name] else {
          throw InputError(at: token.place, phrase("error.notAmongSpecial"), found: "\"\(name)\"")
        }
        let ids = try definition.required("ids").array().map { try $0.id() }
        return .tokens(ids, type: Int32(try token["type_id"]?.integer() ?? 0))
      }
      let sequence = try piece.required("Sequence")
      let name = try sequence.required("id").string()
      guard name == "A" || name == "B" else { throw sequence.unknown("sequence", name) }
      return .sequence(name == "A" ? 0 : 1, type: Int32(try sequence["type_id"]?.integer() ?? 0))
    }
  }

  /// How many tokens are added.
  func addedCount(isPair: Bool) -> Int {
    (isPair ? pair : single).reduce(0) { count, piece in
      if case .tokens(let ids, _) = piece { count + ids.count } else { count }
    }
  }

  /// The tokens before and after a single text.
  var surroundings: (opening: [Int32], closing: [Int32]) {
    var opening: [Int32] = []
    var closing: [Int32] = []
    var isAfter = false
    for piece in single {
      switch piece {
      case .sequence: isAfter = true
      case .tokens(let ids, _): if isAfter { closing += ids } else { opening += ids }
      }
    }
    return (opening, closing)
  }

  func process(_ first: Encoding, _ second: Encoding?, addsTokens: Bool) -> Encoding {
    let sequences = [first, second].compactMap(\.self).map { trimsOffsets ? trimmed($0) : $0 }
    var result = Encoding(first.vocabulary)
    for piece in second == nil ? single : pair {
      switch piece {
      case .tokens(let ids, let type):
        guard addsTokens else { continue }
        for id in ids { result.append(id, 0..<0, word: nil, type: type, sequence: nil, isAdded: true) }
      case .sequence(let number, let type):
        if sequences.indices.contains(number) { result.append(sequences[number], type: type) }
      }
    }
    return result
  }

  private func trimmed(_ encoding: Encoding) -> Encoding {
    var result = encoding
    func isSpace(_ scalar: Unicode.Scalar) -> Bool {
      scalar == ByteAlphabet.spelling[0x20] || scalar.properties.isWhitespace
    }
    for (index, token) in encoding.tokens.enumerated() {
      let range = encoding.offsets[index]
      var leading = token.unicodeScalars.prefix(while: isSpace).count
      let trailing = token.unicodeScalars.reversed().prefix(while: isSpace).count
      // One space at the very start is the one that was added; more are the text's own.
      if leading == 1, index == 0 || range.lowerBound == 0, addedPrefixSpace { leading = 0 }
      let start = min(range.lowerBound + leading, range.upperBound)
      let end = range.upperBound >= trailing ? max(range.upperBound - trailing, start) : range.upperBound
      result.offsets[index] = start..<end
    }
    return result
  }
}
