/// How the camera was held, 1 to 8: the tag 274 of the first directory of EXIF's data (a TIFF file); nil where it is
/// not said, or the data are no EXIF.
func exifOrientation(_ data: UnsafeRawBufferPointer) -> Int? {
  guard data.count >= 8 else { return nil }
  let isLittle: Bool
  switch (data[0], data[1]) {
  case (0x49, 0x49): isLittle = true
  case (0x4D, 0x4D): isLittle = false
  default: return nil
  }
  func number(_ place: Int, bytes: Int) -> Int {
    (0..<bytes).reduce(0) { $0 << 8 | Int(data[place + (isLittle ? bytes - 1 - $1 : $1)]) }
  }
  let directory = number(4, bytes: 4)
  guard number(2, bytes: 2) == 42, directory <= data.count - 2 else { return nil }
  for entry in 0..<number(directory, bytes: 2) {
    let place = directory + 2 + 12 * entry
    guard place + 12 <= data.count else { return nil }
    guard number(place, bytes: 2) == 274 else { continue }
    // One whole number of two bytes.
    let isOne = number(place + 2, bytes: 2) == 3 && number(place + 4, bytes: 4) == 1
    let value = number(place + 8, bytes: 2)
    return isOne && (1...8).contains(value) ? value : nil
  }
  return nil
}
