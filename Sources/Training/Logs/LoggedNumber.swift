/// The number that a text stands for, as Python, JavaScript, spreadsheets and this program write numbers: `0.5`,
/// `1e-4`, `NaN`, `-Infinity`; nil for any other text.
func loggedNumber(_ text: String) -> Double? {
  let text = text.trimming { $0 == " " || $0 == "\t" }
  switch text.lowercased() {
  case "nan", "-nan", "+nan": return .nan
  case "inf", "+inf", "infinity", "+infinity", "infinite": return .infinity
  case "-inf", "-infinity", "-infinite": return -.infinity
  default: break
  }
  guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else { return nil }
  return Double(text)
}

extension String {
  fileprivate func trimming(_ isDropped: (Character) -> Bool) -> Substring {
    var text = drop(while: isDropped)
    while let last = text.last, isDropped(last) { text.removeLast() }
    return text
  }
}
