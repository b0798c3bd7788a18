extension Int {
  /// "1234", "12,345": thousands apart from five digits on.
  package var grouped: String {
    let digits = String(magnitude).utf8
    var text = self < 0 ? "−" : ""
    for (index, digit) in digits.enumerated() {
      if digits.count > 4, index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.unicodeScalars.append(Unicode.Scalar(digit))
    }
    return text
  }
}
