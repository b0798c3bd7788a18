import Foundation
import TestSupport
import Testing

@Suite("Tokens in reports")
struct TokenTextReportTests {
  private func columns(_ report: SmallReport, _ name: String) throws -> [String: [String]] {
    let lines = String(decoding: try report.file(name), as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return Dictionary(uniqueKeysWithValues: lines[0].enumerated().map { i, name in (name, lines[1...].map { $0[i] }) })
  }

  @Test("Tokens are their text, and the vocabulary's spelling has a column of its own")
  func text() throws {
    let sheet = try columns(try SmallReport.of(.decoder), "attention-sheet.csv")
    let tokens = try #require(sheet["query_token"]), entries = try #require(sheet["query_vocabulary_entry"])
    #expect(tokens.contains("␣") && !tokens.contains { $0.contains("Ġ") } && entries.contains("Ġ"))
    #expect(zip(tokens, entries).allSatisfy { $0 == $1.replacing("Ġ", with: "␣") })
    let article = try String(
      contentsOf: try SmallReport.of(.decoder).folder.appending(path: "report.md"), encoding: .utf8)
    #expect(article.components(separatedBy: "In tokens, ␣ is a space.").count == 2 && !article.contains("Ġ"))
  }

  @Test("Cross-attention is drawn against the predicted tokens, with the alignment that people gave")
  func predicted() throws {
    let report = try SmallReport.of(.encoderDecoder)
    let grid = try columns(report, "attention-alignment-cross.csv")
    let row = zip(try #require(grid["target_token"]), try #require(grid["source"])).filter { $1 == "0" }.map(\.0)
    #expect(row.joined().hasPrefix("<s>nummer␣") && row.joined().hasSuffix("␣sagt</s>"))
    // "nummer" and "number", letter by letter, behind the tokens that BART opens texts with.
    let words = zip(try #require(grid["target"]), try #require(grid["source"])).map {
      (1..<7).contains(Int($0)!) && (1..<7).contains(Int($1)!)
    }
    #expect(zip(words, try #require(grid["gold"])).allSatisfy { !$0 || $1 == "sure" })
    let rates = try columns(report, "attention-alignment-error-rate-cross.csv")
    #expect(try #require(rates["attention.alignmentErrorRate"]).allSatisfy { (0...1).contains(Double($0) ?? -1) })
    #expect(Set(try #require(rates["n"])) == ["12"])
  }
}
