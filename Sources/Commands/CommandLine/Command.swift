import Support

/// A thing that the program can be told to do: `tomograph report …`.
package struct Command: Sendable {
  static let version = "0.1.0"

  let name: String
  /// One line, for the list of commands.
  let summary: Message
  /// What stands after the options: `[JOB.json5]`.
  let operandNames: String
  let operands: ClosedRange<Int>
  /// Sentences for `--help`, without line breaks.
  let details: [Message]
  let options: [Option]
  let run: @Sendable (Arguments) throws -> ExitCode

  init(
    _ name: String, _ summary: Message, operandNames: String = "", operands: ClosedRange<Int> = 0...0,
    details: [Message] = [], options: [Option] = [], run: @escaping @Sendable (Arguments) throws -> ExitCode
  ) {
    self.name = name
    self.summary = summary
    self.operandNames = operandNames
    self.operands = operands
    self.details = details
    self.options = options
    self.run = run
  }

  static let all: [Command] = [.report, .render, .figure, .train, .study, .trace, .tokenize, .inspect, .rules]

  /// The program: runs the command line and returns the exit code.
  package static func main(_ commandLine: [String]) -> Int32 {
    Signals.watch()
    return run(commandLine).rawValue
  }

  /// Runs the command line and says how it ended; an error has by then been printed as one line.
  static func run(_ commandLine: [String]) -> ExitCode {
    do {
      let code = try dispatch(Array(commandLine.dropFirst()))
      try StandardOutput.flush()
      return code
    } catch {
      try? StandardOutput.flush()
      StandardError.write(line: phrase("command.tomographOneline", ["oneLine": oneLine(error)]))
      return ExitCode(error)
    }
  }

  private static func dispatch(_ words: [String]) throws -> ExitCode {
    guard let first = words.first else {
      try StandardOutput.write(help)
      return .pass
    }
    switch first {
    case "--help", "-h", "help":
      guard words.count > 1, first == "help" else {
        try StandardOutput.write(help)
        return .pass
      }
      try StandardOutput.write(try named(words[1]).help)
      return .pass
    case "--version":
      try StandardOutput.write(phrase("command.tomographVersion", ["version": version]))
      return .pass
    default:
      let command = try named(first)
      let rest = Array(words.dropFirst())
      if rest.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
        try StandardOutput.write(command.help)
        return .pass
      }
      let arguments = try Arguments(rest, of: command)
      return try Workers.with(threads: arguments.integer("threads")) { try command.run(arguments) }
    }
  }

  private static func named(_ name: String) throws -> Command {
    if let command = all.first(where: { $0.name == name }) { return command }
    let isOption = name.hasPrefix("-")
    let known = isOption ? ["--help", "--version"] : all.map(\.name)
    throw InputError(
      .usage, at: name,
      phrase(
        "error.notKnownIsoption",
        ["kind": isOption ? "option" : "command", "suggestion": suggestion(for: name, among: known)]))
  }

  private static func oneLine(_ error: any Error) -> String {
    let text = (error as? InputError)?.description ?? phrase("command.faultProgramError", ["error": "\(error)"])
    return text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
