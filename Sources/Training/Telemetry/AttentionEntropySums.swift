import Analyses
import CKernels
import Results
import Tensors
import Transformers

/// Sums of entropies of each head, added up as rows of probabilities of one pass come by.
final class AttentionEntropySums: @unchecked Sendable {
  private let sites: TelemetrySites
  private let widest: Int
  /// Entropy, entropy over `ln n`, rows: by attention, batch row and head, each on one thread.
  private let cells: UnsafeMutableBufferPointer<Double>
  private let lengths: [Int]
  private let encoderLengths: [Int]

  /// - Parameters: real positions of each row, of the decoder or only stack and of what the encoder reads.
  init(_ sites: TelemetrySites, lengths: [Int], encoderLengths: [Int]) {
    self.sites = sites
    self.lengths = lengths
    self.encoderLengths = encoderLengths
    widest = sites.attentions.map(\.heads).max() ?? 1
    cells = .allocate(capacity: sites.attentions.count * lengths.count * widest * 3)
    cells.initialize(repeating: 0)
  }

  deinit { cells.deallocate() }

  /// Called from several threads; no two write to one cell.
  func see(_ band: AttentionBand) {
    guard let index = sites.attentionIndices[band.site], let base = cells.baseAddress else { return }
    let attention = sites.attentions[index], rows = band.rows
    let queries = attention.site.stack == .encoder ? encoderLengths : lengths
    let keys = attention.readsEncoder ? encoderLengths : lengths
    guard
      var looked = rows.band(
        queries: queries[rows.batchRow], keys: keys[rows.batchRow], isCausal: attention.isCausal,
        window: attention.window, stride: attention.stride)
    else { return }
    tk_attention_entropy(&looked, base + ((index * lengths.count + rows.batchRow) * widest + rows.head) * 3)
  }

  /// Of the passes of one step.
  ///
  /// - Parameter classes: of heads, under the sites of their patterns.
  static func records(_ passes: [AttentionEntropySums], _ classes: [Site: [PatternClass]]) -> [TelemetryRecord
    .Attention]
  {
    (passes.first?.sites.attentions ?? []).enumerated().map { index, attention in
      var sums = [Double](repeating: 0, count: attention.heads * 3)
      for pass in passes {
        for row in pass.lengths.indices {
          let start = (index * pass.lengths.count + row) * pass.widest * 3
          for cell in sums.indices { sums[cell] += pass.cells[start + cell] }
        }
      }
      func mean(_ kind: Int) -> [Double] {
        (0..<attention.heads).map { sums[$0 * 3 + kind] / sums[$0 * 3 + 2] }
      }
      return TelemetryRecord.Attention(
        site: attention.text, entropy: mean(0), normalisedEntropy: mean(1), classes: classes[attention.site])
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
