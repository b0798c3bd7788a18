import Foundation

/// How the camera was held: the tag 274 of the first directory of EXIF's data (a TIFF file), 0 where it is there and is
/// no whole number; nil where it is not there, or the data are no EXIF.
///
/// A number of any kind counts but single bytes without a sign, which PIL takes for text; of several the first.
func exifOrientation(_ data: UnsafeRawBufferPointer) -> Int? {
  var data = data
  for _ in 0..<2 where data.starts(with: Array("Exif\0\0".utf8)) { data = .init(rebasing: data[6...]) }
  guard data.count >= 8 else { return nil }
  let isLittle: Bool
  switch (data[0], data[1]) {
  case (0x49, 0x49): isLittle = true
  case (0x4D, 0x4D): isLittle = false
  default: return nil
  }
  func number(_ place: Int, bytes: Int) -> UInt64 {
    (0..<bytes).reduce(0) { $0 << 8 | UInt64(data[place + (isLittle ? bytes - 1 - $1 : $1)]) }
  }
  let directory = Int(number(4, bytes: 4))
  guard number(2, bytes: 2) == 42, directory <= data.count - 2 else { return nil }
  for entry in 0..<Int(number(directory, bytes: 2)) {
    let place = directory + 2 + 12 * entry
    guard place + 12 <= data.count else { return nil }
    guard number(place, bytes: 2) == 274 else { continue }
    let type = Int(number(place + 2, bytes: 2)), count = Int(number(place + 4, bytes: 4))
    guard let size = exifSizes[type], count > 0 else { continue }
    let values = count * size <= 4 ? place + 8 : Int(number(place + 8, bytes: 4))
    guard count <= data.count, values <= data.count - count * size else { continue }
    return exifNumber(type) { number(values + $0, bytes: $1) }.flatMap { Int(exactly: $0) } ?? 0
  }
  return nil
}

/// Bytes of a value, by its type in TIFF: byte, text, short, long, rational, the same with signs, undefined, float,
/// double, directory, long of 8 bytes.
private let exifSizes = [1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8]

/// A value; nil for texts. `bits` gives a number of so many bytes at an offset.
private func exifNumber(_ type: Int, _ bits: (_ offset: Int, _ bytes: Int) -> UInt64) -> Double? {
  switch type {
  case 3: Double(bits(0, 2))
  case 4, 13: Double(bits(0, 4))
  case 16: Double(bits(0, 8))
  case 6: Double(Int8(truncatingIfNeeded: bits(0, 1)))
  case 8: Double(Int16(truncatingIfNeeded: bits(0, 2)))
  case 9: Double(Int32(truncatingIfNeeded: bits(0, 4)))
  case 5: Double(bits(0, 4)) / Double(bits(4, 4))
  case 10: Double(Int32(truncatingIfNeeded: bits(0, 4))) / Double(Int32(truncatingIfNeeded: bits(4, 4)))
  case 11: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits(0, 4))))
  case 12: Double(bitPattern: bits(0, 8))
  default: nil
  }
}
