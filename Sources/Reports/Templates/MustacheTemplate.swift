import Support

/// A template in the Mustache language, core modules of its specification 1.x: comments, delimiters, interpolation,
/// sections, inverted sections, partials.
package struct MustacheTemplate: Sendable {
  indirect enum Node: Sendable {
    case text([UInt8])
    /// `{{name}}`, or `{{{name}}}` and `{{&name}}` where it is not escaped. The path of an empty name, `.`, is empty.
    case variable(path: [String], isEscaped: Bool)
    case section(path: [String], isInverted: Bool, [Node])
    case partial(name: String, indentation: [UInt8])
  }

  let nodes: [Node]

  /// - Throws: `InputError` with the line where a tag or section does not end.
  package init(_ text: String, name: String) throws {
    var parser = MustacheParser(text, name: name)
    nodes = try parser.nodes()
  }

  /// The names of what it includes, in the order in which they stand in it.
  var partials: [String] {
    func names(_ nodes: [Node]) -> [String] {
      nodes.flatMap { node -> [String] in
        switch node {
        case .partial(let name, _): [name]
        case .section(_, _, let inner): names(inner)
        case .text, .variable: []
        }
      }
    }
    return names(nodes)
  }

  /// - Parameter partials: the text of a partial, nil where there is none of that name.
  package func render(_ value: TemplateValue, partials: @escaping (String) throws -> String?) throws -> String {
    var renderer = Renderer(partials: partials)
    try renderer.render(nodes, [value], depth: 0)
    return String(decoding: renderer.output, as: UTF8.self)
  }

  private struct Renderer {
    let partials: (String) throws -> String?
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
        case .partial(let name, let indentation):
          guard depth < 100 else {
            throw InputError(.usage, at: "template \(name)", "includes itself without end")
          }
          guard let text = try partials(name) else { continue }
          let template = try MustacheTemplate(Self.indented(text, indentation), name: name)
          try render(template.nodes, stack, depth: depth + 1)
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
  }
}
