/// A tokenizer of single characters.
package enum CharacterTokenizer {
  /// Byte-level BPE without merges: printable ASCII, space and line feed, in the 120 rows of the fixture.
  package static var json: String {
    var vocabulary = ["<s>", "<pad>", "</s>"]
    vocabulary += (33...126).map { String(UnicodeScalar(UInt8($0))) } + ["Ġ", "Ċ"]
    let entries = vocabulary.enumerated().map { index, token in
      "\"\(token.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\": \(index)"
    }
    let special = (0..<3).map { "{\"id\": \($0), \"content\": \"\(vocabulary[$0])\", \"special\": true}" }
    return """
      {"added_tokens": [\(special.joined(separator: ", "))], "normalizer": null,
       "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}, "post_processor": null,
       "decoder": {"type": "ByteLevel"},
       "model": {"type": "BPE", "vocab": {\(entries.joined(separator: ", "))}, "merges": []}}
      """
  }
}
