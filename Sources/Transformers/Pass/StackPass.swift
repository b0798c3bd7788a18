import Tensors

/// A stack with what goes into it in one pass.
struct StackPass {
  let d: StackDescription
  let network: Network.Stack
  let batch: Int
  let length: Int
  let ids: [Int32]
  let mask: [UInt8]
  let typeIDs: [Int32]?
  let pixels: Tensor?
  /// The encoder's output and which of its positions are real, for a decoder that reads it.
  let memory: (states: Variable, mask: [UInt8])?
  /// Keys and values of positions before these.
  let cache: KeyValueCache?
  /// How many there are of each row.
  let earlier: [Int]
  /// The rows of `[B · T]` that are no padding, where products leave the others out.
  let realRows: [Int]?
  private let rotary: RotaryTable?
  private let windowedRotary: RotaryTable?
  /// Classes of relative distances.
  let buckets: [Int32]
  /// The bias of distances where it is not learned.
  let slopes: RelativeBias?

  init(
    _ d: StackDescription, _ network: Network.Stack, _ input: ModelInput,
    memory: (states: Variable, mask: [UInt8])? = nil, cache: KeyValueCache? = nil, leavesOutPadding: Bool = false
  ) {
    self.d = d
    self.network = network
    batch = input.batch
    let target = d.role == .decoder ? input.target : nil
    length = target?.length ?? input.length
    ids = target?.ids ?? input.ids
    self.cache = cache
    let earlier = cache?.known ?? Array(repeating: 0, count: batch), keys = (earlier.max() ?? 0) + length
    precondition(length == 1 || earlier.allSatisfy { $0 == earlier[0] }, "rows of several positions begin together")
    self.earlier = earlier
    // Behind a cache nothing is padding; single positions are looked up by their row's place there.
    let places = (cache?.rows.max() ?? -1) + 1
    mask =
      keys > length || cache != nil && length == 1
      ? Array(repeating: 1, count: places * keys) : target?.mask ?? input.mask
    let real = mask
    realRows =
      leavesOutPadding && keys == length && real.count { $0 == 0 } * 16 > real.count
      ? real.indices.filter { real[$0] != 0 } : nil
    typeIDs = input.typeIDs
    pixels = input.pixels
    self.memory = memory
    let positions = length == 1 ? earlier : Array(keys - length..<keys)
    func table(_ rotary: Rotary) -> RotaryTable {
      RotaryTable(positions: positions, frequencies: rotary.frequencies, isInterleaved: rotary.isInterleaved)
    }
    rotary = if case .rotary(let rotary) = d.positions { table(rotary) } else { nil }
    windowedRotary = d.windowedRotary.map(table)
    buckets = if case .relative(let buckets) = d.positions { buckets.table(queries: length, keys: keys) } else { [] }
    slopes = d.positions == .linearBias ? .slopes(heads: d.heads, queries: length, keys: keys) : nil
  }

  /// How many of the last blocks leave behind what they read and write at each position, and what is between: all where
  /// that is at most so many bytes, else those that leave at most a quarter.
  func keptBlocks(_ bytes: Int) -> Int {
    let gates = network.blocks.first?.mlp.gate == nil ? 2 : 4
    let perPosition = 7 * d.width + 2 * (d.heads * d.headWidth + d.keyValueWidth) + gates * d.feedForwardWidth
    let perBlock = max(1, 4 * (realRows?.count ?? batch * length) * perPosition)
    return bytes / perBlock >= d.layers ? d.layers : bytes / 4 / perBlock
  }

  /// What turns the queries and keys of a layer.
  func rotary(_ layer: Int) -> RotaryTable? { d.windows[layer] == nil ? rotary : windowedRotary ?? rotary }

  /// The keys that the queries of a layer see.
  func visibility(_ layer: Int) -> Visibility {
    Visibility(
      isCausal: d.isCausal, keys: mask, window: d.windows[layer], stride: d.windows[layer] == nil ? nil : d.stride)
  }

  /// The row of the table of positions for every token.
  var positionIDs: [Int32] {
    guard case .learned(let offset, let counting) = d.positions, counting != .all else {
      let first = if case .learned(let offset, _) = d.positions { offset } else { 0 }
      return (0..<batch * length).map { Int32(first + earlier[$0 / length] + $0 % length) }
    }
    var count = 0
    return ids.indices.map { index in
      if index % length == 0 { count = earlier[index / length] }
      let counts =
        switch counting {
        case .all: true
        case .unmasked: earlier[index / length] > 0 || mask[index] != 0
        case .allBut(let token): Int(ids[index]) != token
        }
      if counts { count += 1 }
      return Int32(offset - 1 + (counts ? count : 0))
    }
  }
}
