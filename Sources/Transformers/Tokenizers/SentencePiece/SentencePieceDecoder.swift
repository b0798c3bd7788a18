/// From SentencePiece's pieces back to text: marks become spaces, the one in front is dropped, byte pieces become
/// characters (U+FFFD for each that is no UTF-8), unknown ones the model's surface for them.
struct SentencePieceDecoder: Sendable {
  let controls: Set<String>
  let unknown: String
  let unknownSurface: String
  let addsDummyPrefix, removesExtraSpaces: Bool

  func decode(_ tokens: [String]) -> String {
    var text = ""
    var bytes: [UInt8] = []
    var mayDropMark = true
    var hasDroppedMark = false

    func flush() {
      text += String(decoding: bytes, as: UTF8.self)
      bytes = []
    }
    for token in tokens {
      if let byte = Decoder.byteFallback(token) {
        bytes.append(byte)
        continue
      }
      flush()
      if hasDroppedMark || !text.isEmpty { mayDropMark = false }
      hasDroppedMark = false
      if controls.contains(token) { continue }
      if token.utf8.elementsEqual(unknown.utf8) {
        text += unknownSurface
        continue
      }
      var scalars = token.unicodeScalars[...]
      if mayDropMark, addsDummyPrefix || removesExtraSpaces, scalars.first == "\u{2581}" {
        scalars.removeFirst()
        hasDroppedMark = !removesExtraSpaces
      }
      for scalar in scalars { text.unicodeScalars.append(scalar == "\u{2581}" ? " " : scalar) }
    }
    flush()
    return text
  }
}
