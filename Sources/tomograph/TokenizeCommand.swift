import Foundation
import Transformers

extension Command {
  static let tokenize = Command(
    "tokenize", "Cuts lines of text into the tokens of a model.",
    operandNames: "MODEL", operands: 1...1,
    details: [
      "Reads a text a line from stdin, as it is or as a JSON string, and writes a JSON object a line with its ids and "
        + "tokens."
    ],
    options: [
      Option("offsets", .flag, "also the part of the text that each token stands for, in Unicode scalars"),
      Option("no-special", .flag, "without the tokens that are added around the text"),
    ],
    run: { arguments in
      let tokenizer = try Tokenizer(directory: URL(filePath: arguments.operands[0]))
      let (offsets, special) = (arguments.has("offsets"), !arguments.has("no-special"))
      var input = StandardInput()
      while let line = try input.nextLine() {
        let encoding = tokenizer.encode(text(line), addSpecialTokens: special)
        try StandardOutput.write(json(encoding, offsets: offsets))
      }
      return .pass
    })

  /// What a line stands for: the text of a JSON string, or itself.
  private static func text(_ line: String) -> String {
    guard line.utf8.first == UInt8(ascii: "\""), let data = line.data(using: .utf8),
      let text = try? JSONDecoder().decode(String.self, from: data)
    else { return line }
    return text
  }

  /// `{"ids":[…],"tokens":[…],"offsets":[[0,3],…]}`
  private static func json(_ encoding: Encoding, offsets: Bool) -> String {
    let ids = encoding.ids.map { "\($0)" }.joined(separator: ",")
    let tokens = encoding.tokens.map(quoted).joined(separator: ",")
    var text = "{\"ids\":[\(ids)],\"tokens\":[\(tokens)]"
    if offsets {
      let ranges = encoding.offsets.map { "[\($0.lowerBound),\($0.upperBound)]" }.joined(separator: ",")
      text += ",\"offsets\":[\(ranges)]"
    }
    return text + "}\n"
  }

  private static func quoted(_ token: String) -> String {
    var text = "\""
    for scalar in token.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case _ where scalar.value < 32 || scalar.value == 127:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
