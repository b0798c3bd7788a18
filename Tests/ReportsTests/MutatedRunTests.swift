import Drawing
import Foundation
import Plotting
import Reports
import Support
import Tensors
import TestSupport
import Testing

@testable import Results

/// A run folder whose values are changed one after another: each time it is refused with an error, or everything of it
/// can be drawn. A trap would end the tests.
@Suite("Run folders with changed values")
struct MutatedRunTests {
  private static var values: [Any] {
    [
      NSNull(), -1, 0, 1, 2, 3, 1e300, -1e300, 9_000_000_000_000_000_000, Int.max, Int.min, 1.5, "", "x", "L-1.H0",
      "L9e18.H9e18", "L2.H1", "R3", "model", "tensor:", "nan", "infinite", "induction", true, [Any](), [String: Any](),
      [1, 2],
    ]
  }
  private static let numbers: [Float] = [.nan, .infinity, -.infinity, -1, 0, 0.5, 1e15, 9.3e18, 1e38, -1e38, 1e-38]

  private func sample() -> RunResults {
    var results = SampleResults.make(layers: 3, heads: 2, length: 6)
    results.analyses += SampleResults.more(layers: 3)
    return results
  }

  /// Reads and draws what lies in a folder.
  private func draw(_ folder: URL) throws {
    let results: RunResults
    do {
      results = try RunResults.read(from: folder)
    } catch is InputError {
      return
    }
    for figure in FigureCatalog.figures(of: results) {
      _ = figure.displayList(theme: .screen, width: 240, measurer: FixedAdvance())
      _ = figure.table.csv
    }
  }

  @Test("Values of results.json", arguments: 0..<4)
  func tables(seed: Int) throws {
    try withFolder { folder in
      try sample().write(to: folder)
      let url = folder.appending(path: "results.json")
      let whole = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
      var generator = SeededGenerator(seed: UInt64(seed))
      for _ in 0..<40 {
        let changed = Self.changed(whole, &generator)
        try JSONSerialization.data(withJSONObject: changed, options: .fragmentsAllowed).write(to: url)
        try draw(folder)
      }
    }
  }

  @Test("Shapes and numbers of arrays", arguments: 0..<4)
  func arrays(seed: Int) throws {
    try withFolder { folder in
      var generator = SeededGenerator(seed: UInt64(100 + seed))
      for _ in 0..<30 {
        var results = sample()
        let analyses = results.analyses.indices.filter { !results.analyses[$0].arrays.isEmpty }
        let analysis = analyses[generator.index(below: analyses.count)]
        let names = results.analyses[analysis].arrays.keys.sorted()
        let name = names[generator.index(below: names.count)]
        guard var array = results.analyses[analysis].arrays[name] else { continue }
        let shapes = [[array.values.count], array.shape.reversed(), array.shape + [1], [1] + array.shape, array.shape]
        array.shape = shapes[generator.index(below: shapes.count)]
        let number = Self.numbers[generator.index(below: Self.numbers.count)]
        let step = [1, max(1, array.shape.last ?? 1), array.values.count][generator.index(below: 3)]
        for place in stride(from: generator.index(below: step), to: array.values.count, by: step) {
          array.values[place] = number
        }
        results.analyses[analysis].arrays[name] = array
        try results.writeFiles(to: folder)
        try draw(folder)
      }
    }
  }

  @Test("Every coordinate the same, beside which 1 is lost", arguments: [-1e38, 1e38] as [Float])
  func huge(number: Float) throws {
    try withFolder { folder in
      var results = sample()
      for analysis in results.analyses.indices where results.analyses[analysis].id == "projection" {
        for name in ["pca", "tsne"] {
          guard let array = results.analyses[analysis].arrays[name] else { continue }
          results.analyses[analysis].arrays[name] = NumericArray(
            shape: array.shape, values: array.values.map { _ in number })
        }
      }
      try results.write(to: folder)
      try draw(folder)
    }
  }

  @Test("Scores that are all negative, and all too small for a power of ten", arguments: [-1e149, 1e-308])
  func scores(number: Double) throws {
    try withFolder { folder in
      var results = sample()
      for analysis in results.analyses.indices {
        for table in results.analyses[analysis].tables.indices {
          for row in results.analyses[analysis].tables[table].rows.indices {
            results.analyses[analysis].tables[table].rows[row].quantity = Quantity(number, n: 3)
          }
        }
      }
      try results.write(to: folder)
      try draw(folder)
    }
  }

  /// The same value with another one, or none, at a place that the generator chooses.
  private static func changed(_ value: Any, _ generator: inout SeededGenerator) -> Any {
    if var members = value as? [String: Any], !members.isEmpty, generator.index(below: 8) > 0 {
      let keys = members.keys.sorted(), key = keys[generator.index(below: keys.count)]
      members[key] = generator.index(below: 20) == 0 ? nil : members[key].map { changed($0, &generator) }
      return members
    }
    if var elements = value as? [Any], !elements.isEmpty, generator.index(below: 8) > 0 {
      let place = generator.index(below: elements.count)
      elements[place] = changed(elements[place], &generator)
      return elements
    }
    return values[generator.index(below: values.count)]
  }
}
