import Foundation
import Support
import Testing

@testable import Diagnosis

@Suite("Thresholds and settings files")
struct ThresholdsTests {
  private func withFile<T>(_ bytes: Data, _ body: (URL) throws -> T) throws -> T {
    let url = URL.temporaryDirectory.appending(path: "thresholds-\(UUID().uuidString).json5")
    try bytes.write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url)
  }

  private func error(_ text: String) throws -> InputError {
    try withFile(Data(text.utf8)) { url in
      try #require(throws: InputError.self) { try Thresholds(contentsOf: url) }
    }
  }

  @Test("a threshold of the file takes the place of its default, the others stay")
  func override() throws {
    let text = """
      // stricter than the defaults
      { "representation-collapse": { effectiveRank: 0.7, }, }
      """
    let thresholds = try withFile(Data(text.utf8)) { try Thresholds(contentsOf: $0) }
    #expect(thresholds[.representationCollapse, "effectiveRank"] == 0.7)
    #expect(thresholds[.representationCollapse, "centredCosine"] == 0.5)
    #expect(HealthyRun().assess(thresholds).verdict.failures == HealthyRun.layers + 1)
  }

  @Test(
    "a threshold beyond its range, and a warning beyond the failure, is refused",
    arguments: [
      ("attention-collapse-uniform", "failShare: 9", "failShare: is out of range, expected 0 to 1, found 9"),
      ("attention-collapse-uniform", "normalisedEntropy: -0.1", "is out of range, expected 0 to 1"),
      ("representation-collapse", "centredCosine: -2", "is out of range, expected -1 to 1"),
      ("vanishing-gradient", "failRatio: 0.5", "is out of range, expected at least 1"),
      ("vanishing-gradient", "slope: -1", "is out of range, expected at least 0"),
      ("vanishing-gradient", "warnRatio: 1e6", "warnRatio is 1000000, failRatio is 100000"),
      ("gradient-spikes", "failRatio: 50", "failRatio: leaves no room for a warning: warnRatio is 100"),
      ("overfitting", "warnEvaluations: 8, failEvaluations: 4", "expected warnEvaluations ≤ failEvaluations"),
    ])
  func ranges(rule: String, values: String, says: String) throws {
    let error = try error("{ '\(rule)': { \(values) } }")
    #expect(error.category == .usage)
    #expect(error.description.contains(says), "\(error)")
  }

  @Test("every default lies in its range, and warns before it fails")
  func defaults() {
    for rule in Rule.all {
      for threshold in rule.thresholds {
        #expect(threshold.range.contains(threshold.value), "\(rule.id).\(threshold.name)")
        guard threshold.name.hasPrefix("warn") else { continue }
        let fail = rule.thresholds.first { $0.name == "fail" + threshold.name.dropFirst(4) }
        #expect(fail.map { threshold.value <= $0.value } ?? true, "\(rule.id).\(threshold.name)")
      }
    }
  }

  @Test("both ends of a range are in it, and what differs from the default together is taken together")
  func ends() throws {
    let text =
      "{ 'attention-collapse-uniform': { failShare: 1, warnShare: 0 }, 'gradient-spikes': { warnRatio: 1, failRatio: 2 } }"
    let thresholds = try withFile(Data(text.utf8)) { try Thresholds(contentsOf: $0) }
    #expect(thresholds[.gradientSpikes, "failRatio"] == 2 && thresholds[.uniformAttention, "failShare"] == 1)
  }

  @Test("a misspelt rule or name is named, with the nearest known one")
  func misspelt() throws {
    let rule = try error("{ 'vanishing-gradeint': {} }")
    #expect(rule.category == .usage)
    #expect(rule.description.contains("vanishing-gradeint: is not a known key, the nearest is \"vanishing-gradient\""))
    let name = try error("{ 'vanishing-gradient': { failratio: 3 } }")
    #expect(name.description.contains("vanishing-gradient.failratio: is not a known key, the nearest is \"failRatio\""))
  }

  @Test(
    "what is no finite number is refused with its place",
    arguments: ["'high'", "true", "null", "NaN", "Infinity", "[1]", "{}"])
  func wrongType(value: String) throws {
    let error = try error("{ 'vanishing-gradient': { failRatio: \(value) } }")
    #expect(error.category == .usage)
    #expect(error.description.contains("vanishing-gradient.failRatio: has the wrong type, expected a finite number"))
  }

  @Test(
    "what is no JSON5 is one line",
    arguments: ["", "{", "{ a b }", "[1, 2", "{ 'x': }", String(repeating: "[", count: 5000)])
  func broken(text: String) throws {
    let error = try error(text)
    #expect(error.category == .usage)
    #expect(!error.description.contains("\n"))
    #expect(error.description.contains("is not valid JSON5"))
  }

  @Test("a file that is not UTF-8, or not there, is one line")
  func unreadable() throws {
    try withFile(Data([0x7b, 0xff, 0x7d])) { url in
      let error = try #require(throws: InputError.self) { try Thresholds(contentsOf: url) }
      #expect(error.description.hasSuffix("line 1, column 2: is not valid UTF-8, found byte 0xff"))
    }
    let error = try #require(throws: InputError.self) { try Thresholds(contentsOf: URL(filePath: "/nowhere.json5")) }
    #expect(error.description == "/nowhere.json5: does not exist")
    #expect(error.category == .usage)
  }

  @Test(
    "the nearest name is the one of fewest changes",
    arguments: [
      ("corpsu", "corpus"), ("Modle", "model"), ("max-tokens", "max_tokens"), ("label", "label"), ("lmit", "limit"),
    ])
  func nearest(misspelt: String, name: String) {
    let names = ["model", "corpus", "limit", "label", "max_tokens"]
    #expect(nearestName(to: misspelt, among: names) == name)
    #expect(nearestName(to: "zzzzzzzz", among: names) == nil)
  }
}
