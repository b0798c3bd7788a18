/// What a template is filled with.
package indirect enum TemplateValue: Sendable {
  case null
  case flag(Bool)
  case text(String)
  case list([TemplateValue])
  case object([String: TemplateValue])

  /// Whether a section of it is rendered.
  var isTrue: Bool {
    switch self {
    case .null: false
    case .flag(let flag): flag
    case .list(let list): !list.isEmpty
    case .text, .object: true
    }
  }

  /// What an interpolation of it shows.
  var text: String {
    switch self {
    case .text(let text): text
    case .flag(let flag): flag ? "true" : "false"
    case .null, .list, .object: ""
    }
  }

  subscript(key: String) -> TemplateValue? { if case .object(let members) = self { members[key] } else { nil } }
}

extension TemplateValue: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral,
  ExpressibleByBooleanLiteral
{
  package init(stringLiteral value: String) { self = .text(value) }
  package init(booleanLiteral value: Bool) { self = .flag(value) }
  package init(arrayLiteral elements: TemplateValue...) { self = .list(elements) }
  package init(dictionaryLiteral elements: (String, TemplateValue)...) {
    self = .object(Dictionary(elements) { $1 })
  }
}
