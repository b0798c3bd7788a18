import Support

internal import Foundation

/// TensorBoard's event files: scalars and histograms of both generations (summaries of their own kind, and tensors that a
/// plug-in reads).
///
/// Sources: tensorflow/core/util/event.proto, framework/summary.proto, framework/tensor.proto; tensorboard's plugins
/// `scalars` and `histograms`. Images, sounds, texts and graphs are passed over.
struct EventFile {
  /// Adds a file's entries.
  ///
  /// What cannot be read is noted, and the rest kept.
  static func read(_ data: Data, place: String, into log: inout LogCollector) {
    let (records, notes) = EventRecords.read(data, place: place)
    log.notes += notes
    var unreadable = 0
    log.beginFile()
    // A plug-in is named with the first value of a tag only.
    var plugins: [String: String] = [:]
    for record in records where !event(record, &plugins, into: &log) { unreadable += 1 }
    if unreadable > 0 {
      log.notes.append(Message("note.training.unreadableRecords", ["place": place, "unreadable": unreadable]))
    }
  }

  /// The step of an event; 0 for a record that is none.
  static func step(of record: ArraySlice<UInt8>) -> Int {
    for field in ProtobufReader.fields(record) ?? [] where field.number == 2 {
      if case .varint(let number) = field.value { return Int(truncatingIfNeeded: Int64(bitPattern: number)) }
    }
    return 0
  }

  private static func event(
    _ record: ArraySlice<UInt8>, _ plugins: inout [String: String], into log: inout LogCollector
  ) -> Bool {
    guard let fields = ProtobufReader.fields(record) else { return false }
    var step = 0
    var summaries: [ArraySlice<UInt8>] = []
    var isStart = false
    for field in fields {
      switch (field.number, field.value) {
      case (2, .varint(let number)): step = Int(Int64(bitPattern: number))
      case (5, .bytes(let bytes)): summaries.append(bytes)
      case (7, .bytes(let bytes)): isStart = Self.isStart(bytes)
      default: break
      }
    }
    // No training takes so many steps, and none a negative one.
    guard (0..<1_000_000_000_000_000).contains(step) else { return false }
    log.beginRow()
    // TensorBoard takes away what it had from this step on (`purge_step`).
    if isStart { log.restart(at: step) }
    for summary in summaries {
      guard let values = ProtobufReader.fields(summary) else { return false }
      for value in values {
        guard value.number == 1, case .bytes(let bytes) = value.value else { continue }
        guard Self.value(bytes, step: step, &plugins, into: &log) else { return false }
      }
    }
    return true
  }

  private static func value(
    _ bytes: ArraySlice<UInt8>, step: Int, _ plugins: inout [String: String], into log: inout LogCollector
  ) -> Bool {
    guard let fields = ProtobufReader.fields(bytes) else { return false }
    var tag = ""
    var number: Float?
    var histogram: ArraySlice<UInt8>?
    var tensor: ArraySlice<UInt8>?
    var plugin: String?
    for field in fields {
      switch (field.number, field.value) {
      case (1, .bytes(let bytes)): tag = String(decoding: bytes, as: UTF8.self)
      case (2, .fixed32(let bits)): number = Float(bitPattern: bits)
      case (5, .bytes(let bytes)): histogram = bytes
      case (8, .bytes(let bytes)): tensor = bytes
      case (9, .bytes(let bytes)): plugin = Self.plugin(bytes)
      default: break
      }
    }
    if let plugin { plugins[tag] = plugin }
    if let number {
      log.add(tag, step: step, Double(number))
    } else if let histogram {
      guard let bins = Self.bins(histogram) else { return false }
      log.add(tag, step: step, bins)
    } else if let tensor {
      switch plugins[tag] {
      case "scalars":
        guard let values = EventTensor(tensor)?.values, let value = values.first else { return false }
        log.add(tag, step: step, value)
      case "histograms":
        guard let values = EventTensor(tensor)?.values, values.count % 3 == 0 else { return false }
        if let bins = Self.bins(rows: values) { log.add(tag, step: step, bins) }
      default: break
      }
    }
    return true
  }

  /// SessionLog: status (1), of which 1 is the start of a session.
  private static func isStart(_ bytes: ArraySlice<UInt8>) -> Bool {
    (ProtobufReader.fields(bytes) ?? []).contains {
      if case (1, .varint(1)) = ($0.number, $0.value) { true } else { false }
    }
  }

  /// SummaryMetadata: plugin_data (1) { plugin_name (1) }.
  private static func plugin(_ bytes: ArraySlice<UInt8>) -> String? {
    for field in ProtobufReader.fields(bytes) ?? [] where field.number == 1 {
      guard case .bytes(let data) = field.value else { continue }
      for inner in ProtobufReader.fields(data) ?? [] where inner.number == 1 {
        if case .bytes(let name) = inner.value { return String(decoding: name, as: UTF8.self) }
      }
    }
    return nil
  }

  /// HistogramProto: min (1), bucket_limit (6), bucket (7). A bucket reaches from the limit before it, the first from the
  /// least value; the last, whose limit is the largest number there is, to the largest value (2).
  private static func bins(_ bytes: ArraySlice<UInt8>) -> TrainingLog.Histogram.Bins? {
    guard let fields = ProtobufReader.fields(bytes) else { return nil }
    var (low, high) = (0.0, 0.0)
    var limits: [Double] = []
    var counts: [Double] = []
    for field in fields {
      switch (field.number, field.value) {
      case (1, .fixed64(let bits)): low = Double(bitPattern: bits)
      case (2, .fixed64(let bits)): high = Double(bitPattern: bits)
      case (6, .bytes(let packed)), (7, .bytes(let packed)):
        guard let numbers = ProtobufReader.packed(packed, width: 8)?.map({ Double(bitPattern: $0) }) else { return nil }
        if field.number == 6 { limits += numbers } else { counts += numbers }
      case (6, .fixed64(let bits)): limits.append(Double(bitPattern: bits))
      case (7, .fixed64(let bits)): counts.append(Double(bitPattern: bits))
      default: break
      }
    }
    guard limits.count == counts.count, !limits.isEmpty else { return nil }
    var edges = [min(low, limits[0])] + limits
    if let last = edges.last, last > 1e300 { edges[edges.count - 1] = max(high, edges[edges.count - 2]) }
    return TrainingLog.Histogram.Bins(edges: edges, counts: counts).withoutEmptyEnds
  }

  /// Rows of left edge, right edge and count.
  private static func bins(rows: [Double]) -> TrainingLog.Histogram.Bins? {
    guard rows.count >= 3 else { return nil }
    let count = rows.count / 3
    return TrainingLog.Histogram.Bins(
      edges: (0..<count).map { rows[3 * $0] } + [rows[3 * count - 2]], counts: (0..<count).map { rows[3 * $0 + 2] }
    ).withoutEmptyEnds
  }
}

extension TrainingLog.Histogram.Bins {
  /// Without bins that hold nothing before the first and behind the last that hold something.
  fileprivate var withoutEmptyEnds: Self {
    guard let first = counts.firstIndex(where: { $0 > 0 }), let last = counts.lastIndex(where: { $0 > 0 }) else {
      return self
    }
    return Self(edges: Array(edges[first...last + 1]), counts: Array(counts[first...last]))
  }
}

/// The numbers of a TensorProto: dtype (1), tensor_content (4), half_val (13), float_val (5), double_val (6), int_val (7),
/// int64_val (10).
private struct EventTensor {
  var values: [Double]

  init?(_ bytes: ArraySlice<UInt8>) {
    guard let fields = ProtobufReader.fields(bytes) else { return nil }
    var type: UInt64 = 0
    var content: ArraySlice<UInt8> = []
    values = []
    for field in fields {
      switch (field.number, field.value) {
      case (1, .varint(let number)): type = number
      case (4, .bytes(let bytes)): content = bytes
      case (5, .bytes(let bytes)):
        guard let packed = ProtobufReader.packed(bytes, width: 4) else { return nil }
        values += packed.map { Double(Float(bitPattern: UInt32($0))) }
      case (5, .fixed32(let bits)): values.append(Double(Float(bitPattern: bits)))
      case (6, .bytes(let bytes)):
        guard let packed = ProtobufReader.packed(bytes, width: 8) else { return nil }
        values += packed.map { Double(bitPattern: $0) }
      case (6, .fixed64(let bits)): values.append(Double(bitPattern: bits))
      case (7, .bytes(let bytes)), (10, .bytes(let bytes)):
        guard let packed = ProtobufReader.packedVarints(bytes) else { return nil }
        values += packed.map { Double(Int64(bitPattern: $0)) }
      case (7, .varint(let number)), (10, .varint(let number)): values.append(Double(Int64(bitPattern: number)))
      default: break
      }
    }
    guard !content.isEmpty else { return }
    // DT_FLOAT 1, DT_DOUBLE 2, DT_INT32 3, DT_INT64 9.
    switch type {
    case 1:
      values = ProtobufReader.packed(content, width: 4)?.map { Double(Float(bitPattern: UInt32($0))) } ?? []
    case 2: values = ProtobufReader.packed(content, width: 8)?.map { Double(bitPattern: $0) } ?? []
    case 3:
      values =
        ProtobufReader.packed(content, width: 4)?.map { Double(Int32(bitPattern: UInt32($0))) } ?? []
    case 9: values = ProtobufReader.packed(content, width: 8)?.map { Double(Int64(bitPattern: $0)) } ?? []
    default: return nil
    }
  }
}
