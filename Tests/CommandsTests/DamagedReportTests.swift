import Foundation
import Testing

/// Run folders that somebody damaged, given to `render` and `figure`: one line and code 3, never a trap.
@Suite("Damaged reports")
struct DamagedReportTests {
  @Test(
    "A damaged run folder ends render and figure with code 3 and one line",
    arguments: [
      ("results.json", "\"L1.H1\"", "\"L-1.H0\""), ("results.json", "\"L1.H1\"", "\"L9e18.H9e18\""),
      ("results.json", "\"L1.H1\"", "\"L999999999.H0\""), ("results.json", "\"layers\": 3", "\"layers\": -3"),
      ("results.json", "\"layers\": 3", "\"layers\": 4"), ("results.json", "\"heads\": 4", "\"heads\": 1000000"),
      ("results.json", "\"n\": ", "\"n\": -"), ("results.json", "\"schema\": 2", "\"schema\": 3"),
      ("results.json", "\"subject\": ", "\"subjects\": "), ("results.json", "\"uniform\"", "\"nothing\""),
      ("results.json", "\"arrays\": {", "\"arrays\": {\"more\": {\"shape\": [1]}, "),
      ("results.json", "{", ""), ("findings.json", "{", "["), ("findings.json", "\"level\"", "\"levels\""),
      ("arrays.safetensors", "\"F32\"", "\"F64\""), ("arrays.safetensors", "\"F32\"", "\"F16\""),
      ("arrays.safetensors", "\"shape\":[", "\"shape\":[9,"), ("arrays.safetensors", "context.loss", "context.lost"),
    ])
  func damaged(file: String, text: String, replacement: String) throws {
    let scratch = try Scratch()
    try FileManager.default.copyItem(at: SmallReport.of(.decoder).folder, to: scratch["run"])
    let url = scratch["run/\(file)"]
    var bytes = try Data(contentsOf: url)
    let range = try #require(bytes.firstRange(of: Data(text.utf8)))
    bytes.replaceSubrange(range, with: Data(replacement.utf8))
    try bytes.write(to: url)
    try check(
      scratch, reads: file == "findings.json" ? [["render", "run"]] : [["render", "run"], ["figure", "run"]])
  }

  @Test(
    "A file that is cut, empty or gone is code 3 as well",
    arguments: ["results.json", "arrays.safetensors", "findings.json"])
  func cut(file: String) throws {
    for length in [0, 1, 9, 300, -1] {
      let scratch = try Scratch()
      try FileManager.default.copyItem(at: SmallReport.of(.decoder).folder, to: scratch["run"])
      let url = scratch["run/\(file)"]
      try Data(contentsOf: url).prefix(max(length, 0)).write(to: url)
      if length < 0 { try FileManager.default.removeItem(at: url) }
      try check(scratch, reads: [["render", "run"]])
    }
  }

  private func check(_ scratch: Scratch, reads commands: [[String]]) throws {
    let before = try FileManager.default.subpathsOfDirectory(atPath: scratch.folder.path(percentEncoded: false))
    for command in commands {
      let outcome = try Program.run(command, in: scratch.folder)
      #expect(outcome.code == 3, "\(outcome.errors)")
      #expect(outcome.errorLines.count == 1 && outcome.errors.hasPrefix("tomograph: "), "\(outcome.errors)")
      #expect(outcome.output.isEmpty)
    }
    let after = try FileManager.default.subpathsOfDirectory(atPath: scratch.folder.path(percentEncoded: false))
    #expect(after.sorted() == before.sorted())
  }
}
