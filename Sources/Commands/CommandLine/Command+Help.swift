import Support

extension Command {
  /// What `tomograph --help` prints.
  static var help: String {
    let width = all.map(\.name.count).max() ?? 0
    var text = "\(phrase("help.usage", ["line": "tomograph COMMAND [OPTIONS]"]))\n\n\(phrase("help.purpose"))\n\n"
    for command in all { text += "  \(padded(command.name, to: width))  \(command.summary.text)\n" }
    let end = phrase("help.end") + " " + phrase("help.exitCodes")
    return text + "\n" + wrapped(end, to: 100).joined(separator: "\n") + "\n"
  }

  /// What `tomograph <command> --help` prints.
  var help: String {
    let line = (["tomograph", name] + (options.isEmpty ? [] : ["[OPTIONS]"]) + [operandNames]).filter { !$0.isEmpty }
    var text = phrase("help.usage", ["line": line.joined(separator: " ")])
    text += "\n\n\(summary.text)\n"
    for paragraph in details { text += "\n" + wrapped(paragraph.text, to: 100).joined(separator: "\n") + "\n" }
    guard !options.isEmpty else { return text }
    text += "\n"
    // Explanations stand in a column; an option too long for it has its own line.
    let width = min(27, options.map(\.spelling.count).max() ?? 0)
    let indent = padded("", to: width + 4)
    for option in options {
      let lines = wrapped(option.help, to: 100 - indent.count)
      text += "  " + padded(option.spelling, to: width)
      text += option.spelling.count > width ? "\n" + indent : "  "
      text += lines.joined(separator: "\n" + indent) + "\n"
    }
    return text
  }
}

private func padded(_ text: String, to width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

private func wrapped(_ paragraph: String, to width: Int) -> [String] {
  var lines = [""]
  for word in paragraph.split(separator: " ") {
    let line = lines[lines.count - 1]
    if !line.isEmpty, line.count + 1 + word.count > width {
      lines.append(String(word))
    } else {
      lines[lines.count - 1] += (line.isEmpty ? "" : " ") + word
    }
  }
  return lines
}
