package import Foundation
import Support
import Tensors

extension RunResults {
  static let tablesName = "results.json"
  static let arraysName = "arrays.safetensors"

  /// Writes `results.json` and `arrays.safetensors` into a folder.
  ///
  /// - Throws: `InputError` where they cannot be written, and for a metric, an array or texts that their analysis does
  ///   not declare or that have another shape than it says.
  package func write(to folder: URL) throws {
    for analysis in analyses {
      var forms = try FormCheck(analysis, subject.model, file: Self.tablesName)
      try forms.checkShapes()
    }
    try writeFiles(to: folder)
  }

  /// Writes them whatever they hold.
  func writeFiles(to folder: URL) throws {
    try OutputFile.write(JSON(encoding: ResultsDocument(self)).bytes, to: folder.appending(path: Self.tablesName))
    var writer = SafetensorsWriter()
    for analysis in analyses {
      for (name, array) in analysis.arrays.sorted(by: { $0.key < $1.key }) {
        writer.add(AnalysisForm.fileName(of: name, in: analysis.id), shape: array.shape, array.values)
      }
    }
    try writer.write(to: folder.appending(path: Self.arraysName))
  }

  /// Reads the results of a run folder.
  ///
  /// - Throws: `InputError` with file and field where a file is missing, damaged, of another schema, the two do not belong
  ///   together, or they hold what no run can have.
  package static func read(from folder: URL) throws -> RunResults {
    let url = folder.appending(path: tablesName)
    let place = url.path(percentEncoded: false)
    guard FileManager.default.fileExists(atPath: place) else {
      throw InputError(at: place, phrase("error.doesNotExistThis"))
    }
    let file = JSONField(try JSON(contentsOf: url, .strict), file: place)
    let found = try file.required("schema").integer()
    guard (oldestSchema...schema).contains(found) else {
      throw InputError(
        at: place, phrase("error.anotherVersionMake"), expected: phrase("expected.schemaSchema", ["schema": schema]),
        found: "\(found)")
    }
    let document = try file.decoded(ResultsDocument.self)
    let arrays = try Arrays(
      folder.appending(path: arraysName), isNeeded: document.analyses.contains { !$0.arrays.isEmpty })
    let results = try document.results(arrays: arrays, place: place)
    try arrays.checkNames(
      results.analyses.flatMap { analysis in analysis.arrays.keys.map { AnalysisForm.fileName(of: $0, in: analysis.id) }
      })
    try results.check(file: place)
    return results
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
        at: "\(place): tensor \(name.debugDescription)", phrase("error.hasElementsWrong"), expected: "F32",
        found: type.rawValue)
    }
    guard tensor.shape == shape else {
      throw InputError(
        at: "\(place): tensor \(name.debugDescription)",
        phrase("error.hasAnotherShape", ["tablesName": RunResults.tablesName]),
        expected: "\(shape)", found: "\(tensor.shape)")
    }
    return NumericArray(shape: tensor.shape, values: tensor.values)
  }

  /// - Throws: `InputError` where there are more than those.
  func checkNames(_ declared: [String]) throws {
    let declared = Set(declared)
    if let name = file?.names.first(where: { !declared.contains($0) }) {
      throw InputError(
        at: "\(place): tensor \(name.debugDescription)",
        phrase("error.notDeclaredTablesname", ["tablesName": RunResults.tablesName]))
    }
  }
}

extension ResultsDocument {
  fileprivate func results(arrays: Arrays, place: String) throws -> RunResults {
    var known: [String: Metric] = [:]
    for metric in metrics {
      guard known.updateValue(metric, forKey: metric.id) == nil else {
        throw InputError(at: place, phrase("error.definesMetricMetric", ["metric": metric.id]))
      }
    }
    return RunResults(
      subject: subject, analyses: try analyses.map { try $0.result(metrics: known, arrays: arrays, place: place) })
  }
}

extension ResultsDocument.Analysis {
  fileprivate func result(metrics: [String: Metric], arrays: Arrays, place: String) throws -> AnalysisResult {
    var result = AnalysisResult(id: id, notApplicable: notApplicable, arrays: [:], texts: texts, notes: notes)
    result.tables = try tables.map { table in
      guard let metric = metrics[table.metric] else {
        throw InputError(
          at: "\(place): analysis \"\(id)\"", phrase("error.usesMetricNot"), found: "\"\(table.metric)\"")
      }
      return MetricTable(metric, table.rows)
    }
    for (name, entry) in self.arrays.sorted(by: { $0.key < $1.key }) {
      result.arrays[name] = try arrays.array(AnalysisForm.fileName(of: name, in: id), shape: entry.shape)
    }
    return result
  }
}
