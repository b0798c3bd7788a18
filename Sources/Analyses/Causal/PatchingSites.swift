import Results
import Tensors
import Transformers

/// A place whose value is exchanged between the runs of a pair.
struct PatchingPlace {
  var site: Site
  /// Sites before it that are exchanged as well.
  var earlier: [Site] = []
  var head: Int?
  var position: Int?

  /// The same as edits that put in what another run had; nil where a run has the same bits there.
  func edits(of run: [Site: Tensor], from other: [Site: Tensor]) -> [Edit]? {
    let edits = (earlier + [site]).compactMap { site -> Edit? in
      guard let value = other[site], let present = run[site], !isEqual(value, present) else { return nil }
      return Edit(site, .replace(value), positions: position.map { [$0] }, heads: head.map { [$0] })
    }
    return edits.isEmpty ? nil : edits
  }

  private func isEqual(_ a: Tensor, _ b: Tensor) -> Bool {
    forEachRange(of: a.shape) { range in
      range.allSatisfy { a.pointer[$0].bitPattern == b.pointer[$0].bitPattern }
    }
  }

  /// `Σ (a − b)·gradient` over the place.
  func product(_ a: Tensor, _ b: Tensor, _ gradient: Tensor) -> Double {
    var sum = 0.0
    _ = forEachRange(of: a.shape) { range in
      for i in range { sum += (Double(a.pointer[i]) - Double(b.pointer[i])) * Double(gradient.pointer[i]) }
      return true
    }
    return sum
  }

  /// Calls `body` with the elements of one row's value, `[1, T, C]`, `[1, T, H, D]` or `[1, H, T, T]`, until it is false.
  private func forEachRange(of shape: [Int], _ body: (Range<Int>) -> Bool) -> Bool {
    guard shape.count == 4 else {
      let width = shape[2]
      return body(position.map { $0 * width..<($0 + 1) * width } ?? 0..<shape[1] * width)
    }
    if site.kind.isSquare {
      let size = shape[2] * shape[3]
      return body(head.map { $0 * size..<($0 + 1) * size } ?? 0..<shape[1] * size)
    }
    for t in position.map({ $0..<$0 + 1 }) ?? 0..<shape[1] {
      let start = (t * shape[2] + (head ?? 0)) * shape[3]
      guard body(start..<start + shape[3] * (head == nil ? shape[2] : 1)) else { return false }
    }
    return true
  }
}

extension CausalMetrics.Map {
  /// The sites that are exchanged, from the first layer on.
  func sites(_ d: StackDescription) -> [Site] {
    let points = [.resid, .residPre].contains(self) ? d.layers + 1 : d.layers
    return (0..<points).map { layer in
      func site(_ kind: Site.Kind) -> Site { d.site(kind, layer: layer) }
      let isShared = d.keyValueHeads < d.heads
      return switch self {
      case .resid, .residPre: d.residual(point: layer)
      case .attentionOut: site(.attentionOut)
      case .mlpOut: site(.mlpOut)
      case .headZ, .headZByPosition: site(.z)
      case .headQ: site(.query)
      case .headK: site(isShared ? .keyByHead : .key)
      case .headV: site(isShared ? .valueByHead : .value)
      case .headPattern: site(.pattern)
      }
    }
  }

  /// The places of the map in the order of its array.
  func places(_ d: StackDescription, positions: Int) -> [PatchingPlace] {
    let sites = sites(d)
    return sites.enumerated().flatMap { index, site -> [PatchingPlace] in
      let earlier = self == .residPre ? Array(sites[..<index]) : []
      return switch (isByHead, isByPosition) {
      case (false, _): (0..<positions).map { PatchingPlace(site: site, earlier: earlier, position: $0) }
      case (true, false): (0..<d.heads).map { PatchingPlace(site: site, head: $0) }
      case (true, true):
        (0..<d.heads).flatMap { head in
          (0..<positions).map { PatchingPlace(site: site, head: head, position: $0) }
        }
      }
    }
  }

  func shape(_ d: StackDescription, positions: Int) -> [Int] {
    switch self {
    case .resid, .residPre: [d.layers + 1, positions]
    case .attentionOut, .mlpOut: [d.layers, positions]
    case .headZByPosition: [d.layers, d.heads, positions]
    default: [d.layers, d.heads]
    }
  }
}
