import Plotting

/// A weight's name without its layer: `h.3.attn.c_attn.weight` is layer 3 of kind `attn.c_attn.weight`.
struct TensorKind: Hashable {
  let layer: Int?
  let kind: String

  init(_ name: String) {
    let parts = name.split(separator: ".").map(String.init)
    guard let index = parts.firstIndex(where: { Int($0) != nil }), let layer = Int(parts[index]) else {
      self.layer = nil
      kind = name
      return
    }
    self.layer = layer
    kind = parts[(index + 1)...].joined(separator: ".")
  }
}

/// Names by kind, kinds in the order in which they first come, each with its layers in rising order.
func tensorsByKind(_ names: [String]) -> [(kind: String, members: [(layer: Int, index: Int)])] {
  var order: [String] = []
  var members: [String: [(layer: Int, index: Int)]] = [:]
  for (index, name) in names.enumerated() {
    let tensor = TensorKind(name)
    guard let layer = tensor.layer else { continue }
    if members[tensor.kind] == nil { order.append(tensor.kind) }
    members[tensor.kind, default: []].append((layer, index))
  }
  return order.map { kind in (kind, (members[kind] ?? []).sorted { ($0.layer, $0.index) < ($1.layer, $1.index) }) }
}
