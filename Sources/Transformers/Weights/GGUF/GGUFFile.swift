import CKernels
import Foundation
import Support
import Synchronization
import Tensors

/// A GGUF file (versions 2 and 3, little-endian), mapped into memory: metadata and tensors under the names that
/// llama.cpp gives them.
///
/// Layout: "GGUF", version, counts of tensors and of metadata, the metadata, what is known of each tensor, and their
/// data from the next multiple of `general.alignment` on.
final class GGUFFile: Sendable {
  struct Entry: Sendable {
    let name: String
    let type: GGUFType
    /// Rows first, as everywhere here; the file has the fastest axis first.
    let shape: [Int]
    /// The byte of the file at which its data begin.
    let start: Int

    /// Bytes of a row (along the last axis).
    var rowBytes: Int { (shape.last ?? 1) / type.blockSize * type.blockBytes }
    var rows: Int { shape.dropLast().reduce(1, *) }
  }

  let url: URL
  /// In the order of the file.
  let keys: [String]
  let entries: [Entry]
  private let metadata: [String: GGUFValue]
  /// The keys that were asked for so far.
  private let asked = Mutex<Set<String>>([])
  private let index: [String: Int]
  private let mapping: MappedFile

  var place: String { url.relativePath }

  /// - Throws: `InputError` with the byte where the file is damaged, or has a version or element type that is not known.
  init(_ url: URL) throws {
    self.url = url
    mapping = try MappedFile(url)
    let place = url.relativePath
    var reader = ByteReader(mapping.bytes, place: place)
    guard try reader.take(4).elementsEqual("GGUF".utf8) else {
      throw InputError(at: place, phrase("error.noGgufFile"), expected: phrase("expected.ggufAtItsBeginning"))
    }
    let version = try reader.number(UInt32.self)
    guard version == 2 || version == 3 else {
      throw reader.error(
        version.byteSwapped < 16 ? phrase("expected.fileBigEndian") : phrase("expected.fileHasVersion"),
        expected: "version 2 or 3", found: "\(version.byteSwapped < 16 ? version.byteSwapped : version)")
    }
    let (tensorCount, keyCount) = (try reader.number(UInt64.self), try reader.number(UInt64.self))
    // A tensor takes at least 24 bytes, a key 13.
    guard tensorCount <= UInt64(reader.left / 24), keyCount <= UInt64(reader.left / 13) else {
      throw reader.error(
        phrase("ggufFile.fileAnnouncesMore"),
        found: phrase("ggufFile.tensorcountTensorsKeycount", ["tensorCount": tensorCount, "keyCount": keyCount]))
    }
    var keys: [String] = []
    var metadata: [String: GGUFValue] = [:]
    for _ in 0..<keyCount {
      let key = try reader.ggufText()
      let value = try reader.ggufValue(try reader.ggufType())
      guard metadata.updateValue(value, forKey: key) == nil else {
        throw reader.error(phrase("ggufFile.keyOccursTwice"), found: key.quotedForMessage)
      }
      keys.append(key)
    }
    var alignment = 32
    if case .integer(let other)? = metadata["general.alignment"] { alignment = other }
    guard alignment >= 8, alignment <= 1 << 20, alignment % 8 == 0 else {
      throw InputError(
        at: phrase("error.placeGeneralAlignment", ["place": place]), phrase("error.isImpossible"),
        expected: phrase("expected.aMultipleOf8"), found: "\(alignment)")
    }
    entries = try Self.entries(&reader, tensorCount, alignment)
    self.keys = keys
    self.metadata = metadata
    var index: [String: Int] = [:]
    for (number, entry) in entries.enumerated() where index.updateValue(number, forKey: entry.name) != nil {
      throw InputError(at: "\(place): tensor \(entry.name.quotedForMessage)", phrase("error.occursTwice"))
    }
    self.index = index
  }

  /// What the file says of each tensor, checked against its size.
  private static func entries(_ reader: inout ByteReader, _ count: UInt64, _ alignment: Int) throws -> [Entry] {
    var found: [(entry: Entry, size: Int)] = []
    for _ in 0..<count {
      let name = try reader.text(try reader.number(UInt64.self), limit: 65_535)
      let rank = try reader.number(UInt32.self)
      guard (1...4).contains(rank) else {
        throw reader.error(
          phrase("ggufFile.tensorQuotedformessageHasImpossible", ["quotedForMessage": name.quotedForMessage]),
          expected: "1 to 4", found: "\(rank)")
      }
      let axes = try (0..<rank).map { _ in Int(clamping: try reader.number(UInt64.self)) }
      let code = try reader.number(UInt32.self)
      guard let type = GGUFType(rawValue: code) else {
        throw reader.error(
          phrase("ggufFile.tensorQuotedformessageHas", ["quotedForMessage": name.quotedForMessage]),
          expected: GGUFType.names,
          found: GGUFType.name(code))
      }
      let offset = try reader.number(UInt64.self)
      var size = type.blockBytes
      var overflows = axes[0] % type.blockSize != 0
      for (axis, length) in axes.enumerated() {
        let (product, tooLarge) = size.multipliedReportingOverflow(by: axis == 0 ? length / type.blockSize : length)
        (size, overflows) = (product, overflows || tooLarge || length == 0)
      }
      guard !overflows, size <= reader.bytes.count, offset <= UInt64(reader.bytes.count) else {
        throw reader.error(
          phrase("ggufFile.tensorQuotedformessageDoes", ["quotedForMessage": name.quotedForMessage]),
          found: phrase(
            "ggufFile.codeReversedOffset",
            ["code": GGUFType.name(code), "reversed": Array(axes.reversed()), "offset": offset]))
      }
      found.append((Entry(name: name, type: type, shape: axes.reversed(), start: Int(offset)), size))
    }
    let dataStart = (reader.position + alignment - 1) / alignment * alignment
    return try found.map { entry, size in
      guard entry.start % alignment == 0, dataStart + entry.start + size <= reader.bytes.count else {
        throw InputError(
          at: "\(reader.place): tensor \(entry.name.quotedForMessage)",
          phrase("error.dataDoNot", ["alignment": alignment]),
          found: phrase(
            "found.sizeBytesDatastart",
            ["size": size, "dataStart": dataStart, "start": entry.start, "bytes": reader.bytes.count]))
      }
      return Entry(name: entry.name, type: entry.type, shape: entry.shape, start: dataStart + entry.start)
    }
  }

  /// - Throws: `InputError` where the file was changed since it was opened.
  func check() throws { try mapping.check() }

  func entry(_ name: String) -> Entry? { index[name].map { entries[$0] } }

  /// A tensor as float32, its rows (all but the last axis) in the order that `source` gives for each; nil keeps it.
  ///
  /// Quantised blocks are multiplied out; numbers in float32 that keep their order are not copied.
  func tensor(_ entry: Entry, rowsFrom source: ((Int) -> Int)? = nil) -> Tensor {
    let stored: SafetensorsType? =
      entry.type == .f32 ? .f32 : entry.type == .f16 ? .f16 : entry.type == .bf16 ? .bf16 : nil
    if source == nil, let stored, let tensor = mapping.tensor(stored, at: entry.start, shape: entry.shape) {
      return tensor
    }
    let result = Tensor(uninitialized: entry.shape)
    guard let base = mapping.bytes.baseAddress else { return result }
    let (width, rowBytes) = (entry.shape.last ?? 1, entry.rowBytes)
    let (type, target, data) = (entry.type, result.pointer, base + entry.start)
    forEachChunk(of: entry.rows, size: max(1, 65_536 / max(1, width))) { rows in
      guard let source else {
        return type.expand(data + rows.lowerBound * rowBytes, target + rows.lowerBound * width, rows.count * width)
      }
      for row in rows { type.expand(data + source(row) * rowBytes, target + row * width, width) }
    }
    mapping.giveBack(entry.start..<entry.start + entry.rows * rowBytes)
    return result
  }
}

extension GGUFFile {
  /// A value of the metadata, nil where there is none.
  func value(_ key: String) -> GGUFValue? {
    asked.withLock { _ = $0.insert(key) }
    return metadata[key]
  }

  /// The keys below a name that nobody has asked for, in the order of the file.
  func unread(below name: String) -> [String] {
    asked.withLock { asked in keys.filter { $0.hasPrefix("\(name).") && !asked.contains($0) } }
  }

  private func wrong(_ key: String, _ expected: String) -> InputError {
    guard let value = metadata[key] else {
      return InputError(at: "\(place): \(key)", phrase("error.isMissing"), expected: expected)
    }
    return InputError(at: "\(place): \(key)", phrase("error.hasWrongType"), expected: expected, found: value.kind)
  }

  func text(_ key: String) throws -> String? {
    guard let value = value(key) else { return nil }
    guard case .text(let text) = value else { throw wrong(key, "a text") }
    return text
  }

  func integer(_ key: String) throws -> Int? {
    guard let value = value(key) else { return nil }
    guard case .integer(let integer) = value else { throw wrong(key, phrase("ggufFile.anInteger")) }
    return integer
  }

  /// A whole number from 1 up that a size can be.
  func size(_ key: String) throws -> Int? {
    guard let value = try integer(key) else { return nil }
    guard (1...Configuration.most).contains(value) else {
      throw InputError(
        at: "\(place): \(key)", phrase("error.isImpossible"),
        expected: phrase("expected.wholeNumberFrom", ["most": Configuration.most]),
        found: "\(value)")
    }
    return value
  }

  func required(_ key: String) throws -> Int {
    guard let value = try size(key) else { throw wrong(key, phrase("error.anInteger")) }
    return value
  }

  func number(_ key: String) throws -> Double? {
    switch value(key) {
    case nil: return nil
    case .number(let number)?: return number
    case .integer(let integer)?: return Double(integer)
    default: throw wrong(key, "a number")
    }
  }

  func boolean(_ key: String) throws -> Bool? {
    guard let value = value(key) else { return nil }
    guard case .boolean(let flag) = value else { throw wrong(key, phrase("ggufFile.trueOrFalse")) }
    return flag
  }

  /// The elements of an array, nil where there is none.
  func array(_ key: String) throws -> [GGUFValue]? {
    guard let value = value(key) else { return nil }
    guard case .array(let array) = value else { throw wrong(key, phrase("ggufFile.anArray")) }
    var reader = ByteReader(mapping.bytes, at: array.start, place: "\(place): \(key)")
    return try (0..<array.count).map { _ in try reader.ggufValue(array.elements) }
  }

  func texts(_ key: String) throws -> [String]? {
    try array(key)?.map {
      guard case .text(let text) = $0 else { throw wrong(key, phrase("ggufFile.anArrayOfTexts")) }
      return text
    }
  }

  func integers(_ key: String) throws -> [Int]? {
    try array(key)?.map {
      guard case .integer(let integer) = $0 else { throw wrong(key, phrase("ggufFile.anArrayOfIntegers")) }
      return integer
    }
  }

  func numbers(_ key: String) throws -> [Double]? {
    try array(key)?.map {
      guard case .number(let number) = $0 else { throw wrong(key, phrase("ggufFile.anArrayOfNumbers")) }
      return number
    }
  }
}

extension GGUFType {
  /// Writes `count` numbers, a multiple of the block's size.
  fileprivate func expand(_ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
    let blocks = count / blockSize
    switch self {
    case .f32: UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: 4 * count)
    case .f16: tk_floats_from_halves(target, source, count)
    case .bf16: tk_floats_from_bfloats(target, source, count)
    case .q4_0: tk_floats_from_q4_0(target, source, blocks)
    case .q4_1: tk_floats_from_q4_1(target, source, blocks)
    case .q5_0: tk_floats_from_q5_0(target, source, blocks)
    case .q5_1: tk_floats_from_q5_1(target, source, blocks)
    case .q8_0: tk_floats_from_q8_0(target, source, blocks)
    case .q4_K: tk_floats_from_q4_K(target, source, blocks)
    case .q5_K: tk_floats_from_q5_K(target, source, blocks)
    case .q6_K: tk_floats_from_q6_K(target, source, blocks)
    }
  }
}
