import Foundation
import TestSupport
import Testing

@Suite("What a report says of its making")
struct OriginTests {
  @Test("Version, digests, the command that makes it again without whole paths, and a date where one is given")
  func origin() throws {
    let run = try SmallRun()
    func page(_ options: [String], _ environment: [String: String] = [:]) throws -> String {
      let outcome = try Program.run(
        ["report", "--quiet", "--formats", "svg", "--analyses", "weights", "--threads", "1"] + run.arguments + options,
        in: run.folder, environment: environment)
      #expect([0, 1].contains(outcome.code), "\(outcome.errors)")
      return try String(contentsOf: run["out/small-corpus/index.html"], encoding: .utf8)
    }
    let plain = try page([])
    #expect(plain.contains("SHA-256") && plain.contains("tomograph report") && plain.contains("--analyses weights"))
    #expect(!plain.contains("--threads") && !plain.contains("--quiet") && !plain.contains("<dt>Date</dt>"))
    #expect(!plain.contains(run.folder.path(percentEncoded: false)))
    #expect(try page(["--date", "2026-12-01"]).contains("<dd>2026-12-01</dd>"))
    #expect(try page([], ["SOURCE_DATE_EPOCH": "86400"]).contains("<dd>1970-01-02</dd>"))
    #expect(try page([]) == plain)
    let wrong = try Program.run(["report", "--date", "yesterday"] + run.arguments, in: run.folder)
    #expect(wrong.code == 2 && wrong.errors.contains("--date"))
  }
}
