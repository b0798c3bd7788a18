/// Cuts a range as GPT-2's pattern does:
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
func gpt2Words(in bytes: UTF8Bytes, _ range: Range<Int>, into words: inout [Range<Int>]) {
  let kinds: ScalarClass = [.letter, .number, .whiteSpace]
  let end = range.upperBound
  var start = range.lowerBound

  /// The end of the run of one class that starts at `position`.
  func runEnd(_ kind: ScalarClass, from position: Int) -> Int {
    var position = position
    while position < end {
      let (value, length) = bytes.scalar(at: position)
      guard ScalarClass.of(value).intersection(kinds) == kind else { break }
      position += length
    }
    return position
  }

  while start < end {
    let (value, length) = bytes.scalar(at: start)
    let kind = ScalarClass.of(value).intersection(kinds)
    var stop = start + length
    if value == 0x27, let contraction = contractionLength(bytes, stop, end) {
      stop += contraction
    } else if kind != .whiteSpace {
      stop = runEnd(kind, from: stop)
    } else {
      let runStop = runEnd(.whiteSpace, from: stop)
      if runStop == end {
        stop = end
      } else if runStop > stop {
        stop = runStop - bytes.scalar(before: runStop).length
      } else if value == 0x20 {
        let next = ScalarClass.of(bytes.scalar(at: stop).value).intersection(kinds)
        stop = runEnd(next, from: stop)
      }
    }
    words.append(start..<stop)
    start = stop
  }
}

/// Length of `s`, `t`, `re`, `ve`, `m`, `ll` or `d` after an apostrophe.
@inline(__always)
private func contractionLength(_ bytes: UTF8Bytes, _ position: Int, _ end: Int) -> Int? {
  guard position < end else { return nil }
  switch bytes[position] {
  case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 1
  case UInt8(ascii: "r"), UInt8(ascii: "v"):
    return position + 1 < end && bytes[position + 1] == UInt8(ascii: "e") ? 2 : nil
  case UInt8(ascii: "l"): return position + 1 < end && bytes[position + 1] == UInt8(ascii: "l") ? 2 : nil
  default: return nil
  }
}
