import Foundation
import Results
import Support
import TestSupport
import Testing

@testable import Diagnosis

@Suite("Words of findings")
struct FindingWordsTests {
  private static let german = Result {
    try Catalogue(
      language: "de",
      Array(
        #"""
        {"rule.missing-number.title": "Fehlende Zahl", "rule.missing-number.meaning": "Nichts ist bekannt.",
         "rule.missing-number.fix1": "Unten beginnen", "rule.missing-number.fix2": "Breiter rechnen",
         "rule.overfitting.title": "Auswendiglernen", "gap.notRequested": "{id} wurde nicht verlangt",
         "rule.attention-collapse-uniform.title": "Gleichmaß", "gap.fewRows": "{n, plural, other {nur # Zeilen}}",
         "metric.attention.maxWeight16.title": "Größtes Gewicht", "stack.decoder.name": "Dekodierer"}
        """#.utf8))
  }

  private var run: HealthyRun {
    var run = HealthyRun()
    run.tables["gradients"] = nil
    for head in run.heads { run.plant(AttentionMetrics.normalisedEntropy16, head, Quantity(0.5, n: 15)) }
    run.plant(AttentionMetrics.maxWeight16, .head(1, 3), Quantity(.nan, n: 1))
    return run
  }

  private func read(_ json: JSON) throws -> Assessment {
    try withFolder { folder in
      try Data(json.bytes).write(to: folder.appending(path: "findings.json"))
      return try Assessment.read(from: folder)
    }
  }

  @Test("findings.json has the words of its language and the codes; what is read speaks the language of the reader")
  func languages() throws {
    let assessment = run.assess()
    let json = try JSON(encoding: assessment), german = try Self.german.get()
    let finding = try #require(json["findings"]?.elements?.first)
    #expect(finding["title"]?.string == "Missing number")
    #expect(finding["messages"]?["title"]?["code"]?.string == "rule.missing-number.title")
    let read = try read(json)
    #expect(read == assessment && read.findings.first?.title == "Missing number")
    try Catalogue.$current.withValue(german) {
      let found = try #require(read.findings.first)
      #expect(found.title == "Fehlende Zahl" && found.meaning == "Nichts ist bekannt.")
      #expect(found.fixes == ["Unten beginnen", "Breiter rechnen"])
      #expect(found.evidence.first?.title == "Größtes Gewicht")
      let uniform = read.checks.first { $0.rule == "attention-collapse-uniform" }
      #expect(uniform?.name == "Gleichmaß" && uniform?.skipped == "nur 15 Zeilen")
      #expect(read.checks.first { $0.rule == "vanishing-gradient" }?.skipped == "gradients wurde nicht verlangt")
      // The words beside the codes are those of the run.
      let own = try #require(try JSON(encoding: read)["findings"]?.elements?.first)
      #expect(own["title"]?.string == "Fehlende Zahl" && own["messages"] == finding["messages"])
    }
  }

  @Test("Of an older findings.json the words are kept as they are")
  func older() throws {
    let text = String(decoding: try run.assess().json(), as: UTF8.self)
    let json = try JSON(Array(text.utf8), place: "findings.json").without("messages")
    let (read, whole) = (try read(json), run.assess())
    let german = try Self.german.get()
    Catalogue.$current.withValue(german) {
      #expect(read.findings.first?.title == "Missing number" && read.findings.first?.fixes.count == 2)
    }
    #expect(read.findings.map(\.meaning) == whole.findings.map(\.meaning))
    #expect(read.checks.map(\.skipped) == whole.checks.map(\.skipped))
    #expect(read.checks.map(\.name) == whole.checks.map(\.name))
    #expect(read.findings.map { $0.evidence.map(\.unit) } == whole.findings.map { $0.evidence.map(\.unit) })
    #expect(read.verdict == whole.verdict)
  }
}

extension JSON {
  /// Without a member, at any depth.
  fileprivate func without(_ key: String) -> JSON {
    switch self {
    case .array(let items): .array(items.map { $0.without(key) })
    case .object(let object):
      .object(JSONObject(object.members.filter { $0.key != key }.map { ($0.key, $0.value.without(key)) }))
    default: self
    }
  }
}
