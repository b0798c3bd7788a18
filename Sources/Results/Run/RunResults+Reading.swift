package import Foundation
import Support
import Tensors

extension RunResults {
  /// Reads the results of a run folder.
  ///
  /// - Throws: `InputError` with file and field where a file is missing, damaged, of another schema, the two do not belong
  ///   together, or they hold what no run can have.
  package static func read(from folder: URL) throws -> RunResults {
    let url = folder.appending(path: tablesName)
    let place = url.path(percentEncoded: false)
    guard FileManager.default.fileExists(atPath: place) else {
      throw InputError(at: place, "does not exist: is this a run folder?")
    }
    let file = JSONField(try JSON(contentsOf: url, .strict), file: place)
    let found = try file.required("schema").integer()
    guard found == schema else {
      throw InputError(at: place, "is of another version", expected: "schema \(schema)", found: "\(found)")
    }
    let document = try file.decoded(Document.self)
    let metrics = try document.definitions(place: place)
    let arrays = try Arrays(
      folder.appending(path: arraysName), isNeeded: document.analyses.contains { !$0.arrays.isEmpty })
    let results = RunResults(
      subject: document.subject,
      analyses: try document.analyses.map { try $0.result(metrics: metrics, arrays: arrays, place: place) })
    try arrays.checkNames(results.analyses.flatMap { analysis in analysis.arrays.keys.map { "\(analysis.id).\($0)" } })
    try results.check(file: place)
    return results
  }
}

private struct Document: Decodable {
  struct Analysis: Decodable {
    struct Table: Decodable {
      var metric: String
      var rows: [Row]
    }
    struct Array: Decodable {
      var shape: [Int]
    }
    var id: String
    var notApplicable: String?
    var tables: [Table]
    var arrays: [String: Array]
    var texts: [String: [String]]
    var notes: [Note]
  }

  struct Row: Decodable {
    enum Key: CodingKey { case component }
    var component: Component
    var quantity: Quantity

    init(from decoder: any Decoder) throws {
      component = try decoder.container(keyedBy: Key.self).decode(Component.self, forKey: .component)
      quantity = try Quantity(from: decoder)
    }
  }

  struct Definition: Decodable {
    var id, title, unit, formula, source: String
    var lowest, highest: Double?
    var spread: Metric.Spread?
  }

  var subject: Subject
  var metrics: [Definition]
  var analyses: [Analysis]

  func definitions(place: String) throws -> [String: Metric] {
    var metrics: [String: Metric] = [:]
    for one in self.metrics {
      guard metrics[one.id] == nil else { throw InputError(at: place, "defines the metric \"\(one.id)\" twice") }
      metrics[one.id] = Metric(
        one.id, one.title, unit: one.unit, formula: one.formula, source: one.source, lowest: one.lowest,
        highest: one.highest, spread: one.spread ?? .interval)
    }
    return metrics
  }
}

/// The tensors of `arrays.safetensors`.
private struct Arrays {
  private let file: SafetensorsFile?
  private let place: String

  init(_ url: URL, isNeeded: Bool) throws {
    file = isNeeded ? try SafetensorsFile(url) : nil
    place = url.path(percentEncoded: false)
  }

  func array(_ name: String, shape: [Int]) throws -> NumericArray {
    guard let file else { return NumericArray(shape: [0], values: []) }
    let tensor = try file.tensor(name)
    if let type = file.entry(name)?.dtype, type != .f32 {
      throw InputError(
        at: "\(place): tensor \(name.debugDescription)", "has elements of the wrong type", expected: "F32",
        found: type.rawValue)
    }
    guard tensor.shape == shape else {
      throw InputError(
        at: "\(place): tensor \(name.debugDescription)", "has another shape than \(RunResults.tablesName) says",
        expected: "\(shape)", found: "\(tensor.shape)")
    }
    return NumericArray(shape: tensor.shape, values: tensor.values)
  }

  /// - Throws: `InputError` where there are more than those.
  func checkNames(_ declared: [String]) throws {
    let declared = Set(declared)
    if let name = file?.names.first(where: { !declared.contains($0) }) {
      throw InputError(
        at: "\(place): tensor \(name.debugDescription)", "is not declared in \(RunResults.tablesName)")
    }
  }
}

extension Document.Analysis {
  fileprivate func result(metrics: [String: Metric], arrays: Arrays, place: String) throws -> AnalysisResult {
    var result = AnalysisResult(id: id, notApplicable: notApplicable, texts: texts, notes: notes)
    result.tables = try tables.map { table in
      guard let metric = metrics[table.metric] else {
        throw InputError(
          at: "\(place): analysis \"\(id)\"", "uses a metric that is not defined", found: "\"\(table.metric)\"")
      }
      return MetricTable(metric, table.rows.map { MetricTable.Row($0.component, $0.quantity) })
    }
    for (name, entry) in self.arrays.sorted(by: { $0.key < $1.key }) {
      result.arrays[name] = try arrays.array("\(id).\(name)", shape: entry.shape)
    }
    return result
  }
}
