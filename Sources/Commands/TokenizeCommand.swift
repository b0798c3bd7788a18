import Foundation
import Support
import Transformers

extension Command {
  static let tokenize = Command(
    "tokenize", "command.tokenize.summary",
    operandNames: "MODEL", operands: 1...1,
    details: [
      "command.tokenize.detail1"
    ],
    options: [
      Option("offsets", .flag, "option.offsets"),
      Option("no-special", .flag, "option.no-special"),
    ],
    run: { arguments in
      let tokenizer = try Tokenizer(directory: URL(filePath: arguments.operands[0]))
      let (offsets, special) = (arguments.has("offsets"), !arguments.has("no-special"))
      var input = StandardInput()
      while true {
        let lines = try input.nextLines()
        if lines.isEmpty { return .pass }
        var answers = [[UInt8]](repeating: [], count: lines.count)
        answers.withUnsafeMutableBufferPointer { buffer in
          nonisolated(unsafe) let answers = buffer
          forEachChunk(of: lines.count, size: 64) { chunk in
            for index in chunk {
              let encoding = tokenizer.encode(text(lines[index]), addSpecialTokens: special)
              answers[index] = json(encoding, offsets: offsets)
            }
          }
        }
        for answer in answers { try StandardOutput.write(answer) }
      }
    })

  /// What a line stands for: the text of a JSON string, or itself.
  private static func text(_ line: String) -> String {
    guard line.utf8.first == UInt8(ascii: "\"") else { return line }
    let inner = line.utf8.dropFirst().dropLast()
    // Without an escape or another quote inside, what stands between the quotes is the text.
    if line.utf8.count > 1, line.utf8.last == UInt8(ascii: "\""),
      inner.allSatisfy({ $0 >= 32 && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "\"") })
    {
      return String(Substring(inner))
    }
    return (try? JSON(Array(line.utf8), place: ""))?.string ?? line
  }

  /// `{"ids": […], "offsets": [[0, 3], …], "tokens": […]}`
  private static func json(_ encoding: Encoding, offsets: Bool) -> [UInt8] {
    JSONLine.bytes(capacity: 32 + 20 * encoding.ids.count) { line in
      line.add("ids", encoding.ids)
      if offsets { line.add("offsets", encoding.offsets.map { [$0.lowerBound, $0.upperBound] }) }
      line.add("tokens", encoding.tokens)
    }
  }
}
