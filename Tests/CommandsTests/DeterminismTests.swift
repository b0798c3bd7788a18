import Foundation
import Testing

@Suite("Determinism")
struct DeterminismTests {
  /// Every file of a run's report but the one that says when and how long.
  private func report(_ run: SmallRun, _ options: String...) throws -> [String: Data] {
    try? FileManager.default.removeItem(at: run["out"])
    let outcome = try Program.run(["report", "--quiet"] + run.arguments + options, in: run.folder)
    #expect([0, 1].contains(outcome.code), "\(outcome.errors)")
    return try run.files(in: "out/small-corpus", without: ["provenance.json"])
  }

  @Test("The same job gives the same bytes, whatever the number of threads")
  func threads() throws {
    let run = try SmallRun()
    let first = try report(run, "--threads", "1")
    #expect(first.count > 100 && first["index.html"] != nil && first["results.json"] != nil)
    for threads in ["1", "2", "5"] {
      let again = try report(run, "--threads", threads)
      #expect(Set(first.keys) == Set(again.keys))
      #expect(first.filter { again[$0.key] != $0.value }.keys.sorted() == [], "with \(threads) threads")
    }
  }

  @Test("Another seed gives other bytes")
  func seeds() throws {
    let run = try SmallRun()
    let (one, other) = (try report(run, "--formats", "svg"), try report(run, "--formats", "svg", "--seed", "1"))
    #expect(one["results.json"] != other["results.json"])
  }
}
