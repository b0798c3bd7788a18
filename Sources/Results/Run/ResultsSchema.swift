package import Support

extension RunResults {
  /// The JSON Schema (draft 2020-12) of `results.json`, which `docs/results.schema.json` holds.
  ///
  /// What a run is about is written from the types; what an analysis can hand on from the forms that it declares.
  package static func jsonSchema() throws -> JSON {
    var definitions: JSONObject = [
      "component": Component.schema, "row": MetricTable.Row.schema, "note": Note.schema,
      "metric": try JSON.schema(of: Metric.self), "subject": try JSON.schema(of: Subject.self),
    ]
    for form in AnalysisForm.all { definitions["analysis.\(form.id)"] = form.schema }
    return .object([
      "$schema": .string("https://json-schema.org/draft/2020-12/schema"),
      "title": .string(phrase("resultsSchema.tablesnameSchemaSchema", ["tablesName": tablesName, "schema": schema])),
      "type": .string("object"), "additionalProperties": .bool(false),
      "required": .strings(["schema", "subject", "metrics", "analyses"]),
      "properties": .object([
        "schema": .object(["const": .integer(schema)]), "subject": .definition("subject"),
        "metrics": .list(of: .definition("metric")),
        "analyses": .list(of: .object(["oneOf": .array(AnalysisForm.all.map { .definition("analysis.\($0.id)") })])),
      ]),
      "$defs": .object(definitions),
    ])
  }
}

extension JSON {
  fileprivate static func definition(_ name: String) -> JSON { .object(["$ref": .string("#/$defs/\(name)")]) }

  fileprivate static func list(of element: JSON) -> JSON { .object(["type": .string("array"), "items": element]) }

  fileprivate static func object(required: [String], _ properties: JSONObject, _ more: JSONObject = [:]) -> JSON {
    .object(
      JSONObject([
        ("type", .string("object")), ("properties", .object(properties)), ("required", .strings(required)),
        ("additionalProperties", .bool(false)),
      ]).merging(more))
  }

  fileprivate static let text = JSON.object(["type": .string("string")])
  fileprivate static let number = JSON.object(["type": .string("number")])
  fileprivate static let count = JSON.object(["type": .string("integer"), "minimum": .integer(0)])
}

extension Component: JSONDescribed {
  fileprivate static let index = "(0|[1-9][0-9]{0,8})"
  fileprivate static let prefix = "((\(stacks.joined(separator: "|")))/)?"
  fileprivate static let stacks = Stack.allCases.filter { $0 != .only }.map(\.rawValue)

  package static var schema: JSON {
    .object([
      "type": .string("string"),
      "pattern": .string("^\(prefix)(model|R\(index)|L\(index)(\\.H\(index))?|tensor:[\\s\\S]*)$"),
    ])
  }

  package static var sample: Component { .model }
}

extension MetricTable.Row: JSONDescribed {
  /// A number, or the state that takes its place.
  package static var schema: JSON {
    .object(
      required: ["component", "n"],
      [
        "component": .definition("component"), "n": .count, "value": .number,
        "state": .object(["enum": .strings(Quantity.State.allCases.filter { $0 != .finite }.map(\.rawValue))]),
        "low": .number, "high": .number,
      ],
      [
        "oneOf": .array(["value", "state"].map { .object(["required": .strings([$0])]) }),
        "dependentRequired": .object(["low": .strings(["high"]), "high": .strings(["low"])]),
      ])
  }

  package static var sample: MetricTable.Row { MetricTable.Row(.model, .missing) }
}

extension Message: JSONDescribed {
  /// A code with what fills its placeholders: counts, texts, lists of them, and messages.
  package static var schema: JSON {
    .object(required: ["code"], ["code": .text, "arguments": .object(["type": .string("object")])])
  }

  package static var sample: Message { "verbatim" }
}

extension Note: JSONDescribed {
  package static var schema: JSON {
    .object(
      required: ["code"],
      [
        "code": .text, "arguments": .object(["type": .string("object")]),
        "stack": .object(["enum": .strings(Component.stacks)]), "about": .text,
      ])
  }

  package static var sample: Note { Note("verbatim") }
}

extension Metric.Spread: JSONDescribed {}
extension WeightNote.Kind: JSONDescribed {}

extension AnalysisForm {
  fileprivate var schema: JSON {
    .object(
      required: ["id", "tables", "arrays", "texts", "notes"],
      [
        "id": .object(["const": .string(id)]), "notApplicable": Message.schema,
        "tables": .list(
          of: .object(
            required: ["metric", "rows"],
            [
              "metric": .object(["enum": .strings(metrics.map(\.id))]),
              "rows": .list(of: .definition("row")),
            ])),
        "arrays": members(arrays.map { ($0.pattern, $0.shape) }), "texts": members(texts.map { ($0.pattern, $0.list) }),
        "notes": .list(of: .definition("note")),
      ])
  }

  private func members(_ patterns: [(key: String, value: JSON)]) -> JSON {
    .object([
      "type": .string("object"), "patternProperties": .object(JSONObject(patterns)),
      "additionalProperties": .bool(false),
    ])
  }
}

extension Form {
  /// Of the name, with a stack before it or without.
  fileprivate var pattern: String {
    let member =
      switch member {
      case .name: "[\\s\\S]+"
      case .number, .point: Component.index
      }
    return "^\(Component.prefix)\(name(of: "*").replacing(".", with: "\\.").replacing("*", with: member))$"
  }

  /// Of an array.
  fileprivate var shape: JSON {
    let lengths = axes.map { axis -> JSON in
      var length: JSONObject = ["title": .string(axis.title)]
      if case .columns(let columns) = axis { length["const"] = .integer(columns.count) }
      return .object(length.merging(["type": .string("integer"), "minimum": .integer(0)]))
    }
    let shape = JSON.object([
      "type": .string("array"), "prefixItems": .array(lengths), "items": .bool(false), "minItems": .integer(axes.count),
    ])
    return .object(required: ["shape"], ["shape": shape], words.map { ["description": .string($0)] } ?? [:])
  }

  /// Of texts.
  fileprivate var list: JSON {
    let text =
      switch content {
      case .classes: JSON.object(["enum": .strings(PatternClass.allCases.map(\.rawValue) + [""])])
      case .one(let words): JSON.object(["enum": .strings(words + [""])])
      case .components: JSON.definition("component")
      default: JSON.text
      }
    guard case .columns(let columns) = axes.first else {
      return .object(["type": .string("array"), "title": .string(axes.first?.title ?? ""), "items": text])
    }
    return .object([
      "type": .string("array"), "prefixItems": .array(columns.map { .object(["title": .string($0)]) }),
      "items": text, "minItems": .integer(columns.count), "maxItems": .integer(columns.count),
    ])
  }

  private var words: String? {
    switch content {
    case .anything, .classes, .components, .one: nil
    case .finite: phrase("resultsSchema.finiteNumbers")
    case .shares: phrase("resultsSchema.sharesFrom0")
    case .rising: phrase("resultsSchema.finiteNumbersNone")
    case .whole(nil): phrase("resultsSchema.wholeNumbersFrom0")
    case .whole(let columns?):
      phrase("resultsSchema.wholeNumbersFrom", ["init": columns.map(String.init).joined(separator: ", ")])
    }
  }
}

extension Form.Axis {
  fileprivate var title: String {
    switch self {
    case .free(let name): name
    case .columns(let columns): columns.joined(separator: ", ")
    case .the(let name, let more), .each(let name, let more):
      more == 0 ? name : more > 0 ? "\(name) + \(more)" : "\(name) − \(-more)"
    }
  }
}
