import Support

internal import CISAL
internal import Foundation

/// The frame of TensorFlow's record files: length (8 bytes, little-endian), masked CRC-32C of it (4), the record, masked
/// CRC-32C of that (4).
///
/// Source: tensorflow/tsl/lib/io/record_writer.h.
enum EventRecords {
  /// The records of a file, as far as they can be told apart, and what is wrong with the others.
  ///
  /// A record whose checksum is wrong is left out; behind a length whose checksum is wrong nothing can be read; what a
  /// writer left unfinished at the end is left out.
  static func read(_ file: Data, place: String) -> (records: [ArraySlice<UInt8>], notes: [Message]) {
    let bytes = [UInt8](file)
    var records: [ArraySlice<UInt8>] = []
    var notes: [Message] = []
    var damaged = 0
    var position = 0
    while position < bytes.count {
      guard position + 12 <= bytes.count else {
        notes.append(Message("note.training.cutFrame", ["place": place, "position": position]))
        break
      }
      let length = number(bytes[position..<position + 8])
      guard checksum(bytes[position..<position + 8]) == UInt32(number(bytes[position + 8..<position + 12])) else {
        notes.append(Message("note.training.damagedLength", ["place": place, "position": position]))
        break
      }
      guard length <= UInt64(bytes.count), position + 12 + Int(length) + 4 <= bytes.count else {
        notes.append(
          Message("note.training.cutRecord", ["place": place, "position": position, "length": length]))
        break
      }
      let start = position + 12
      let record = bytes[start..<start + Int(length)]
      position = start + Int(length) + 4
      if checksum(record) == UInt32(number(bytes[position - 4..<position])) {
        records.append(record)
      } else {
        damaged += 1
        if damaged == 1 {
          notes.append(Message("note.training.damagedRecord", ["place": place, "start": start]))
        }
      }
    }
    if damaged > 1 { notes.append(Message("note.training.damagedRecords", ["place": place, "damaged": damaged])) }
    return (records, notes)
  }

  /// A record in its frame.
  static func frame(_ record: [UInt8]) -> [UInt8] {
    func bytes(_ number: UInt64, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
    }
    let length = bytes(UInt64(record.count), 8)
    return length + bytes(UInt64(checksum(length[...])), 4) + record + bytes(UInt64(checksum(record[...])), 4)
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// CRC-32C, turned by 15 bits and moved, so that a checksum of data that holds checksums is no trivial number.
  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    let crc = bytes.withUnsafeBufferPointer { isal_crc32c($0.baseAddress, $0.count) }
    return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
  }
}
