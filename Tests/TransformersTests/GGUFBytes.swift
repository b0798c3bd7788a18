import Foundation

/// Writes GGUF files for tests.
struct GGUFBytes {
  private var keys: [UInt8] = []
  private var keyCount: UInt64 = 0
  private var infos: [UInt8] = []
  private var tensorCount: UInt64 = 0
  private var data: [UInt8] = []
  var version: UInt32 = 3

  private static func bytes(_ value: some Any) -> [UInt8] { withUnsafeBytes(of: value, Array.init) }
  private static func text(_ text: String) -> [UInt8] { bytes(UInt64(text.utf8.count)) + Array(text.utf8) }

  private mutating func set(_ key: String, _ type: UInt32, _ value: [UInt8]) {
    keys += Self.text(key) + Self.bytes(type) + value
    keyCount += 1
  }

  mutating func set(_ key: String, _ value: String) { set(key, 8, Self.text(value)) }
  mutating func set(_ key: String, _ value: UInt32) { set(key, 4, Self.bytes(value)) }
  mutating func set(_ key: String, _ value: Float) { set(key, 6, Self.bytes(value)) }
  mutating func set(_ key: String, _ value: Bool) { set(key, 7, [value ? 1 : 0]) }

  mutating func set(_ key: String, _ values: [String]) {
    set(key, 9, Self.bytes(UInt32(8)) + Self.bytes(UInt64(values.count)) + values.flatMap(Self.text))
  }
  mutating func set(_ key: String, _ values: [Int32]) {
    set(key, 9, Self.bytes(UInt32(5)) + Self.bytes(UInt64(values.count)) + values.flatMap(Self.bytes))
  }
  mutating func set(_ key: String, _ values: [Float]) {
    set(key, 9, Self.bytes(UInt32(6)) + Self.bytes(UInt64(values.count)) + values.flatMap(Self.bytes))
  }

  /// A tensor of float32, or of any other type by its code and bytes.
  mutating func add(_ name: String, _ shape: [Int], _ values: [Float]) {
    add(name, shape, type: 0, values.flatMap(Self.bytes))
  }
  mutating func add(_ name: String, _ shape: [Int], type: UInt32, _ content: [UInt8]) {
    data += Array(repeating: 0, count: (32 - data.count % 32) % 32)
    infos += Self.text(name) + Self.bytes(UInt32(shape.count))
    for axis in shape.reversed() { infos += Self.bytes(UInt64(axis)) }
    infos += Self.bytes(type) + Self.bytes(UInt64(data.count))
    data += content
    tensorCount += 1
  }

  var bytes: [UInt8] {
    let head =
      Array("GGUF".utf8) + Self.bytes(version) + Self.bytes(tensorCount) + Self.bytes(keyCount) + keys + infos
    return head + Array(repeating: 0, count: (32 - head.count % 32) % 32) + data
  }

  /// A Llama of 2 layers, width 8, 2 heads and one key–value head of width 4; rows of q and k are their numbers.
  ///
  /// - Parameter absent: keys that are left out.
  static func llama(_ architecture: String = "llama", without absent: Set<String> = []) -> GGUFBytes {
    var file = GGUFBytes()
    file.set("general.architecture", architecture)
    for (key, value) in [
      ("block_count", 2), ("context_length", 64), ("embedding_length", 8), ("feed_forward_length", 12),
      ("attention.head_count", 2), ("attention.head_count_kv", 1), ("rope.dimension_count", 4),
    ] where !absent.contains(key) { file.set("\(architecture).\(key)", UInt32(value)) }
    file.set("\(architecture).attention.layer_norm_rms_epsilon", Float(1e-5))
    if !absent.contains("rope.freq_base") { file.set("\(architecture).rope.freq_base", Float(100_000)) }
    func rows(_ count: Int, _ width: Int) -> [Float] { (0..<count * width).map { Float($0 / width) } }
    file.add("token_embd.weight", [10, 8], rows(10, 8))
    file.add("output_norm.weight", [8], rows(1, 8))
    for layer in 0..<2 {
      for (name, shape) in [
        ("attn_norm", [8]), ("attn_q", [8, 8]), ("attn_k", [4, 8]), ("attn_v", [4, 8]), ("attn_output", [8, 8]),
        ("ffn_norm", [8]), ("ffn_gate", [12, 8]), ("ffn_up", [12, 8]), ("ffn_down", [8, 12]),
      ] {
        file.add("blk.\(layer).\(name).weight", shape, rows(shape.count == 1 ? 1 : shape[0], shape[shape.count - 1]))
      }
    }
    return file
  }
}
