package import Drawing
import Support

/// The tree of a hierarchical clustering over its leaves, which are categories of the x axis; heights lie along y.
package struct DendrogramMark: Mark {
  /// Two clusters become one: leaves are `0 ..< n`, the cluster of merge `i` is `n + i`.
  package struct Merge: Hashable, Sendable {
    package var first: Int
    package var second: Int
    package var height: Double

    package init(_ first: Int, _ second: Int, height: Double) {
      self.first = first
      self.second = second
      self.height = height
    }
  }

  package let leafCount: Int
  package let merges: [Merge]
  /// Clusters below this height have a colour each.
  package var cut: Double?

  /// - Precondition: every cluster is merged once, after it was made.
  package init(leafCount: Int, merges: [Merge], cut: Double? = nil) {
    precondition(merges.enumerated().allSatisfy { max($1.first, $1.second) < leafCount + $0 })
    self.leafCount = leafCount
    self.merges = merges
    self.cut = cut
  }

  /// Leaves from left to right such that no branches cross; labels of the x axis come in this order.
  package var leafOrder: [Int] {
    var isChild = [Bool](repeating: false, count: leafCount + merges.count)
    for merge in merges { (isChild[merge.first], isChild[merge.second]) = (true, true) }
    var order: [Int] = []
    for root in isChild.indices where !isChild[root] {
      var pending = [root]
      while let node = pending.popLast() {
        if node < leafCount {
          order.append(node)
        } else {
          pending += [merges[node - leafCount].second, merges[node - leafCount].first]
        }
      }
    }
    return order
  }

  package func values(of channel: Channel) -> [PlotValue] {
    channel == .y ? [.number(0)] + merges.map { PlotValue($0.height) } : []
  }

  package func legend(theme: Theme) -> [LegendEntry] {
    gapLabel(merges.map { PlotValue($0.height) }).map {
      [LegendEntry(.line(.muted, dash: [1, 2]), phrase("dendrogramMark.heightValue", ["value": $0]))]
    }
      ?? []
  }

  package func draw(in frame: Frame, into items: inout [DrawingItem]) {
    var place = [Double](repeating: 0, count: leafCount + merges.count)
    for (index, leaf) in leafOrder.enumerated() { place[leaf] = Double(index) }
    let groups = groups
    var paths: [(group: Int?, path: [PathElement])] = []
    for (index, merge) in merges.enumerated() {
      let node = leafCount + index
      place[node] = (place[merge.first] + place[merge.second]) / 2
      // A merge without a height is drawn dotted at the panel's upper edge.
      func corner(_ leaf: Int, _ height: Double) -> Point? {
        frame.x.position(place[leaf]).map { Point($0, frame.y.position(height) ?? frame.area.minY) }
      }
      func height(_ node: Int) -> Double { node < leafCount ? 0 : merges[node - leafCount].height }
      let corners = [
        corner(merge.first, height(merge.first)), corner(merge.first, merge.height),
        corner(merge.second, merge.height), corner(merge.second, height(merge.second)),
      ].compactMap { $0 }
      guard corners.count == 4 else { continue }
      if !merge.height.isFinite {
        let stroke = Stroke(frame.theme.gapInk, width: frame.theme.axisWidth, dash: [1, 2])
        items.append(.path(polyline(corners), fill: nil, stroke: stroke))
        continue
      }
      if let known = paths.firstIndex(where: { $0.group == groups[node] }) {
        paths[known].path += polyline(corners)
      } else {
        paths.append((groups[node], polyline(corners)))
      }
    }
    for (group, path) in paths {
      let paint = group.map(Paint.category) ?? .ink
      let dash = frame.theme.dash(of: paint)
      items.append(
        .path(
          path, fill: nil,
          stroke: Stroke(
            paint.color(in: frame.theme), width: frame.theme.lineWidth * 0.8, dash: dash,
            cap: dash.isEmpty ? .square : .butt)))
    }
    if let cut, let level = frame.y.position(cut) {
      items.append(
        .path(
          [.move(Point(frame.area.minX, level)), .line(Point(frame.area.maxX, level))], fill: nil,
          stroke: Stroke(frame.theme.muted, width: frame.theme.axisWidth, dash: [3, 2])))
    }
  }

  /// Of each node the number of its cluster below the cut, from left to right; nil above it.
  private var groups: [Int?] {
    var groups = [Int?](repeating: nil, count: leafCount + merges.count)
    guard let cut else { return groups }
    func isBelow(_ node: Int) -> Bool { node < leafCount || merges[node - leafCount].height <= cut }
    // From the roots down: a cluster begins where a branch passes the cut.
    var next = 0
    var parent = [Int?](repeating: nil, count: groups.count)
    for (index, merge) in merges.enumerated() {
      (parent[merge.first], parent[merge.second]) = (leafCount + index, leafCount + index)
    }
    for leaf in leafOrder {
      var top = leaf
      while let above = parent[top], isBelow(above) { top = above }
      guard top >= leafCount, groups[top] == nil else { continue }
      var pending = [top]
      while let node = pending.popLast() {
        groups[node] = next
        if node >= leafCount { pending += [merges[node - leafCount].first, merges[node - leafCount].second] }
      }
      next += 1
    }
    return groups
  }
}
