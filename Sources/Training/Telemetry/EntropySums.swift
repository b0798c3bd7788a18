import Analyses
import CKernels
import Tensors
import Transformers

/// Sums of entropies of each head, added up as rows of probabilities of one pass come by.
final class EntropySums: @unchecked Sendable {
  private struct Place {
    var site: Site
    var heads: Int
    var isCausal: Bool
    var window: Int
    var stride: Int
    var readsEncoder: Bool
  }

  private let places: [Place]
  private let indices: [Site: Int]
  private let widest: Int
  /// Entropy, entropy over `ln n`, rows: by place, batch row and head, each on one thread.
  /// Entropy, entropy over `ln n`, rows: by place, batch row and head, each on one thread.
  private let cells: UnsafeMutableBufferPointer<Double>
  private let lengths: [Int]
  private let encoderLengths: [Int]

  init(_ d: ModelDescription, _ input: ModelInput) {
    encoderLengths = input.lengths
    lengths = input.targetLengths
    places = d.stacks.flatMap { stack in
      (0..<stack.layers).flatMap { layer -> [Place] in
        let own = Place(
          site: stack.site(.pattern, layer: layer), heads: stack.heads, isCausal: stack.isCausal,
          window: stack.windows[layer] ?? 0, stride: stack.stride ?? 0, readsEncoder: stack.role == .encoder)
        guard stack.role == .decoder else { return [own] }
        let cross = Place(
          site: stack.site(.crossPattern, layer: layer), heads: stack.heads, isCausal: false, window: 0, stride: 0,
          readsEncoder: true)
        return [own, cross]
      }
    }
    indices = Dictionary(uniqueKeysWithValues: places.enumerated().map { ($1.site, $0) })
    widest = places.map(\.heads).max() ?? 1
    cells = .allocate(capacity: places.count * input.batch * widest * 3)
    cells.initialize(repeating: 0)
  }

  deinit { cells.deallocate() }

  /// Called from several threads; no two write to one cell.
  func see(_ band: AttentionBand) {
    guard let index = indices[band.site], let base = cells.baseAddress else { return }
    let place = places[index], rows = band.rows
    let queries = place.site.stack == .encoder ? encoderLengths : lengths
    let keys = place.readsEncoder ? encoderLengths : lengths
    let real = min(rows.queries.upperBound, queries[rows.batchRow]) - rows.queries.lowerBound
    guard real > 0 else { return }
    var looked = tk_attention_band(
      pattern: rows.pointer, stride: rows.stride, first_query: rows.queries.lowerBound, queries: real,
      first_key: rows.keys.lowerBound, keys: rows.keys.count, length: keys[rows.batchRow],
      causal: place.isCausal ? 1 : 0, window: place.window, every: place.stride)
    tk_attention_entropy(&looked, base + ((index * lengths.count + rows.batchRow) * widest + rows.head) * 3)
  }

  /// Of the passes of one step.
  ///
  /// - Parameter classes: of heads, under the sites of their patterns.
  static func records(_ passes: [EntropySums], _ classes: [Site: [PatternClass]]) -> [TelemetryRecord.Attention] {
    (passes.first?.places ?? []).enumerated().map { index, place in
      var sums = [Double](repeating: 0, count: place.heads * 3)
      for pass in passes {
        for row in pass.lengths.indices {
          let start = (index * pass.lengths.count + row) * pass.widest * 3
          for cell in sums.indices { sums[cell] += pass.cells[start + cell] }
        }
      }
      func mean(_ kind: Int) -> [Double] { (0..<place.heads).map { sums[$0 * 3 + kind] / sums[$0 * 3 + 2] } }
      return TelemetryRecord.Attention(
        site: place.site.text, entropy: mean(0), normalisedEntropy: mean(1), classes: classes[place.site])
    }
  }
}

extension ModelInput {
  /// Real positions of each row, which come first.
  var lengths: [Int] { (0..<batch).map { row in mask[row * length..<(row + 1) * length].count { $0 != 0 } } }

  var targetLengths: [Int] {
    guard let target else { return lengths }
    return (0..<batch).map { row in target.mask[row * target.length..<(row + 1) * target.length].count { $0 != 0 } }
  }
}
