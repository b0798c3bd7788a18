package import Foundation
import Support
import Tensors

extension RunResults {
  static let tablesName = "results.json"
  static let arraysName = "arrays.safetensors"

  /// Writes `results.json` and `arrays.safetensors` into a folder.
  ///
  /// - Throws: `InputError` where they cannot be written.
  package func write(to folder: URL) throws {
    try OutputFile.write(json.bytes, to: folder.appending(path: Self.tablesName))
    var writer = SafetensorsWriter()
    for analysis in analyses {
      for (name, array) in analysis.arrays.sorted(by: { $0.key < $1.key }) {
        writer.add("\(analysis.id).\(name)", shape: array.shape, array.values)
      }
    }
    try writer.write(to: folder.appending(path: Self.arraysName))
  }

  /// The content of `results.json`. Each metric is defined once; the rows of a table name it.
  var json: JSON {
    var metrics: [JSON] = []
    var seen: Set<String> = []
    for table in analyses.flatMap(\.tables) where seen.insert(table.metric.id).inserted {
      metrics.append(table.metric.json)
    }
    return .object([
      "schema": .integer(Self.schema), "subject": subject.json, "metrics": .array(metrics),
      "analyses": .array(analyses.map(\.json)),
    ])
  }
}

extension Subject {
  fileprivate var json: JSON {
    var corpus: JSONObject = [
      "name": .string(self.corpus.name), "documents": .integer(self.corpus.documents),
      "tokens": .integer(self.corpus.tokens), "truncated": .integer(self.corpus.truncated),
    ]
    corpus["label"] = self.corpus.label.map(JSON.string)
    var fields: JSONObject = [
      "name": .string(name), "seed": .integer(seed), "model": model.json, "corpus": .object(corpus),
    ]
    fields["selection"] = selection.map { selection in
      var chosen = JSONObject()
      chosen["layers"] = selection.layers.map { .array($0.map(JSON.integer)) }
      chosen["heads"] = selection.heads.map { .array($0.map(JSON.integer)) }
      chosen["examples"] = selection.examples.map(JSON.strings)
      return .object(chosen)
    }
    return .object(fields)
  }
}

extension Subject.Model {
  fileprivate var json: JSON {
    var fields: JSONObject = [
      "name": .string(name), "family": .string(family), "task": .string(task), "layers": .integer(layers),
      "heads": .integer(heads), "width": .integer(width), "headWidth": .integer(headWidth),
      "vocabulary": .integer(vocabulary), "parameters": .integer(parameters), "isCausal": .bool(isCausal),
    ]
    if let encoder {
      fields["encoder"] = .object([
        "layers": .integer(encoder.layers), "heads": .integer(encoder.heads), "width": .integer(encoder.width),
        "headWidth": .integer(encoder.headWidth),
      ])
    }
    if let image {
      fields["image"] = .object([
        "side": .integer(image.side), "patch": .integer(image.patch), "leadingTokens": .integer(image.leadingTokens),
      ])
    }
    if let precision { fields["precision"] = .string(precision) }
    if let unknownSettings { fields["unknownSettings"] = .strings(unknownSettings) }
    if let weightNotes { fields["weightNotes"] = .array(weightNotes.map(\.json)) }
    return .object(fields)
  }
}

extension WeightNote {
  fileprivate var json: JSON {
    var fields: JSONObject = [
      "kind": .string(kind.rawValue), "names": .strings(names), "count": .integer(count),
    ]
    if let detail { fields["detail"] = .string(detail) }
    return .object(fields)
  }
}

extension Metric {
  fileprivate var json: JSON {
    var fields: JSONObject = [
      "id": .string(id), "title": .string(title), "unit": .string(unit), "formula": .string(formula),
      "source": .string(source),
    ]
    if let lowest { fields["lowest"] = .number(lowest) }
    if let highest { fields["highest"] = .number(highest) }
    if spread != .interval { fields["spread"] = .string(spread.rawValue) }
    return .object(fields)
  }
}

extension AnalysisResult {
  fileprivate var json: JSON {
    var fields: JSONObject = [
      "id": .string(id), "tables": .array(tables.map(\.json)), "notes": .array(notes.map(\.json)),
      "arrays": .object(
        JSONObject(sorting: arrays.mapValues { .object(["shape": .array($0.shape.map(JSON.integer))]) })),
      "texts": .object(JSONObject(sorting: texts.mapValues(JSON.strings))),
    ]
    if let notApplicable { fields["notApplicable"] = .string(notApplicable) }
    return .object(fields)
  }
}

extension MetricTable {
  fileprivate var json: JSON {
    .object(["metric": .string(metric.id), "rows": .array(rows.map(\.json))])
  }
}

extension MetricTable.Row {
  fileprivate var json: JSON {
    var fields: JSONObject = ["component": .string(component.id), "n": .integer(quantity.n)]
    if quantity.state == .finite {
      fields["value"] = .number(quantity.number)
    } else {
      fields["state"] = .string(quantity.state.rawValue)
    }
    if let interval = quantity.interval {
      fields["low"] = .number(interval.lowerBound)
      fields["high"] = .number(interval.upperBound)
    }
    return .object(fields)
  }
}
