import Drawing
package import Plotting
import Support

/// Components of a model and the effects between them, in layers: a circuit.
package struct CircuitGraph: FigureContent {
  package struct Node: Hashable, Sendable {
    /// "L9.H6", "MLP 4", "logits".
    package var name: String
    /// Where it stands, from 0; layers without a node take no room.
    package var layer: Int
    /// What it is: "attention head", "MLP".
    package var kind: String

    package init(_ name: String, layer: Int, kind: String) {
      self.name = name
      self.layer = layer
      self.kind = kind
    }
  }

  package typealias Edge = GraphMark.Edge

  package let title: String
  let nodes: [Node]
  let edges: [Edge]
  /// Of each layer, in words: "input", "layer 0"; by number where there are none.
  let layerNames: [String]
  /// What an edge's number is: "effect on the logit difference".
  let quantity: String

  /// More edges than these hide each other.
  private static let most = 250

  /// - Parameter layerNames: one a layer, or none.
  package init(title: String, nodes: [Node], edges: [Edge], layerNames: [String] = [], quantity: String) {
    precondition(edges.allSatisfy { nodes.indices.contains($0.from) && nodes.indices.contains($0.to) })
    self.title = title
    self.nodes = nodes
    self.edges = edges
    self.layerNames = layerNames
    self.quantity = quantity
  }

  private var shown: [Edge] {
    guard edges.count > Self.most else { return edges }
    let kept = Set(edges.map(\.weight).largest(Self.most))
    return edges.indices.filter(kept.contains).map { edges[$0] }
  }

  /// In the order in which they first come.
  private var kinds: [String] {
    var seen: Set<String> = []
    return nodes.map(\.kind).filter { seen.insert($0).inserted }
  }

  /// Layers that have a node.
  private var used: [Int] { Set(nodes.map(\.layer)).sorted() }

  package var what: String {
    let cut = edges.count - shown.count
    return
      phrase(
        "circuitGraph.circuitNodesEdges",
        [
          "nodes": nodes.count, "edges": edges.count, "quantity": quantity,
          "cut": (cut > 0 ? phrase("circuitGraph.cutWeakestEdges", ["cut": cut]) : "."),
        ])
  }

  package var altText: String {
    let effects = edges.map(\.weight)
    func name(_ edge: Int) -> String {
      phrase("circuitGraph.fromToTo", ["from": nodes[edges[edge].from].name, "to": nodes[edges[edge].to].name])
    }
    let top = effects.largest(4).map { named(effects[$0], name($0)) }
    let negative = effects.count { ($0.number ?? 0) < 0 }
    let kinds = kinds.map { kind in
      phrase("circuitGraph.kindKindKind2", ["kind": nodes.count { $0.kind == kind }, "kind2": kind])
    }
    return phrase(
      "circuitGraph.graphUsedKinds",
      [
        "used": used.count, "kinds": listed(kinds),
        "top":
          (top.isEmpty
          ? phrase("circuitGraph.noEdgeHas") : phrase("circuitGraph.strongestEdgesTop", ["top": listed(top)])),
        "negative": negative, "edges": edges.count,
      ])
  }

  /// Many layers stand below one another.
  private var isUpright: Bool { used.count > 7 }

  package var extent: Figure.Extent { nodes.count > 12 ? .text : .column }

  package var plot: any Plottable {
    let (kinds, used) = (kinds, used)
    var graph = GraphMark(
      nodes: nodes.map { node in
        .init(
          RichText.escaped(node.name), layer: used.firstIndex(of: node.layer) ?? 0,
          color: .number(Double(kinds.firstIndex(of: node.kind) ?? 0)))
      }, edges: shown,
      layerNames: used.map { layerNames.indices.contains($0) ? layerNames[$0] : "\($0)" }, widest: 3, positive: .ink,
      negative: .category(5))
    graph.isUpright = isUpright
    return Plot(
      title, x: .hidden, y: .hidden,
      color: .categorical("", kinds.enumerated().map { .init($1, Self.paint($0)) }), shape: .content, marks: [graph])
  }

  /// Not the colour of negative edges.
  private static func paint(_ index: Int) -> Paint { .category([4, 1, 2, 3, 0, 6][index % 6]) }

  package var table: DataTable {
    DataTable([
      ("from", .texts(edges.map { nodes[$0.from].name })), ("to", .texts(edges.map { nodes[$0.to].name })),
      ("from_layer", .integers(edges.map { nodes[$0.from].layer })),
      ("to_layer", .integers(edges.map { nodes[$0.to].layer })), ("effect", .readings(edges.map(\.weight))),
    ])
  }
}
