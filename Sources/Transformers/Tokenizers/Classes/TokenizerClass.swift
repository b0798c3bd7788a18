import Support

/// A tokenizer class of transformers that builds its stages itself: of `tokenizer.json` it takes the vocabulary, and
/// the rest only where noted. Source: transformers 5.24, `AutoTokenizer` and the classes.
enum TokenizerClass: String, Sendable {
  case bert = "BertTokenizer"
  case mpnet = "MPNetTokenizer"
  case funnel = "FunnelTokenizer"
  case gpt2 = "GPT2Tokenizer"
  case codeGen = "CodeGenTokenizer"
  case gptNeoX = "GPTNeoXTokenizer"
  case qwen2 = "Qwen2Tokenizer"
  case qwen35 = "Qwen3_5Tokenizer"
  case cohere = "CohereTokenizer"
  case roberta = "RobertaTokenizer"
  case blenderbot = "BlenderbotTokenizer"
  case deberta = "DebertaTokenizer"
  case clip = "CLIPTokenizer"
  /// Byte-level BPE as Llama 3 has it, which transformers has no class for.
  case llama3 = "Llama 3"
  case llama = "LlamaTokenizer"
  case codeLlama = "CodeLlamaTokenizer"
  case gemma = "GemmaTokenizer"
  case t5 = "T5Tokenizer"
  case albert = "AlbertTokenizer"
  case xlmRoberta = "XLMRobertaTokenizer"
  case camembert = "CamembertTokenizer"
  case debertaV2 = "DebertaV2Tokenizer"
  case pegasus = "PegasusTokenizer"

  /// The kind of vocabulary that a class reads.
  var vocabularyKind: BareVocabulary.Kind {
    switch self {
    case .bert, .mpnet, .funnel: .wordPiece
    case .t5, .albert, .xlmRoberta, .camembert, .debertaV2, .pegasus: .unigram
    default: .bytePairs
    }
  }

  /// What its special tokens are where no file says so, by their keys.
  var specialTokens: [String: String] {
    switch self {
    case .bert: ["unk": "[UNK]", "sep": "[SEP]", "pad": "[PAD]", "cls": "[CLS]", "mask": "[MASK]"]
    case .mpnet:
      [
        "bos": "<s>", "eos": "</s>", "unk": "[UNK]", "sep": "</s>", "pad": "<pad>", "cls": "<s>", "mask": "<mask>",
      ]
    case .funnel:
      [
        "bos": "<s>", "eos": "</s>", "unk": "<unk>", "sep": "<sep>", "pad": "<pad>", "cls": "<cls>", "mask": "<mask>",
      ]
    case .gpt2, .codeGen: ["bos": "<|endoftext|>", "eos": "<|endoftext|>", "unk": "<|endoftext|>"]
    case .gptNeoX:
      ["bos": "<|endoftext|>", "eos": "<|endoftext|>", "unk": "<|endoftext|>", "pad": "<|padding|>"]
    case .qwen2, .qwen35: ["eos": "<|endoftext|>", "unk": "<|endoftext|>", "pad": "<|endoftext|>"]
    case .cohere:
      [
        "bos": "<BOS_TOKEN>", "eos": "<|END_OF_TURN_TOKEN|>", "unk": "<UNK>", "sep": "<SEP>", "pad": "<PAD>",
        "cls": "<CLS>", "mask": "<MASK_TOKEN>",
      ]
    case .roberta, .blenderbot, .xlmRoberta, .camembert:
      [
        "bos": "<s>", "eos": "</s>", "unk": "<unk>", "sep": "</s>", "pad": "<pad>", "cls": "<s>", "mask": "<mask>",
      ]
    case .deberta, .debertaV2:
      [
        "bos": "[CLS]", "eos": "[SEP]", "unk": "[UNK]", "sep": "[SEP]", "pad": "[PAD]", "cls": "[CLS]",
        "mask": "[MASK]",
      ]
    case .clip:
      ["bos": "<|startoftext|>", "eos": "<|endoftext|>", "unk": "<|endoftext|>", "pad": "<|endoftext|>"]
    case .llama3: ["bos": "<|begin_of_text|>", "eos": "<|end_of_text|>"]
    case .llama, .codeLlama: ["bos": "<s>", "eos": "</s>", "unk": "<unk>"]
    case .gemma: ["bos": "<bos>", "eos": "<eos>", "unk": "<unk>", "pad": "<pad>", "mask": "<mask>"]
    case .t5: ["eos": "</s>", "unk": "<unk>", "pad": "<pad>"]
    case .albert:
      [
        "bos": "[CLS]", "eos": "[SEP]", "unk": "<unk>", "sep": "[SEP]", "pad": "<pad>", "cls": "[CLS]",
        "mask": "[MASK]",
      ]
    case .pegasus: ["eos": "</s>", "unk": "<unk>", "pad": "<pad>", "mask": "<mask_2>"]
    }
  }
}

extension TokenizerClass {
  /// Special tokens without a role that a class looks for where the vocabulary has them.
  var extraTokens: [String] {
    switch self {
    case .t5: (0..<100).map { "<extra_id_\($0)>" }
    case .camembert: ["<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED"]
    case .pegasus: ["<mask_1>"] + (2..<103).map { "<unk_\($0)>" }
    case .codeLlama: ["▁<PRE>", "▁<MID>", "▁<SUF>", "▁<EOT>", "<FILL_ME>"]
    default: []
    }
  }
}

extension TokenizerComponents {
  /// Whether text is normalised and cut otherwise than the stages of a `tokenizer.json` do it, by some examples.
  func cutsOtherwise(than file: JSONField) throws -> Bool {
    let examples = [
      "Hello, World!  I'M  can't", " Crème Brûlée, é", "日本語 テスト ﬁ Å ½", "12345 a1b2 3.14",
      "x\n\n  y\t z ",
    ]
    var other = self
    other.normalizer = try file["normalizer"].map(Transformers.normalizer)
    other.preTokenizer = try file["pre_tokenizer"].map { try Transformers.preTokenizer($0, keepsBytes: true) }
    return examples.contains { words(of: $0) != other.words(of: $0) }
  }

  /// What the model gets to read of a text.
  private func words(of text: String) -> [[UInt8]] {
    let bytes = normalizer?.normalized(text) ?? Array(text.utf8)
    var split = SplitText(AlignedText(original: bytes, at: 0))
    preTokenizer?.split(&split, ScalarIndex(bytes))
    return split.words.map { Array(split.text.bytes[$0]) }
  }
}

extension TokenizerFiles {
  /// What reads a directory's tokenizer.
  enum Reader {
    /// A class that builds its own stages.
    case known(TokenizerClass)
    /// `tokenizer.json` as it is.
    case general
    /// A class that builds its own stages too, and is not in the table.
    case other(String)
  }

  /// As `AutoTokenizer` chooses: the class that `tokenizer_config.json`, else `config.json` names, unless the model's
  /// type is one for which such names are known to be wrong; else the class of the model's type.
  func reader() throws -> Reader {
    let named = try settings?["tokenizer_class"]?.string() ?? modelConfig?["tokenizer_class"]?.string()
    let type = try modelConfig?["model_type"]?.string()
    let usual = type.flatMap(TokenizerClass.usualName)
    guard let hub = named.map(Self.withoutFast) else { return Self.reader(usual) }
    let isMistaken = type.map(TokenizerClass.typesNamedWrongly.contains) ?? false
    if hub == TokenizerClass.llama.rawValue, !isMistaken, !TokenizerClass.isMistral(type), try spellsBytes() {
      return .general
    }
    guard let usual, usual != hub else { return Self.reader(hub) }
    if usual == TokenizerClass.general { return .general }
    return Self.reader(isMistaken ? usual : hub)
  }

  private static func reader(_ name: String?) -> Reader {
    guard let name else { return .general }
    if let known = TokenizerClass(name: name) { return .known(known) }
    return TokenizerClass.hasName(name) ? .other(name) : .general
  }

  private static func withoutFast(_ name: String) -> String {
    String(name.hasSuffix("Fast") ? name.dropLast(4) : name[...])
  }

  /// Whether `tokenizer.json` has a byte-level stage.
  private func spellsBytes() throws -> Bool {
    guard names[0] == "tokenizer.json", carried == nil else { return false }
    let file = try json("tokenizer.json")
    func hasBytes(_ field: JSONField?) throws -> Bool {
      guard let field else { return false }
      if try field.type() == "ByteLevel" { return true }
      for list in ["normalizers", "pretokenizers", "processors", "decoders"] {
        for part in try field[list]?.array() ?? [] where try hasBytes(part) { return true }
      }
      return false
    }
    return try ["normalizer", "pre_tokenizer", "post_processor", "decoder"].contains { try hasBytes(file[$0]) }
  }
}
