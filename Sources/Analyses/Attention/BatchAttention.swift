package import CKernels
import Engine
import Support
package import Tensors
import Transformers

/// What the attention analysis keeps of a batch: for every head and document, sums over the rows.
///
/// Each cell is written by the one thread that its head and row of the batch are on, and read after the pass.
final class BatchAttention: AttentionWatcher, @unchecked Sendable {
  /// One head on one document.
  struct Cell {
    /// `TK_ATTENTION_…`.
    var sums: [Double] = []
    /// `Σ_q A[q, k]`.
    var marginal: [Double] = []
    /// `Σ A[q, k]` at `k − q + length − 1`.
    var offsets: [Double] = []
    /// `Σ A[q, 0]` over the rows that sink rates look at.
    var sink = 0.0
    /// The first positions' weights, `[queries, keys]`, where they are kept.
    var map: [Float] = []
    var pooled: PooledMap?
    /// `Σ_q ‖z_q W_O‖`.
    var outputNorm = 0.0
    /// Where people aligned the words of the two texts.
    var words: WordLinks?
  }

  let kinds: [AttentionKind]
  private let documents: [TokenizedDocument]
  private let targets: [TokenizedDocument]
  private let keys: [[DocumentKeys]]
  private let lengths: [[Int]]
  private let places: [Site: (kind: Int, layer: Int)]
  private let outputGrams: HeadOutputGrams
  let sites: Set<Site>
  private let offsets: [Int]
  private let cells: UnsafeMutableBufferPointer<Cell>
  /// How each document's maps are kept.
  let choices: [AttentionSamples.Choice]

  init(
    _ kinds: [AttentionKind], _ documents: [TokenizedDocument], _ targets: [TokenizedDocument],
    choices: [AttentionSamples.Choice], outputGrams: HeadOutputGrams
  ) {
    self.outputGrams = outputGrams
    self.kinds = kinds
    self.documents = documents
    self.targets = targets
    self.choices = choices
    keys = kinds.map { $0.keys(documents, targets).map(DocumentKeys.init) }
    lengths = kinds.map { $0.queries(documents, targets).map(\.ids.count) }
    var places: [Site: (kind: Int, layer: Int)] = [:]
    var offsets: [Int] = []
    var count = 0
    for (index, kind) in kinds.enumerated() {
      for layer in 0..<kind.layers {
        places[kind.pattern(layer: layer)] = (index, layer)
        places[kind.z(layer: layer)] = (index, layer)
      }
      offsets.append(count)
      count += kind.layers * kind.heads * documents.count
    }
    self.places = places
    sites = Set(kinds.flatMap { kind in (0..<kind.layers).map(kind.z) })
    self.offsets = offsets
    cells = .allocate(capacity: count)
    cells.initialize(repeating: Cell())
  }

  deinit {
    cells.deinitialize()
    cells.deallocate()
  }

  /// Of head `index`, counted through the layers, on a document of the batch.
  func cell(kind: Int, head index: Int, document: Int) -> Cell {
    cells[offsets[kind] + index * documents.count + document]
  }

  func keys(kind: Int, document: Int) -> DocumentKeys { keys[kind][document] }
  func queryCount(kind: Int, document: Int) -> Int { lengths[kind][document] }

  /// Whether a document's rows say anything.
  func counts(kind: Int, document: Int) -> Bool {
    document < keys[kind].count && document < lengths[kind].count
      && kinds[kind].rows(queries: lengths[kind][document], keys: keys[kind][document].length) > 0
  }

  func see(_ band: AttentionBand) {
    guard let (index, layer) = places[band.site] else { return }
    let rows = band.rows, kind = kinds[index]
    guard counts(kind: index, document: rows.batchRow) else { return }
    let at = offsets[index] + (layer * kind.heads + rows.head) * documents.count + rows.batchRow
    let keys = keys[index][rows.batchRow], queries = lengths[index][rows.batchRow]
    let choice = choices[rows.batchRow]
    if cells[at].sums.isEmpty {
      cells[at] = empty(kind, keys.length, queries, choice)
      if kind.isCross { cells[at].words = alignment(document: rows.batchRow).map(WordLinks.init) }
    }
    cells[at].add(rows, kind, layer, keys, queries: queries)
  }

  /// How much each head writes: `z` is `[B, T, H, D]`.
  func see(_ z: Tensor, at site: Site) {
    guard let (index, layer) = places[site] else { return }
    let kind = kinds[index]
    let grams = outputGrams[kind.stack, layer: layer]
    forEachPiece(kind.heads * documents.count) { piece in
      let (head, document) = (piece / documents.count, piece % documents.count)
      guard counts(kind: index, document: document) else { return }
      let at = offsets[index] + (layer * kind.heads + head) * documents.count + document
      cells[at].outputNorm = outputNorm(
        z, gram: grams[head], document: document, head: head, length: lengths[index][document])
    }
  }

  /// What people said of a document and its target, where neither was cut.
  func alignment(document: Int) -> TokenAlignment? {
    let alignment = document < targets.count ? targets[document].prediction?.alignment : nil
    return alignment.flatMap { $0.isCut ? nil : $0 }
  }

  private func empty(_ kind: AttentionKind, _ keys: Int, _ queries: Int, _ choice: AttentionSamples.Choice) -> Cell {
    var cell = Cell()
    cell.sums = [Double](repeating: 0, count: TK_ATTENTION_COUNT)
    cell.marginal = [Double](repeating: 0, count: keys)
    if !kind.isCross { cell.offsets = [Double](repeating: 0, count: 2 * keys - 1) }
    if choice.isShown {
      let shown = min(queries, AttentionSamples.longest) * min(keys, AttentionSamples.longest)
      cell.map = [Float](repeating: 0, count: shown)
    }
    if choice.isPooled && !kind.isCross { cell.pooled = PooledMap(length: keys, heads: kind.layers * kind.heads) }
    return cell
  }
}

extension AttentionRows {
  /// As the kernels read it, without what is padding; nil where that is all.
  ///
  /// - Parameters:
  ///   - queries: how many of the row of the batch are real, and of the `keys`.
  ///   - window: how many keys a query sees at most, 0 for all; and of those before it every `stride`-th, 0 for none.
  package func band(queries real: Int, keys length: Int, isCausal: Bool, window: Int, stride every: Int)
    -> tk_attention_band?
  {
    let count = min(queries.upperBound, real) - queries.lowerBound
    guard count > 0 else { return nil }
    return tk_attention_band(
      pattern: pointer, stride: stride, entropies: entropies, first_query: queries.lowerBound, queries: count,
      first_key: keys.lowerBound, keys: keys.count, length: length, causal: isCausal ? 1 : 0, window: window,
      every: every)
  }
}

extension BatchAttention.Cell {
  fileprivate mutating func add(
    _ rows: AttentionRows, _ kind: AttentionKind, _ layer: Int, _ document: DocumentKeys, queries: Int
  ) {
    guard
      var band = rows.band(
        queries: queries, keys: document.length, isCausal: kind.isCausal, window: kind.windows[layer] ?? 0,
        stride: kind.stride ?? 0)
    else { return }
    tk_attention_rows(&band, document.opening, document.closing, document.punctuation, &sums, &marginal)
    if let plane = kind.plane {
      tk_attention_plane_distances(&band, plane.values, plane.far, &sums)
    } else if !kind.isCross {
      tk_attention_distances(&band, &sums, &offsets)
    }
    words?.add(rows, count: band.queries)
    let last = rows.queries.lowerBound + band.queries
    if rows.keys.lowerBound == 0 && !rows.keys.isEmpty {
      let first = max(1, rows.queries.lowerBound)
      for q in first..<max(first, min(last, HeadTotals.sinkLength)) {
        sink += Double(rows.pointer[(q - rows.queries.lowerBound) * rows.stride])
      }
    }
    pooled?.add(&band)
    guard !map.isEmpty else { return }
    let (high, width) = (min(queries, AttentionSamples.longest), min(document.length, AttentionSamples.longest))
    for q in rows.queries.lowerBound..<max(rows.queries.lowerBound, min(last, high)) {
      for k in rows.keys.lowerBound..<max(rows.keys.lowerBound, min(rows.keys.upperBound, width)) {
        map[q * width + k] = rows.pointer[(q - rows.queries.lowerBound) * rows.stride + k - rows.keys.lowerBound]
      }
    }
  }
}

/// A head's weights on a long document in square blocks of positions.
struct PooledMap: Sendable {
  /// Positions of a block's side.
  let size: Int
  let blocks: Int
  /// Over the block's pairs of query and key.
  private(set) var sum: [Double]
  private(set) var maximum: [Float]

  /// At most 128 blocks; 64 for models of very many heads, whose maps would outgrow everything else.
  init(length: Int, heads: Int) {
    let most = heads > 256 ? 64 : 128
    size = (length + most - 1) / most
    blocks = (length + size - 1) / size
    sum = [Double](repeating: 0, count: blocks * blocks)
    maximum = [Float](repeating: 0, count: blocks * blocks)
  }

  fileprivate mutating func add(_ band: inout tk_attention_band) {
    tk_attention_pool(&band, size, blocks, &sum, &maximum)
  }

  /// Means over the pairs that a causal mask shows; 0 where it shows none.
  func means(length: Int, isCausal: Bool) -> [Float] {
    func count(_ block: Int) -> Int { min(size, length - block * size) }
    return sum.indices.map { cell in
      let (query, key) = (cell / blocks, cell % blocks)
      if isCausal && key > query { return 0 }
      let pairs = isCausal && key == query ? count(key) * (count(key) + 1) / 2 : count(query) * count(key)
      return Float(sum[cell] / Double(pairs))
    }
  }
}
