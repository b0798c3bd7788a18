extension Int {
  /// "123", "1,234", "12,345": thousands apart.
  package var grouped: String {
    let digits = String(magnitude).utf8
    var text = self < 0 ? "−" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.unicodeScalars.append(Unicode.Scalar(digit))
    }
    return text
  }
}
