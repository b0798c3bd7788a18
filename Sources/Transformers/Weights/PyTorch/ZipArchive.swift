import Support

/// The members of a zip archive in memory, as far as PyTorch makes use of the format: stored without compression.
///
/// Sizes and places are those of the central directory (PKWARE's APPNOTE 4.3.12, zip64 4.5.3), so data descriptors are
/// not needed. Encrypted and compressed members are refused where they are asked for.
struct ZipArchive {
  private struct Member {
    let name: String
    let flags: UInt16
    let method: UInt16
    let packed: Int
    let size: Int
    let header: Int
  }

  private let bytes: UnsafeRawBufferPointer
  private let place: String
  private let directoryStart: Int
  private let members: [Member]
  private let index: [String: Int]

  /// In the order of the directory.
  var names: [String] { members.map(\.name) }

  static func isZip(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: [0x50, 0x4B, 3, 4]) }

  /// - Throws: `InputError` where the directory is missing, damaged, or points beyond the file.
  init(_ bytes: UnsafeRawBufferPointer, place: String) throws {
    self.bytes = bytes
    self.place = place
    let end = try Self.directory(bytes, place)
    directoryStart = end.start
    var reader = ByteReader(
      UnsafeRawBufferPointer(rebasing: bytes[..<(end.start + end.size)]), at: end.start, place: place)
    var members: [Member] = []
    var index: [String: Int] = [:]
    for _ in 0..<end.count {
      let member = try Self.member(&reader)
      guard index.updateValue(members.count, forKey: member.name) == nil else {
        throw reader.error(phrase("zipArchive.zipDirectoryNames"), found: member.name.quotedForMessage)
      }
      members.append(member)
    }
    guard reader.left == 0 else { throw reader.error(phrase("zipArchive.zipDirectoryLonger")) }
    self.members = members
    self.index = index
  }

  /// Where the central directory lies and how many members it has.
  private static func directory(
    _ bytes: UnsafeRawBufferPointer, _ place: String
  ) throws -> (start: Int, size: Int, count: Int) {
    let signature: [UInt8] = [0x50, 0x4B, 5, 6]
    // The record ends with a comment of at most 65,535 bytes that reaches to the end of the file.
    let possible = stride(from: bytes.count - 22, through: max(0, bytes.count - 22 - 65_535), by: -1)
    let position = possible.first { start in
      bytes[start..<start + 4].elementsEqual(signature)
        && start + 22 + Int(bytes[start + 20]) + Int(bytes[start + 21]) << 8 == bytes.count
    }
    guard let position else {
      throw InputError(at: place, phrase("error.zipArchiveWithout"), expected: phrase("expected.aFileThatIsComplete"))
    }
    var reader = ByteReader(bytes, at: position + 8, place: place)
    _ = try reader.number(UInt16.self)
    var count = UInt64(try reader.number(UInt16.self))
    var size = UInt64(try reader.number(UInt32.self))
    var start = UInt64(try reader.number(UInt32.self))
    if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
      guard position >= 20, bytes[position - 20..<position - 16].elementsEqual([0x50, 0x4B, 6, 7]) else {
        throw reader.error(phrase("zipArchive.zip64DirectoryMissing"))
      }
      var locator = ByteReader(bytes, at: position - 12, place: place)
      guard let large = Int(exactly: try locator.number(UInt64.self)), large <= bytes.count - 56,
        bytes[large..<large + 4].elementsEqual([0x50, 0x4B, 6, 6])
      else { throw locator.error(phrase("zipArchive.pointsNoZip64")) }
      var record = ByteReader(bytes, at: large + 32, place: place)
      count = try record.number(UInt64.self)
      size = try record.number(UInt64.self)
      start = try record.number(UInt64.self)
    }
    guard start <= UInt64(position), size <= UInt64(position) - start, count <= size / 46 else {
      throw reader.error(
        phrase("zipArchive.zipDirectoryDoes"),
        found: phrase("zipArchive.countMembersSize", ["count": count, "size": size, "start": start]))
    }
    return (Int(start), Int(size), Int(count))
  }

  private static func member(_ reader: inout ByteReader) throws -> Member {
    let start = reader
    guard try reader.number(UInt32.self) == 0x0201_4B50 else {
      throw start.error(phrase("zipArchive.zipDirectoryDamaged"))
    }
    _ = try reader.take(4)
    let flags = try reader.number(UInt16.self)
    let method = try reader.number(UInt16.self)
    _ = try reader.take(8)
    var packed = UInt64(try reader.number(UInt32.self))
    var size = UInt64(try reader.number(UInt32.self))
    let nameLength = try reader.number(UInt16.self)
    let extraLength = try reader.number(UInt16.self)
    let commentLength = try reader.number(UInt16.self)
    _ = try reader.take(8)
    var header = UInt64(try reader.number(UInt32.self))
    let name = try reader.text(nameLength, limit: 65_535)
    var extra = ByteReader(try reader.take(extraLength), place: "\(reader.place): \(name.quotedForMessage)")
    _ = try reader.take(commentLength)
    while extra.left >= 4 {
      let kind = try extra.number(UInt16.self)
      let length = try extra.number(UInt16.self)
      var field = ByteReader(try extra.take(length), place: extra.place)
      guard kind == 1 else { continue }
      if size == 0xFFFF_FFFF { size = try field.number(UInt64.self) }
      if packed == 0xFFFF_FFFF { packed = try field.number(UInt64.self) }
      if header == 0xFFFF_FFFF { header = try field.number(UInt64.self) }
    }
    return Member(
      name: name, flags: flags, method: method, packed: Int(clamping: packed), size: Int(clamping: size),
      header: Int(clamping: header))
  }

  func contains(_ name: String) -> Bool { index[name] != nil }

  /// Where the bytes of a member lie in the file.
  ///
  /// - Throws: `InputError` where it is missing, encrypted, compressed, or not where the directory says.
  func range(_ name: String) throws -> Range<Int> {
    guard let member = index[name].map({ members[$0] }) else {
      throw InputError(at: place, phrase("error.hasNoMember", ["quotedForMessage": name.quotedForMessage]))
    }
    let place = "\(place): \(name.quotedForMessage)"
    guard member.flags & 1 == 0 else { throw InputError(at: place, phrase("error.isEncrypted")) }
    guard member.method == 0 else {
      throw InputError(
        at: place, phrase("error.isCompressed"), expected: phrase("expected.memberStoredTorch"),
        found: phrase("found.methodMethod", ["method": member.method]))
    }
    guard member.packed == member.size else {
      throw InputError(
        at: place, phrase("error.storedButHas"),
        found: phrase("found.packedSizeBytes", ["packed": member.packed, "size": member.size]))
    }
    var reader = ByteReader(
      UnsafeRawBufferPointer(rebasing: bytes[..<directoryStart]), at: min(member.header, directoryStart), place: place)
    guard try reader.number(UInt32.self) == 0x0403_4B50 else { throw reader.error(phrase("error.hasNoHeader")) }
    _ = try reader.take(22)
    let nameLength = try reader.number(UInt16.self)
    let extraLength = try reader.number(UInt16.self)
    guard try reader.take(nameLength).elementsEqual(name.utf8) else {
      throw reader.error(phrase("zipArchive.hasAnotherName"))
    }
    _ = try reader.take(extraLength)
    let start = reader.position
    _ = try reader.take(member.size)
    return start..<start + member.size
  }
}
