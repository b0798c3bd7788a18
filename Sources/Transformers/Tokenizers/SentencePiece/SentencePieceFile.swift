import Foundation
import Support

/// A SentencePiece `.model` file: a protocol buffer (`ModelProto`) of pieces, the trainer's and the normaliser's
/// settings.
struct SentencePieceFile: Sendable {
  enum Kind: UInt64, Sendable { case normal = 1, unknown, control, userDefined, unused, byte }

  struct Piece: Sendable {
    var text: String
    var score: Float = 0
    var kind = Kind.normal
  }

  var pieces: [Piece] = []
  /// 1 unigram, 2 byte-pair encoding; words and characters are 3 and 4.
  var modelType: UInt64 = 1
  var fallsBackToBytes = false
  var treatsSpaceAsSuffix = false
  var unknownSurface = " \u{2047} "
  var characterMap: [UInt8] = []
  var addsDummyPrefix = true
  var removesExtraSpaces = true
  var escapesSpaces = true

  /// Errors: cannot be read, is no such buffer, has no pieces or no unknown one.
  init(_ url: URL) throws {
    let place = url.path(percentEncoded: false)
    guard let data = try? Data(contentsOf: url) else { throw InputError(at: place, phrase("error.cannotBeRead")) }
    try LargeFilePointer.refuse(data, at: place)
    for field in try ProtocolBuffer.fields([UInt8](data)[...], place: place) {
      switch field.number {
      case 1: pieces.append(try Self.piece(field.bytes, place))
      case 2: try readTrainer(field.bytes, place)
      case 3: try readNormalizer(field.bytes, place)
      default: break
      }
    }
    guard pieces.contains(where: { $0.kind == .unknown }) else {
      throw InputError(at: place, phrase("error.noSentencepieceModel"), expected: phrase("expected.piecesUnknownOne"))
    }
  }

  private static func piece(_ bytes: ArraySlice<UInt8>, _ place: String) throws -> Piece {
    var piece = Piece(text: "")
    for field in try ProtocolBuffer.fields(bytes, place: place) {
      switch field.number {
      case 1: piece.text = try text(field.bytes, place)
      case 2: piece.score = Float(bitPattern: UInt32(truncatingIfNeeded: field.number64))
      case 3:
        guard let kind = Kind(rawValue: field.number64) else {
          throw InputError(at: place, phrase("error.hasPieceUnknown"), found: "\(field.number64)")
        }
        piece.kind = kind
      default: break
      }
    }
    return piece
  }

  private static func text(_ bytes: ArraySlice<UInt8>, _ place: String) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw InputError(at: place, phrase("error.hasPieceNot"))
    }
    return text
  }

  private mutating func readTrainer(_ bytes: ArraySlice<UInt8>, _ place: String) throws {
    for field in try ProtocolBuffer.fields(bytes, place: place) {
      switch field.number {
      case 3: modelType = field.number64
      case 24: treatsSpaceAsSuffix = field.number64 != 0
      case 35: fallsBackToBytes = field.number64 != 0
      case 44: unknownSurface = try Self.text(field.bytes, place)
      default: break
      }
    }
  }

  private mutating func readNormalizer(_ bytes: ArraySlice<UInt8>, _ place: String) throws {
    for field in try ProtocolBuffer.fields(bytes, place: place) {
      switch field.number {
      case 2: characterMap = Array(field.bytes)
      case 3: addsDummyPrefix = field.number64 != 0
      case 4: removesExtraSpaces = field.number64 != 0
      case 5: escapesSpaces = field.number64 != 0
      default: break
      }
    }
  }
}

/// The fields of a protocol-buffer message.
enum ProtocolBuffer {
  struct Field {
    var number: UInt64
    /// The value of a number, as bits where it is a fraction.
    var number64: UInt64 = 0
    /// The value of a string or a message.
    var bytes: ArraySlice<UInt8> = []
  }

  /// Errors: `InputError` with the byte at which the message breaks off or has a type that there is not.
  static func fields(_ bytes: ArraySlice<UInt8>, place: String) throws -> [Field] {
    var fields: [Field] = []
    var position = bytes.startIndex
    func broken() -> InputError { InputError(at: "\(place): byte \(position)", phrase("error.noProtocolBuffer")) }
    func take(_ count: Int) throws -> ArraySlice<UInt8> {
      guard count >= 0, count <= bytes.endIndex - position else { throw broken() }
      defer { position += count }
      return bytes[position..<(position + count)]
    }
    func variable() throws -> UInt64 {
      var value: UInt64 = 0
      for shift in stride(from: 0, to: 64, by: 7) {
        guard position < bytes.endIndex else { throw broken() }
        let byte = bytes[position]
        position += 1
        value |= UInt64(byte & 0x7F) << UInt64(shift)
        if byte < 0x80 { return value }
      }
      throw broken()
    }
    func fixed(_ count: Int) throws -> UInt64 { try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) } }
    while position < bytes.endIndex {
      let key = try variable()
      var field = Field(number: key >> 3)
      switch key & 7 {
      case 0: field.number64 = try variable()
      case 1: field.number64 = try fixed(8)
      case 2: field.bytes = try take(Int(clamping: try variable()))
      case 5: field.number64 = try fixed(4)
      default: throw broken()
      }
      fields.append(field)
    }
    return fields
  }
}
