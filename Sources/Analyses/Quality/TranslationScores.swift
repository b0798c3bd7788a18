import Foundation

/// The counts that BLEU is made of, of one text or, added up, of many: matches and n-grams of each order, words of the
/// output, words of the reference.
///
/// The score is sacreBLEU's with its defaults (Papineni 2002; Post 2018): four orders, one reference, exponential
/// smoothing, tokens as WMT's mteval-v13a makes them, or single characters of Chinese.
struct BLEU {
  static let orders = 4
  /// Matches of each order, n-grams of each order, lengths of output and reference.
  static let width = 2 * orders + 2

  let isChinese: Bool

  func counts(output: String, reference: String) -> [Double] {
    let (output, reference) = (tokens(output), tokens(reference))
    var values = [Double](repeating: 0, count: Self.width)
    for order in 1...Self.orders {
      let own = nGrams(output, order), other = nGrams(reference, order)
      values[order - 1] = Double(own.reduce(0) { $0 + min($1.value, other[$1.key] ?? 0) })
      values[Self.orders + order - 1] = Double(max(0, output.count - order + 1))
    }
    values[2 * Self.orders] = Double(output.count)
    values[2 * Self.orders + 1] = Double(reference.count)
    return values
  }

  /// `100 · min(1, e^(1 − r/c)) · (Π pₙ)^(1/4)`: where an order has no match, its precision is `1/(2ᵏ · n-grams)` at the
  /// k-th such order.
  static func score(_ counts: [Double]) -> Double {
    let (output, reference) = (counts[2 * orders], counts[2 * orders + 1])
    guard counts[..<orders].contains(where: { $0 > 0 }) else { return 0 }
    var smoothing = 1.0, sum = 0.0
    for order in 0..<orders {
      let (matches, all) = (counts[order], counts[orders + order])
      // No n-gram of this order in any output: nothing to be precise about.
      if all == 0 { return 0 }
      if matches == 0 { smoothing *= 2 }
      sum += log(matches == 0 ? 1 / (smoothing * all) : matches / all)
    }
    return 100 * min(1, exp(1 - reference / output)) * exp(sum / Double(orders))
  }

  private func nGrams(_ tokens: [String], _ order: Int) -> [[String]: Int] {
    guard tokens.count >= order else { return [:] }
    return (0...tokens.count - order).reduce(into: [:]) { $0[Array(tokens[$1..<$1 + order]), default: 0] += 1 }
  }

  /// Words, with punctuation apart, of a text.
  func tokens(_ text: String) -> [String] {
    var scalars = Array(text.unicodeScalars)
    if isChinese {
      scalars = scalars.flatMap { Self.isChinese($0) ? [" ", $0, " "] : [$0] }
    } else {
      var line = text.replacing("<skipped>", with: "").replacing("-\n", with: "").replacing("\n", with: " ")
      for (entity, sign) in [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] {
        line = line.replacing(entity, with: sign)
      }
      scalars = [" "] + line.unicodeScalars + [" "]
    }
    scalars = scalars.flatMap { Self.standsAlone($0) ? [" ", $0, " "] : [$0] }
    scalars = Self.pairs(scalars) { !Self.isDigit($0) && Self.isPoint($1) ? [$0, " ", $1, " "] : nil }
    scalars = Self.pairs(scalars) { Self.isPoint($0) && !Self.isDigit($1) ? [" ", $0, " ", $1] : nil }
    scalars = Self.pairs(scalars) { Self.isDigit($0) && $1 == "-" ? [$0, " ", $1, " "] : nil }
    return scalars.split(whereSeparator: \.properties.isWhitespace).map { word in
      var text = String.UnicodeScalarView()
      text.append(contentsOf: word)
      return String(text)
    }
  }

  /// Replaces neighbours from left to right, each scalar once.
  private static func pairs(
    _ scalars: [Unicode.Scalar], _ replace: (Unicode.Scalar, Unicode.Scalar) -> [Unicode.Scalar]?
  ) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = [], place = 0
    while place < scalars.count {
      if place + 1 < scalars.count, let pair = replace(scalars[place], scalars[place + 1]) {
        result += pair
        place += 2
      } else {
        result.append(scalars[place])
        place += 1
      }
    }
    return result
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
  private static func isPoint(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar == "," }

  /// ASCII's signs but for `'`, `,`, `-` and `.`.
  private static func standsAlone(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " "..."&", "("..."+", "/", ":"..."@", "["..."`", "{"..."~": true
    default: false
    }
  }

  /// As sacreBLEU's `zh` has it: ideographs, radicals and phonetic signs, full-width forms, and the signs from U+2001 to
  /// U+2A6D, quotation marks and dashes among them.
  private static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x2001...0x2a6d, 0x2e80...0x2fa1, 0x2ff0...0x303f, 0x3100...0x312f, 0x31a0...0x31bf, 0x31c0...0x31ef,
      0x3200...0x4db5, 0x4e00...0x9fbb, 0xf900...0xfa2d, 0xfa30...0xfa6a, 0xfa70...0xfad9, 0xfe10...0xfe1f,
      0xfe30...0xfe4f, 0xff00...0xffef:
      true
    default: false
    }
  }
}

/// The counts that chrF2 is made of: of each order the output's n-grams of characters, the reference's, and matches
/// (Popović 2015; sacreBLEU's defaults: six orders, no spaces, no words, β = 2).
enum ChrF {
  static let orders = 6
  static let width = 3 * orders

  static func counts(output: String, reference: String) -> [Double] {
    func characters(_ text: String) -> [Unicode.Scalar] {
      text.unicodeScalars.filter { !$0.properties.isWhitespace }
    }
    let (output, reference) = (characters(output), characters(reference))
    return (1...orders).flatMap { order -> [Double] in
      let own = nGrams(output, order), other = nGrams(reference, order)
      let matches = own.reduce(0) { $0 + min($1.value, other[$1.key] ?? 0) }
      return [
        other.isEmpty ? 0 : Double(max(0, output.count - order + 1)), Double(max(0, reference.count - order + 1)),
        Double(matches),
      ]
    }
  }

  /// `100 · 5·P·R / (4·P + R)`, precision and recall as means over the orders that both have.
  static func score(_ counts: [Double]) -> Double {
    var (precision, recall, orders) = (0.0, 0.0, 0.0)
    for order in 0..<Self.orders {
      let (output, reference, matches) = (counts[3 * order], counts[3 * order + 1], counts[3 * order + 2])
      guard output > 0, reference > 0 else { continue }
      precision += matches / output
      recall += matches / reference
      orders += 1
    }
    guard precision + recall > 0 else { return 0 }
    (precision, recall) = (precision / orders, recall / orders)
    return 100 * 5 * precision * recall / (4 * precision + recall)
  }

  private static func nGrams(_ characters: [Unicode.Scalar], _ order: Int) -> [[Unicode.Scalar]: Int] {
    guard characters.count >= order else { return [:] }
    return (0...characters.count - order).reduce(into: [:]) { $0[Array(characters[$1..<$1 + order]), default: 0] += 1 }
  }
}
