import Foundation
package import Support

/// How a model's texts are continued: what `generation_config.json`, or `config.json` where there is none, says of it as
/// far as it changes which token is the likeliest.
///
/// Meaning and order are those of Hugging Face's `generate`; how many beams it would keep, and how it would sample, does
/// not matter here.
package struct GenerationRules: Hashable, Sendable {
  /// Tokens that end a text.
  package var endTokens: [Int32] = []
  /// What a target begins with.
  package var decoderStart: Int32?
  /// The token that follows the first, and those of which one stands at the last place, whatever the logits say.
  package var forcedSecond: Int32?
  package var forcedLast: [Int32] = []
  /// What positive logits of tokens that are there already are divided by, and negative ones multiplied with.
  package var repetitionPenalty: Float = 1
  /// The length of the n-grams that do not occur twice; 0 for none.
  package var uniqueLength = 0
  /// Sequences that do not occur.
  package var banned: [[Int32]] = []
  /// Tokens that do not occur, and those that do not begin a continuation.
  package var suppressed: [Int32] = []
  package var suppressedAtBeginning: [Int32] = []
  /// No end token before so many tokens, in all and of the continuation.
  package var minimumLength = 0
  package var minimumNewTokens = 0
  /// A setting that is there and not known here, with its place.
  package var unknown: InputError?

  package init() {}

  /// - Throws: `InputError` for a value of the wrong type.
  init(_ config: Configuration) throws {
    endTokens = try config.tokens("eos_token_id")
    decoderStart = try config.tokens("decoder_start_token_id").first
    forcedSecond = try config.tokens("forced_bos_token_id").first
    forcedLast = try config.tokens("forced_eos_token_id")
    repetitionPenalty = Float(try config.number("repetition_penalty", in: 1e-6...1e6, default: 1))
    uniqueLength = try config.count("no_repeat_ngram_size", default: 0)
    banned = try config.tokenLists("bad_words_ids").filter { words in !endTokens.contains { [$0] == words } }
    suppressed = try config.tokens("suppress_tokens")
    suppressedAtBeginning = try config.tokens("begin_suppress_tokens")
    minimumLength = try config.count("min_length", default: 0)
    minimumNewTokens = try config.count("min_new_tokens", default: 0)
    // Each with the value that means nothing.
    let neutral: [(String, Double)] = [
      ("guidance_scale", 1), ("encoder_repetition_penalty", 1), ("encoder_no_repeat_ngram_size", 0),
    ]
    let others = ["sequence_bias", "exponential_decay_length_penalty", "forced_decoder_ids", "watermarking_config"]
    let odd =
      try neutral.first { try config.number($0.0, default: $0.1) != $0.1 }?.0 ?? others.first { config.has($0) }
    unknown = odd.map {
      InputError(at: "\(config.path): \"\($0)\"", phrase("error.changesContinuationsWay"))
    }
  }

  /// - Throws: `InputError` where the rules cannot be followed.
  func check(_ d: ModelDescription) throws {
    if let unknown { throw unknown }
    for token in [decoderStart, forcedSecond].compactMap({ $0 }) + forcedLast where token >= d.vocabulary || token < 0 {
      throw InputError(
        at: "generation", phrase("error.forcesTokenBeyond"), expected: "0 … \(d.vocabulary - 1)",
        found: "\(token)")
    }
  }

  /// Changes the logits of the token after `text`, of which the first `prompt` were given and which ends at `limit`.
  func apply(to logits: UnsafeMutableBufferPointer<Float>, after text: [Int32], prompt: Int, limit: Int) {
    func ban(_ tokens: some Sequence<Int32>) {
      for token in tokens where logits.indices.contains(Int(token)) { logits[Int(token)] = -.infinity }
    }
    func force(_ tokens: [Int32]) {
      logits.update(repeating: -.infinity)
      for token in tokens { logits[Int(token)] = 0 }
    }
    if repetitionPenalty != 1 {
      for token in Set(text) where logits.indices.contains(Int(token)) {
        logits[Int(token)] *= logits[Int(token)] < 0 ? repetitionPenalty : 1 / repetitionPenalty
      }
    }
    if uniqueLength > 0, text.count + 1 >= uniqueLength {
      let tail = text.suffix(uniqueLength - 1)
      for start in 0..<max(0, text.count + 1 - uniqueLength)
      where text[start..<start + uniqueLength - 1].elementsEqual(tail) {
        ban([text[start + uniqueLength - 1]])
      }
    }
    for words in banned
    where text.count >= words.count - 1 && text.suffix(words.count - 1).elementsEqual(words.dropLast()) {
      ban(words.suffix(1))
    }
    if text.count < minimumLength || text.count - prompt < minimumNewTokens { ban(endTokens) }
    if let forcedSecond, text.count == 1 { force([forcedSecond]) }
    if !forcedLast.isEmpty, text.count == limit - 1 { force(forcedLast) }
    ban(suppressed)
    if text.count == (prompt == 1 && forcedSecond != nil ? 2 : prompt) { ban(suppressedAtBeginning) }
  }
}
