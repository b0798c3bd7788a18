import Foundation
import Support
import TestSupport
import Testing

/// The catalogue and the sources, held against each other.
@Suite("Words")
struct WordsTests {
  private static let sources = SourceText.all(under: "Sources")

  /// Keys that are put together from a name: of metrics, rules, units, sections.
  private static let families = [
    "metric.", "rule.", "unit.", "source.", "spread.", "guide.", "task.", "stack.", "class.", "severity.", "role.",
    "patchingFigures.", "site.",
  ]

  @Test("Every entry is an ICU message")
  func messages() throws {
    for key in Catalogue.english.keys { _ = try Catalogue.english.placeholders(of: key) }
  }

  @Test("Every key that the sources name is in the catalogue, with the placeholders that they fill")
  func keys() throws {
    var faults: [String] = []
    for source in Self.sources {
      for use in source.keys {
        guard let placeholders = try Catalogue.english.placeholders(of: use.key) else {
          faults.append("\(source.name):\(use.line): no entry \(use.key)")
          continue
        }
        if let filled = use.arguments, filled != placeholders {
          faults.append(
            "\(source.name):\(use.line): \(use.key) has \(placeholders.sorted()), filled \(filled.sorted())")
        }
      }
    }
    #expect(faults == [])
  }

  @Test("Every entry is used")
  func unused() {
    let literals = Set(Self.sources.flatMap { $0.literals.map(\.text) })
    let unused = Catalogue.english.keys.filter { key in
      !literals.contains(key) && !Self.families.contains { key.hasPrefix($0) }
    }
    #expect(unused == [])
  }

  @Test("Every metric and every rule that the sources define has its words, and the catalogue has no others")
  func families() {
    let keys = Catalogue.english.keys
    let metrics = Set(Self.sources.flatMap { $0.firstArguments(of: "Metric") })
    #expect(metrics.count > 80)
    let named = Set(
      keys.filter { $0.hasPrefix("metric.") && $0.hasSuffix(".title") }.map { $0.dropFirst(7).dropLast(6) })
    #expect(named.map(String.init).filter { !metrics.contains($0) } == [])
    for metric in metrics {
      #expect(Catalogue.english.holds("metric.\(metric).title") && Catalogue.english.holds("metric.\(metric).formula"))
    }
  }

  @Test("No sentence stands outside the catalogue")
  func sentences() {
    var found: [String] = []
    for source in Self.sources {
      for literal in source.literals
      where literal.isSentence && !source.isOfTrap(literal) && !Self.exceptions.contains(where: literal.text.hasPrefix)
      {
        found.append("\(source.name):\(literal.line): \(literal.text.prefix(90))")
      }
    }
    #expect(found == [])
  }

  /// What a signal handler writes, which can look nothing up; what a damaged catalogue is, where no words are; contents
  /// of files; codes with blanks.
  private static let exceptions = [
    "tomograph: a fault of the program", "is not known", "has a placeholder", "has a choice", "plural or select",
    "no memory for", "reads itself in a way", "newdoc id", "newpar id", "Raw profile type", "positions of a block",
    "singular values", " do not", " Crème Brûlée", "ln per layer",
    "the last of",
    "previous token", "next token", "duplicate token", "fixed offset", "training loss", "validation loss",
    "validation accuracy", "gradient norm", "learning rate", "effective rank", "heads of a class",
  ]

  @Test("No label of an axis, a column, a legend or a count stands outside the catalogue")
  func labels() {
    let rooms = ["Reports", "Analyses", "Results", "Plotting", "Diagnosis", "Commands"]
    var found: [String] = []
    for source in rooms.flatMap({ SourceText.all(under: "Sources/\($0)") }) {
      for literal in source.literals
      where source.isLabel(literal) && !Self.names.contains(literal.text)
        && !literal.text.contains(/^[\w…]+([._][\w…]+)+$/)
        && !Catalogue.english.holds("unit.\(literal.text)")
      {
        found.append("\(source.name):\(literal.line): \(literal.text)")
      }
    }
    #expect(found == [])
  }

  /// What is the same in every language: colour maps, themes, a theme file's keys, formulas, arrays. Beside these go
  /// names with dots or underscores, of files, sites and entries, and codes of units.
  private static let names: Set = [
    "viridis", "cividis", "magma", "twilight", "blue-red", "blue-orange", "screen", "dark", "paper", "titleSize",
    "labelSize", "tickSize", "smallestSize", "lineWidth", "axisWidth", "rasterDPI", "background", "ink", "muted",
    "grid",
    "gapGround", "gapInk", "accent", "otherCategory", "log₁₀ |g|", "softmax", "logits",
  ]

  @Test(
    "Plurals and choices",
    arguments: [(0, "no rows"), (1, "1 row of a"), (2, "2 rows of a"), (12345, "12,345 rows of a")])
  func plurals(count: Int, text: String) throws {
    let json =
      #"{"rows": "{n, plural, =0 {no rows} one {# row of {name}} other {# rows of {name}}}", "kind": "{k, select, a {it''s a '{'} other {b}}"}"#
    let catalogue = try Catalogue(language: "en", Array(json.utf8))
    #expect(catalogue.text(Message("rows", ["n": count, "name": "a"])) == text)
    #expect(catalogue.text(Message("kind", ["k": "a"])) == "it's a {")
    #expect(catalogue.text(Message("kind", ["k": "z"])) == "b")
  }

  @Test("Another language has its own plurals and the same keys; what it lacks shows its key and arguments")
  func otherLanguage() throws {
    let chinese = try Catalogue(language: "zh", Array(#"{"rows": "{n, plural, other {# 行}}"}"#.utf8))
    let rows = Message("rows", ["n": 1])
    #expect(chinese.text(rows) == "1 行")
    #expect(Catalogue.$current.withValue(chinese) { rows.text } == "1 行")
    #expect(chinese.text(Message("columns", ["n": 2])) == "columns (n: 2)")
    #expect(throws: InputError.self) { try Catalogue(language: "xx") }
  }

  @Test("The threads of the pool write in the language of the caller, one call after the other")
  func threads() throws {
    let german = try Catalogue(language: "de", Array(#"{"rows": "{n, plural, one {# Zeile} other {# Zeilen}}"}"#.utf8))
    func texts() -> [(text: String, thread: UInt)] {
      mapPieces(40) { piece in
        usleep(1000)
        return (Message("rows", ["n": piece]).text, UInt(pthread_self()))
      }
    }
    Workers.with(threads: 3) {
      for _ in 0..<2 {
        let made = Catalogue.$current.withValue(german) { texts() }
        #expect(made.map(\.text) == (0..<40).map { $0 == 1 ? "1 Zeile" : "\($0) Zeilen" })
        #expect(Set(made.map(\.thread)).count > 1)
        #expect(texts().map(\.text) == (0..<40).map { "rows (n: \($0))" })
      }
    }
  }

  @Test(
    "Messages that are not ICU's are refused", arguments: ["{", "}", "{n, plural, one {a}}", "{n, number", "{a, date}"])
  func damaged(text: String) throws {
    let catalogue = try Catalogue(language: "en", try JSON(encoding: ["key": text]).bytes)
    #expect(throws: InputError.self) { try catalogue.placeholders(of: "key") }
  }

  @Test("A message is written down and read again")
  func codable() throws {
    let message = Message("a.b", ["n": 3, "name": "x", "part": Message("c"), "all": ["a", "b"].listed])
    let field = JSONField(try JSON(try JSON(encoding: message).bytes, place: "message"), file: "message")
    #expect(try field.decoded(Message.self) == message)
  }
}
