package import Foundation
import Results
package import Support

/// Holds JSON values against a JSON Schema (draft 2020-12), by the keywords that `docs/results.schema.json` uses; any
/// other is a fault, so that none is passed over.
package struct JSONSchemaValidator {
  private let root: JSON
  private var expressions: [String: NSRegularExpression] = [:]

  package init(_ schema: JSON) { root = schema }

  /// What is wrong, each with its place; empty where the value is as the schema says.
  package mutating func faults(of value: JSON) -> [String] { faults(value, root, "$") }

  /// What only names or describes.
  private static let annotations: Set = ["$schema", "$defs", "title", "description"]

  private mutating func faults(_ value: JSON, _ schema: JSON, _ place: String) -> [String] {
    if let allowed = schema.bool { return allowed ? [] : ["\(place): must not be there"] }
    guard let keywords = schema.members else { return ["\(place): the schema is not an object"] }
    return keywords.flatMap { key, rule -> [String] in
      if Self.annotations.contains(key) { return [] }
      func fault(_ isWrong: Bool, _ what: String) -> [String] { isWrong ? ["\(place): \(what)"] : [] }
      switch key {
      case "$ref":
        guard let name = rule.string, name.hasPrefix("#/$defs/"), let target = root["$defs"]?[String(name.dropFirst(8))]
        else { return ["\(place): \(rule.shown) is not defined"] }
        return faults(value, target, place)
      case "type": return fault(!Self.has(value, type: rule.string ?? ""), "is not of type \(rule.shown)")
      case "const": return fault(value != rule, "is not \(rule.shown)")
      case "enum": return fault(rule.elements?.contains(value) != true, "\(value.shown) is none of the values")
      case "minimum":
        guard let number = value.number, let least = rule.number else { return [] }
        return fault(number.double < least.double, "is less than \(rule.shown)")
      case "pattern":
        guard let text = value.string else { return [] }
        return fault(!matches(text, rule.string ?? ""), "\(value.shown) is of another form")
      case "oneOf":
        let all = (rule.elements ?? []).map { faults(value, $0, place) }
        let fitting = all.count(where: \.isEmpty)
        if fitting == 1 { return [] }
        // That of the value's type, which came furthest, says most.
        func distance(_ faults: [String]) -> (Int, Int) {
          (faults.contains { $0.hasPrefix("\(place): is not of type") } ? 1 : 0, faults.count)
        }
        let nearest = all.min { distance($0) < distance($1) } ?? []
        return ["\(place): fits \(fitting) of \(all.count) forms"] + (fitting == 0 ? nearest : [])
      case "required":
        guard let members = value.members else { return [] }
        return (rule.elements ?? []).compactMap(\.string).filter { members[$0] == nil }.map { "\(place): has no \($0)" }
      case "dependentRequired":
        guard let members = value.members else { return [] }
        return (rule.members ?? JSONObject()).flatMap { name, others in
          members[name] == nil
            ? []
            : (others.elements ?? []).compactMap(\.string).filter { members[$0] == nil }.map {
              "\(place): has \(name) without \($0)"
            }
        }
      case "properties":
        return (value.members ?? JSONObject()).flatMap { name, member in
          rule[name].map { faults(member, $0, "\(place).\(name)") } ?? []
        }
      case "patternProperties":
        return (value.members ?? JSONObject()).flatMap { name, member in
          (rule.members ?? JSONObject()).filter { matches(name, $0.key) }.flatMap {
            faults(member, $0.value, "\(place).\(name)")
          }
        }
      case "additionalProperties":
        let patterns = schema["patternProperties"]?.members?.keys ?? []
        return (value.members ?? JSONObject()).filter { name, _ in
          schema["properties"]?[name] == nil && !patterns.contains { matches(name, $0) }
        }.flatMap { name, member in faults(member, rule, "\(place).\(name)") }
      case "prefixItems":
        return zip(value.elements ?? [], rule.elements ?? []).enumerated().flatMap { index, pair in
          faults(pair.0, pair.1, "\(place)[\(index)]")
        }
      case "items":
        let first = schema["prefixItems"]?.elements?.count ?? 0
        return (value.elements ?? []).enumerated().dropFirst(first).flatMap { index, element in
          faults(element, rule, "\(place)[\(index)]")
        }
      case "minItems", "maxItems":
        guard let count = value.elements?.count, let limit = rule.number?.integer else { return [] }
        return fault(key == "minItems" ? count < limit : count > limit, "has \(count) elements")
      default: return ["\(place): the keyword \(key) is not known"]
      }
    }
  }

  private static func has(_ value: JSON, type: String) -> Bool {
    switch type {
    case "object": value.members != nil
    case "array": value.elements != nil
    case "string": value.string != nil
    case "boolean": value.bool != nil
    case "number": value.number != nil
    case "integer": value.number?.integer != nil
    default: false
    }
  }

  private mutating func matches(_ text: String, _ pattern: String) -> Bool {
    if expressions[pattern] == nil { expressions[pattern] = try? NSRegularExpression(pattern: pattern) }
    let all = NSRange(text.startIndex..., in: text)
    return expressions[pattern]?.firstMatch(in: text, range: all) != nil
  }
}

extension JSONSchemaValidator {
  /// Every `results.json` below a folder against the schema of the types.
  ///
  /// - Returns: what is wrong, by file.
  package static func faults(ofRunsIn folder: URL) throws -> [String] {
    var validator = JSONSchemaValidator(try RunResults.jsonSchema())
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path(percentEncoded: false))
    return try paths.filter { $0.split(separator: "/").last == "results.json" }.sorted().flatMap { path in
      try validator.faults(of: JSON(contentsOf: folder.appending(path: path), .strict)).map { "\(path) \($0)" }
    }
  }
}
