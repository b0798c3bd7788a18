import Foundation
import Testing

@testable import Commands

@Suite("The command line")
struct CommandLineTests {
  @Test("every command explains itself, with each of its options", arguments: Command.all.map(\.name))
  func help(name: String) throws {
    let outcome = try Program.run([name, "--help"])
    #expect(outcome.code == 0)
    #expect(outcome.errors.isEmpty)
    #expect(outcome.output.hasPrefix("usage: tomograph \(name)"))
    let command = try #require(Command.all.first { $0.name == name })
    for option in command.options { #expect(outcome.output.contains("--\(option.name)")) }
    #expect(try Program.run(["help", name]).output == outcome.output)
    #expect(try Program.run(["--help"]).output.contains("  \(name)"))
  }

  @Test("the program's name alone prints the help")
  func bare() throws {
    let outcome = try Program.run([])
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    #expect(outcome.output == (try Program.run(["--help"]).output))
  }

  @Test("the version is one line")
  func version() throws {
    let outcome = try Program.run(["--version"])
    #expect(outcome.code == 0)
    #expect(outcome.output == "tomograph \(Command.version)\n")
  }

  @Test(
    "a wrong command line is one line on stderr, code 2, and nothing on stdout",
    arguments: [
      (["reprot"], "reprot: is not a known command, the nearest is \"report\""),
      (["--verison"], "the nearest is \"--version\""),
      (["report", "--fromats", "svg"], "report: --fromats: is not a known option, the nearest is \"--formats\""),
      (["report", "-q"], "-q: is not a known option"),
      (["report", "--limit", "many"], "--limit: has the wrong type, expected a whole number, found \"many\""),
      (["report", "--limit", "-3"], "--limit: is out of range, expected at least 1, found \"-3\""),
      (["report", "--limit=0"], "--limit: is out of range"),
      (["report", "--limit"], "--limit: needs a value, expected --limit N"),
      (["report", "--out", "--quiet"], "--out: needs a value"),
      (["report", "--out="], "--out: is empty"),
      (["report", "--quiet=yes"], "--quiet: takes no value"),
      (["report", "--seed", "1", "--seed=2"], "--seed: is given twice"),
      (["report", "--formats", "svg,pgn"], "--formats: \"pgn\" is not known, the nearest is \"png\""),
      (["report", "--formats", "svg,,png"], "--formats: has an empty name"),
      (["report", "--analyses", "atention"], "the nearest is \"attention\""),
      (["report", "--fail-on", "war"], "the nearest is \"warn\""),
      (["report", "a.json", "b.json"], "\"b.json\": is one operand too many"),
      (["report", "--corpus", "text.txt"], "needs a job file or --model"),
      (["report", "nowhere.json5"], "nowhere.json5: does not exist"),
      (["report", "--thresholds", "nowhere.json5"], "nowhere.json5: does not exist"),
      (["report", "--assets", "/nowhere"], "--assets: /nowhere: is not a folder"),
      (["trace"], "trace: needs MODEL"),
      (["trace", "model"], "trace: needs --input"),
      (["help", "reprot"], "the nearest is \"report\""),
      (["report", "--precision", "f16"], "--precision: "),
      (["report", "--model", "m", "--name", "a/b"], "--name: cannot be the name of a folder"),
      (["render", "run", "--name", ".."], "--name: cannot be the name of a folder"),
      (["figure", "run", "id", "-o", "x.jpg"], "x.jpg: ends like no format of figures, expected .svg, .png, .pdf"),
      (["figure", "run", "id", "-o", "x.png", "--format", "pdf"], "contradicts --format, expected .pdf, found .png"),
      (["figure", "run", "-o", "x.png"], "is for one figure, expected its ID behind the run"),
    ])
  func usage(arguments: [String], message: String) throws {
    let outcome = try Program.run(arguments)
    #expect(outcome.code == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.errors.hasPrefix("tomograph: "))
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
  }

  @Test("a line break in what was given does not break the line of the error")
  func lineBreaks() throws {
    let outcome = try Program.run(["re\nport"])
    #expect(outcome.code == 2)
    #expect(outcome.errorLines.count == 1)
  }

  @Test("a model that is not there is code 3, and leaves nothing behind")
  func missingModel() throws {
    let scratch = try Scratch()
    let outcome = try Program.run(["report", "--model", "nowhere", "--quiet"], in: scratch.folder)
    #expect(outcome.code == 3)
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.errors.hasPrefix("tomograph: nowhere"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path(percentEncoded: false)).isEmpty)
  }

  @Test("rules names every rule, its thresholds and their defaults")
  func rules() throws {
    let outcome = try Program.run(["rules"])
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("\nvanishing-gradient: "))
    #expect(outcome.output.contains("failRatio = 1e+05"))
    #expect(outcome.output.contains("normalisedEntropy = 0.02 (0 to 1): "))
    #expect(outcome.output.contains("failRatio = 1e+05 (at least 1): "))
  }

  @Test("what cannot be written is one line and code 3")
  func fullDisk() throws {
    let process = Process()
    let errors = Pipe()
    process.executableURL = try Program.executable
    process.arguments = ["rules"]
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: "/dev/full"))
    process.standardError = errors
    try process.run()
    process.waitUntilExit()
    let line = String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
    #expect(process.terminationStatus == 3)
    #expect(line == "tomograph: standard output: cannot be written: No space left on device\n")
  }

  @Test("a reader that goes away ends the program without a word")
  func closedPipe() throws {
    let process = Process()
    let (output, errors) = (Pipe(), Pipe())
    process.executableURL = try Program.executable
    process.arguments = ["rules"]
    process.standardOutput = output
    process.standardError = errors
    try output.fileHandleForReading.close()
    try process.run()
    try output.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGPIPE)
    try errors.fileHandleForWriting.close()
    #expect(errors.fileHandleForReading.availableData.isEmpty)
  }
}
