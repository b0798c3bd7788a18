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
    case .layer(let layer), .head(let layer, _): layer
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
    } else if rest.hasPrefix("tensor:") {
      place = .tensor(String(rest.dropFirst(7)))
    } else if let index = Self.index("R", rest) {
      place = .point(index)
    } else {
      let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
      guard let first = parts.first, let layer = Self.index("L", first) else { return nil }
      if parts.count == 1 {
        place = .layer(layer)
      } else if parts.count == 2, let head = Self.index("H", parts[1]) {
        place = .head(layer: layer, head: head)
      } else {
        return nil
      }
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
