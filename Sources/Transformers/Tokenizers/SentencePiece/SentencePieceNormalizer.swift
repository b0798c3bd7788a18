import Foundation
import Support

/// What SentencePiece does to a text: its character map, spaces made visible, extra ones removed, one put in front.
///
/// A scalar of the result reaches in the original from where it was made to where the next one was.
struct SentencePieceNormalizer: Normalizer {
  let map: CharacterMap?
  let userDefined: ByteTrie?
  let addsDummyPrefix, removesExtraSpaces, escapesSpaces, treatsSpaceAsSuffix: Bool

  func normalize(_ text: inout [AlignedScalar]) {
    let input = AlignedText(text)
    // Where each byte of the input begins in the original, and where the text ends.
    let starts = (input.spans ?? []).map(\.start) + [text.last?.end ?? 0]
    let space: UInt32 = escapesSpaces ? 0x2581 : 0x20
    var output: [AlignedScalar] = []
    var consumed = 0

    func append(_ value: UInt32) {
      output.append(AlignedScalar(value: value, start: starts[consumed], end: starts[consumed]))
    }
    input.bytes.withUnsafeBufferPointer { bytes in
      while removesExtraSpaces, consumed < bytes.count {
        let (prefix, length) = normalizedPrefix(bytes, consumed)
        guard prefix == [0x20] else { break }
        consumed += length
      }
      guard consumed < bytes.count else { return }
      if addsDummyPrefix, !treatsSpaceAsSuffix { append(space) }
      var isAfterSpace = removesExtraSpaces
      while consumed < bytes.count {
        let (prefix, length) = normalizedPrefix(bytes, consumed)
        let kept = prefix.drop { isAfterSpace && $0 == 0x20 }
        for scalar in String(decoding: kept, as: UTF8.self).unicodeScalars {
          append(scalar == " " ? space : scalar.value)
        }
        if let last = kept.last { isAfterSpace = removesExtraSpaces && last == 0x20 }
        consumed += length
      }
    }
    var end = starts[consumed]
    while removesExtraSpaces, let last = output.last, last.value == space {
      end = last.start
      output.removeLast()
    }
    if addsDummyPrefix, treatsSpaceAsSuffix, !output.isEmpty {
      output.append(AlignedScalar(value: space, start: end, end: end))
    }
    for index in output.indices { output[index].end = index + 1 < output.count ? output[index + 1].start : end }
    text = output
  }

  /// What the bytes at `position` become, and how many they are.
  private func normalizedPrefix(_ bytes: UTF8Bytes, _ position: Int) -> (ArraySlice<UInt8>, Int) {
    var frozen = 0
    userDefined?.forEachPrefix(of: bytes, from: position) { end, _ in frozen = end - position }
    if frozen > 0 { return (ArraySlice(bytes[position..<(position + frozen)]), frozen) }
    if let match = map?.match(bytes, from: position, longest: true) { return match }
    let length = scalarLength(leadingByte: bytes[position])
    return (ArraySlice(bytes[position..<(position + length)]), length)
  }
}

/// The same character map as the `tokenizers` library applies it (`Precompiled`): to whole grapheme clusters of up to
/// five bytes, else to scalars; of several strings of the map the shortest is taken.
struct PrecompiledNormalizer: Normalizer {
  let map: CharacterMap

  init(_ field: JSONField) throws {
    let blob = try field.required("precompiled_charsmap")
    guard let data = Data(base64Encoded: try blob.string()) else {
      throw InputError(at: blob.place, phrase("error.isNotBase64"))
    }
    map = try CharacterMap([UInt8](data), place: blob.place)
  }

  func normalize(_ text: inout [AlignedScalar]) {
    var changes: [ScalarChange] = []
    let scalars = text.map { Unicode.Scalar($0.value) ?? "\u{FFFD}" }
    for grapheme in String(String.UnicodeScalarView(scalars)) {
      if grapheme.utf8.count < 6, replace(String(grapheme), &changes) { continue }
      for scalar in grapheme.unicodeScalars where !replace(String(scalar), &changes) {
        changes.append(ScalarChange(value: scalar.value, change: 0))
      }
    }
    text.transform(changes)
  }

  private func replace(_ part: String, _ changes: inout [ScalarChange]) -> Bool {
    let match = Array(part.utf8).withUnsafeBufferPointer { map.match($0, from: 0, longest: false)?.replacement }
    guard let match else { return false }
    let new = String(decoding: match, as: UTF8.self).unicodeScalars
    let surplus = new.count - part.unicodeScalars.count
    for (index, scalar) in new.enumerated() {
      changes.append(ScalarChange(value: scalar.value, change: index >= new.count - surplus ? 1 : 0))
    }
    if surplus < 0, !changes.isEmpty { changes[changes.count - 1].change += surplus }
    return true
  }
}
