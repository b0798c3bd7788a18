/// Places of a layered graph's nodes with few crossings (Sugiyama, Tagawa & Toda 1981): edges over several layers pass
/// through a place in each, the order within layers is that with the fewest crossings among sweeps by the mean place of
/// the neighbours, and the places are those nearest to that mean that keep the order and a distance: 1 between nodes,
/// less beside an edge that passes.
struct LayeredLayout {
  /// Of each node from the middle, in node distances.
  private(set) var place: [Double]
  /// The places that an edge passes in the layers between its ends, from the lower layer up.
  private(set) var route: [[Double]]
  /// Half the extent of the widest layer.
  private(set) var reach: Double
  let layerCount: Int

  /// The share of a node's room that an edge takes on its way past nodes: where there are many, less, so that they do not
  /// drive the nodes apart.
  private let edgeRoom: Double

  private let nodeCount: Int
  private var layerOf: [Int]
  private var order: [[Int]]
  private var above: [[Int]]
  private var below: [[Int]]

  /// - Parameters:
  ///   - layers: of each node, from 0.
  ///   - edges: pairs of nodes of different layers; others have no route.
  init(layers: [Int], edges: [(from: Int, to: Int)]) {
    layerCount = (layers.max() ?? -1) + 1
    nodeCount = layers.count
    var owner = layers
    var chains: [[Int]] = []
    var links: [(Int, Int)] = []
    for edge in edges {
      let (low, high) = layers[edge.from] <= layers[edge.to] ? (edge.from, edge.to) : (edge.to, edge.from)
      guard layers[low] < layers[high] else {
        chains.append([])
        continue
      }
      var chain: [Int] = []
      for layer in layers[low] + 1..<max(layers[high], layers[low] + 1) {
        chain.append(owner.count)
        owner.append(layer)
      }
      let stops = [low] + chain + [high]
      links += zip(stops, stops.dropFirst())
      chains.append(chain)
    }
    above = Array(repeating: [], count: owner.count)
    below = above
    layerOf = owner
    order = (0..<layerCount).map { layer in owner.indices.filter { owner[$0] == layer } }
    place = []
    route = []
    reach = 0
    let nodes = order.map { layer in layer.count { $0 < layers.count } }
    let passing = zip(order, nodes).map { $0.count - $1 }.max() ?? 0
    edgeRoom = min(max(1.2 * Double(nodes.max() ?? 0) / Double(max(passing, 1)), 0.05), 0.22)
    for (low, high) in links {
      above[low].append(high)
      below[high].append(low)
    }
    reduceCrossings()
    assignPlaces()
    let places = place
    route = chains.map { $0.map { places[$0] } }
    reach = places.map(abs).max() ?? 0
    place = Array(places.prefix(layers.count))
  }

  private mutating func reduceCrossings() {
    var best = order
    var fewest = crossings
    for sweep in 0..<24 where fewest > 0 {
      let isUpward = sweep % 2 == 0
      let rank = ranks
      var current = rank
      for layer in isUpward ? Array(0..<layerCount) : (0..<layerCount).reversed() {
        let neighbours = isUpward ? below : above
        let keyed = order[layer].enumerated().map { position, node -> (key: Double, position: Int, node: Int) in
          let places = neighbours[node].map { current[$0] }
          let mean = places.isEmpty ? Double(position) : places.reduce(0, +) / Double(places.count)
          return (mean, position, node)
        }
        order[layer] = keyed.sorted { ($0.key, $0.position) < ($1.key, $1.position) }.map(\.node)
        for (position, node) in order[layer].enumerated() { current[node] = Double(position) }
      }
      let count = crossings
      if count < fewest { (fewest, best) = (count, order) }
    }
    order = best
  }

  private var ranks: [Double] {
    var rank = [Double](repeating: 0, count: layerOf.count)
    for nodes in order { for (position, node) in nodes.enumerated() { rank[node] = Double(position) } }
    return rank
  }

  /// Pairs of links between neighbouring layers that cross.
  var crossings: Int {
    let rank = ranks
    var count = 0
    for nodes in order {
      let links = nodes.flatMap { node in above[node].map { rank[$0] }.sorted() }
      // A pair crosses where the right one ends farther left; equal starts come in order.
      var starts: [Double] = []
      for node in nodes { starts += above[node].map { _ in rank[node] } }
      for i in links.indices {
        for j in links.indices.dropFirst(i + 1) where starts[i] < starts[j] && links[i] > links[j] { count += 1 }
      }
    }
    return count
  }

  private mutating func assignPlaces() {
    place = [Double](repeating: 0, count: layerOf.count)
    let distances = order.map { nodes in zip(nodes, nodes.dropFirst()).map { (room($0) + room($1)) / 2 } }
    for (nodes, distances) in zip(order, distances) {
      var next = -distances.reduce(0, +) / 2
      for (node, distance) in zip(nodes, distances + [0]) {
        place[node] = next
        next += distance
      }
    }
    for pass in 0..<24 {
      for layer in pass % 2 == 0 ? Array(0..<layerCount) : (0..<layerCount).reversed() {
        let wanted = order[layer].map { node -> Double in
          let neighbours = below[node] + above[node]
          guard !neighbours.isEmpty else { return place[node] }
          return neighbours.map { place[$0] }.reduce(0, +) / Double(neighbours.count)
        }
        for (node, value) in zip(order[layer], Self.spread(wanted, distances[layer])) { place[node] = value }
      }
    }
    let middle = ((place.max() ?? 0) + (place.min() ?? 0)) / 2
    for node in place.indices { place[node] -= middle }
  }

  private func room(_ node: Int) -> Double { node < nodeCount ? 1 : edgeRoom }

  /// The places nearest to the wanted ones (least squares) that rise by at least 1.
  static func spread(_ wanted: [Double]) -> [Double] {
    spread(wanted, [Double](repeating: 1, count: max(wanted.count - 1, 0)))
  }

  /// The same with a distance of their own between every two neighbours: pooled neighbours.
  private static func spread(_ wanted: [Double], _ distances: [Double]) -> [Double] {
    var steps = [0.0]
    for distance in distances { steps.append(steps[steps.count - 1] + distance) }
    var blocks: [(sum: Double, count: Int)] = []
    for (value, step) in zip(wanted, steps) {
      blocks.append((value - step, 1))
      while blocks.count > 1, let last = blocks.last,
        blocks[blocks.count - 2].sum / Double(blocks[blocks.count - 2].count) > last.sum / Double(last.count)
      {
        blocks.removeLast()
        blocks[blocks.count - 1].sum += last.sum
        blocks[blocks.count - 1].count += last.count
      }
    }
    let levels = blocks.flatMap { block in Array(repeating: block.sum / Double(block.count), count: block.count) }
    return zip(levels, steps).map { $0 + $1 }
  }
}
