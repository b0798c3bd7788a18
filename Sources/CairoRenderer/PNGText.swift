/// Text chunks of a PNG.
enum PNGText {
  /// The file with texts behind its header, each an `iTXt` chunk in UTF-8 (PNG 1.2, 4.2.3.3); empty ones are left out.
  ///
  /// - Parameter png: a whole file, whose header chunk comes first.
  static func inserting(_ texts: [(keyword: StaticString, text: String)], into png: [UInt8]) -> [UInt8] {
    // Signature, then the header: length, name, 13 bytes, checksum.
    let place = 8 + 12 + 13
    guard png.count > place else { return png }
    let chunks = texts.filter { !$0.text.isEmpty }.flatMap { chunk("\($0.keyword)", $0.text) }
    return Array(png[..<place] + chunks + png[place...])
  }

  private static func chunk(_ keyword: String, _ text: String) -> [UInt8] {
    let clean = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value != 0 }))
    // Not compressed, no language, no translation.
    let data = Array(keyword.utf8) + [0, 0, 0, 0, 0] + Array(clean.utf8)
    let named = Array("iTXt".utf8) + data
    return bytes(UInt32(data.count)) + named + bytes(checksum(named))
  }

  private static func bytes(_ number: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  /// CRC-32 of ISO 3309.
  private static func checksum(_ data: [UInt8]) -> UInt32 {
    ~data.reduce(~0 as UInt32) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0xEDB8_8320 : rest >> 1 }
    }
  }
}
