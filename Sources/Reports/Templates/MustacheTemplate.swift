import Support

/// A template in the Mustache language, core modules of its specification 1.x: comments, delimiters, interpolation,
/// sections, inverted sections, partials.
package struct MustacheTemplate: Sendable {
  indirect enum Node: Sendable {
    case text([UInt8])
    /// `{{name}}`, or `{{{name}}}` and `{{&name}}` where it is not escaped. The path of an empty name, `.`, is empty.
    case variable(path: [String], isEscaped: Bool)
    case section(path: [String], isInverted: Bool, [Node])
    case partial(Partial)
  }

  /// `{{>name}}`: another template, with what stands before a tag alone on its line before each of its lines.
  package struct Partial: Hashable, Sendable {
    package var name: String
    package var indentation: [UInt8] = []
  }

  let nodes: [Node]

  /// - Parameter indentation: set before each line of the text.
  /// - Throws: `InputError` with the line where a tag or section does not end.
  package init(_ text: String, name: String, indentation: [UInt8] = []) throws {
    var parser = MustacheParser(Self.indented(text, indentation), name: name)
    nodes = try parser.nodes()
  }

  private static func indented(_ text: String, _ indentation: [UInt8]) -> String {
    if indentation.isEmpty { return text }
    var result: [UInt8] = []
    var isLineStart = true
    for byte in text.utf8 {
      if isLineStart { result += indentation }
      result.append(byte)
      isLineStart = byte == UInt8(ascii: "\n")
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// What it includes, in the order in which it stands in it.
  var partials: [Partial] {
    func partials(_ nodes: [Node]) -> [Partial] {
      nodes.flatMap { node -> [Partial] in
        switch node {
        case .partial(let partial): [partial]
        case .section(_, _, let inner): partials(inner)
        case .text, .variable: []
        }
      }
    }
    return partials(nodes)
  }

  /// - Parameter partials: the template of a partial, indented as it says; nil where there is none of that name.
  package func render(
    _ value: TemplateValue, partials: @escaping (Partial) throws -> MustacheTemplate?
  ) throws -> String {
    var renderer = Renderer(partials: partials)
    try renderer.render(nodes, [value], depth: 0)
    return String(decoding: renderer.output, as: UTF8.self)
  }

  private struct Renderer {
    let partials: (Partial) throws -> MustacheTemplate?
    var output: [UInt8] = []

    mutating func render(_ nodes: [Node], _ stack: [TemplateValue], depth: Int) throws {
      for node in nodes {
        switch node {
        case .text(let bytes): output += bytes
        case .variable(let path, let isEscaped):
          let text = lookUp(path, stack).text
          output += (isEscaped ? Escaping.html(text) : text).utf8
        case .section(let path, let isInverted, let children):
          let value = lookUp(path, stack)
          if isInverted {
            if !value.isTrue { try render(children, stack, depth: depth) }
          } else if case .list(let items) = value {
            for item in items { try render(children, stack + [item], depth: depth) }
          } else if value.isTrue {
            try render(children, stack + [value], depth: depth)
          }
        case .partial(let partial):
          guard depth < 100 else {
            throw InputError(
              .usage, at: phrase("error.templatePartial", ["partial": partial.name]),
              phrase("error.includesItselfWithout"))
          }
          if let template = try partials(partial) { try render(template.nodes, stack, depth: depth + 1) }
        }
      }
    }

    /// The first part of a path is looked for from the innermost context outwards, the others only inside what it is.
    private func lookUp(_ path: [String], _ stack: [TemplateValue]) -> TemplateValue {
      guard let first = path.first else { return stack.last ?? .null }
      guard var value = stack.reversed().lazy.compactMap({ $0[first] }).first else { return .null }
      for key in path.dropFirst() { value = value[key] ?? .null }
      return value
    }
  }
}
