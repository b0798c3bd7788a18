import Support

/// What a number belongs to: the model, a residual point, a layer, a head, a weight tensor.
///
/// Its text form is stable, sorts naturally and is what files, findings and captions show: `model`, `R3` (the residual
/// stream after block 2, `R0` after the embeddings), `L2`, `L2.H5`, `tensor:bert.encoder…`. Where a model has several
/// stacks, their name comes first: `encoder/L2.H5`, `cross/L0.H1`.
package struct Component: Hashable, Sendable {
  package enum Stack: String, CaseIterable, Codable, Sendable {
    case only = "", encoder, decoder, cross

    /// The key of something that every stack has among a result's arrays and texts: `class`, `encoder/class`.
    package func key(_ name: String) -> String { self == .only ? name : "\(rawValue)/\(name)" }
  }

  package enum Place: Hashable, Sendable {
    case model
    /// Residual point `0 … L`.
    case point(Int)
    case layer(Int)
    case head(layer: Int, head: Int)
    case tensor(String)
    /// A position of a sequence.
    case position(Int)
    /// A hidden unit of a block's MLP.
    case neuron(layer: Int, unit: Int)
    /// A head of keys and values, which several heads may share.
    case keyValueHead(layer: Int, head: Int)
    /// What one component writes and another reads, by their ids: `edge:L0.H1>L2.H3.q`.
    case edge(from: String, to: String)
    /// A class of a label.
    case label(String)
    case document(String)
    /// A task, by its name.
    case task(String)
  }

  package var stack: Stack
  package var place: Place

  package init(_ place: Place, stack: Stack = .only) {
    self.stack = stack
    self.place = place
  }

  package static let model = Component(.model)
  package static func point(_ index: Int) -> Component { Component(.point(index)) }
  package static func layer(_ index: Int) -> Component { Component(.layer(index)) }
  package static func head(_ layer: Int, _ head: Int) -> Component { Component(.head(layer: layer, head: head)) }
  package static func tensor(_ name: String) -> Component { Component(.tensor(name)) }

  package var layer: Int? {
    switch place {
    case .layer(let layer), .head(let layer, _), .neuron(let layer, _), .keyValueHead(let layer, _): layer
    default: nil
    }
  }

  package var head: Int? { if case .head(_, let head) = place { head } else { nil } }
  package var point: Int? { if case .point(let point) = place { point } else { nil } }
  package var tensor: String? { if case .tensor(let name) = place { name } else { nil } }

  package var id: String {
    let name =
      switch place {
      case .model: "model"
      case .point(let index): "R\(index)"
      case .layer(let index): "L\(index)"
      case .head(let layer, let head): "L\(layer).H\(head)"
      case .tensor(let name): "tensor:\(name)"
      case .position(let index): "P\(index)"
      case .neuron(let layer, let unit): "L\(layer).N\(unit)"
      case .keyValueHead(let layer, let head): "L\(layer).KV\(head)"
      case .edge(let from, let to): "edge:\(from)>\(to)"
      case .label(let name): "class:\(name)"
      case .document(let id): "document:\(id)"
      case .task(let name): "task:\(name)"
      }
    return stack.key(name)
  }

  /// The component of a text form, nil where it is none.
  package init?(id: String) {
    var rest = Substring(id)
    stack = .only
    for candidate in Stack.allCases where candidate != .only && rest.hasPrefix(candidate.rawValue + "/") {
      stack = candidate
      rest = rest.dropFirst(candidate.rawValue.utf8.count + 1)
    }
    if rest == "model" {
      place = .model
    } else if let named = Self.named(rest) {
      place = named
    } else if let index = Self.index("R", rest) {
      place = .point(index)
    } else if let index = Self.index("P", rest) {
      place = .position(index)
    } else {
      let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
      guard let first = parts.first, let layer = Self.index("L", first) else { return nil }
      if parts.count == 1 {
        place = .layer(layer)
      } else if parts.count == 2, let head = Self.index("H", parts[1]) {
        place = .head(layer: layer, head: head)
      } else if parts.count == 2, let unit = Self.index("N", parts[1]) {
        place = .neuron(layer: layer, unit: unit)
      } else if parts.count == 2, parts[1].hasPrefix("KV"), let head = Self.index("V", parts[1].dropFirst()) {
        place = .keyValueHead(layer: layer, head: head)
      } else {
        return nil
      }
    }
  }

  /// A place that is called by a name: `tensor:wte.weight`, `task:pairs`.
  private static func named(_ text: Substring) -> Place? {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let name = String(text[text.index(after: colon)...])
    switch text[..<colon] {
    case "tensor": return .tensor(name)
    case "class": return .label(name)
    case "document": return .document(name)
    case "task": return .task(name)
    case "edge":
      let ends = name.split(separator: ">", maxSplits: 1, omittingEmptySubsequences: false)
      return ends.count == 2 ? .edge(from: String(ends[0]), to: String(ends[1])) : nil
    default: return nil
    }
  }

  /// What stands behind a letter, if that is how an index is written: up to nine digits, no sign, no leading zero.
  private static func index(_ letter: Character, _ text: Substring) -> Int? {
    let digits = text.dropFirst()
    guard text.first == letter, (1...9).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
      digits.first != "0" || digits.utf8.count == 1
    else { return nil }
    return Int(digits)
  }
}

extension Component: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let component = Component(id: text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: phrase("component.noComponentCalled", ["text": text]))
    }
    self = component
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(id)
  }
}
