import Tensors

/// One batch for the model: token ids in rows of equal length, padded at will.
package struct ModelInput: Sendable {
  package var batch: Int
  package var length: Int
  /// `[batch, length]`.
  package var ids: [Int32]
  /// `[batch, length]`: 1 for real positions, 0 for padding.
  package var mask: [UInt8]
  /// `[batch, length]`; segment 0 everywhere where nil.
  package var typeIDs: [Int32]?
  /// `[batch, length]` token ids, or `[batch]` classes; −100 is ignored. A language model is asked at each position for
  /// the label of the next.
  package var labels: [Int32]?

  package init(
    batch: Int, length: Int, ids: [Int32], mask: [UInt8], typeIDs: [Int32]? = nil, labels: [Int32]? = nil
  ) {
    self.batch = batch
    self.length = length
    self.ids = ids
    self.mask = mask
    self.typeIDs = typeIDs
    self.labels = labels
  }

  /// Rows of different length, padded at the end with `pad`.
  package init(rows: [[Int32]], typeIDs: [[Int32]]? = nil, labels: [[Int32]]? = nil, pad: Int32) {
    let length = rows.map(\.count).max() ?? 0
    func padded(_ rows: [[Int32]], _ value: Int32) -> [Int32] {
      rows.flatMap { $0 + Array(repeating: value, count: length - $0.count) }
    }
    self.init(
      batch: rows.count, length: length, ids: padded(rows, pad),
      mask: rows.flatMap {
        Array(repeating: UInt8(1), count: $0.count) + Array(repeating: 0, count: length - $0.count)
      },
      typeIDs: typeIDs.map { padded($0, 0) }, labels: labels.map { padded($0, -100) })
  }

  /// - Throws: `InputError` where shapes disagree or an id is beyond what the model knows.
  func check(against d: ModelDescription) throws {
    func fail(_ name: String, _ problem: String, _ expected: String, _ found: String) -> InputError {
      InputError(at: "input \"\(name)\"", problem, expected: expected, found: found)
    }
    let size = batch * length
    guard batch > 0, length > 0 else {
      throw fail("input_ids", "is empty", "at least one token", "[\(batch), \(length)]")
    }
    guard length <= d.maximumPositions else {
      throw fail("input_ids", "is longer than the model's positions", "at most \(d.maximumPositions)", "\(length)")
    }
    for (name, count) in [
      ("input_ids", ids.count), ("attention_mask", mask.count), ("token_type_ids", typeIDs?.count ?? size),
    ] where count != size {
      throw fail(name, "has the wrong size", "\(batch) × \(length)", "\(count) values")
    }
    func range(_ name: String, _ values: [Int32], below bound: Int, ignoring ignored: Int32? = nil) throws {
      if let index = values.firstIndex(where: { ($0 < 0 || $0 >= bound) && $0 != ignored }) {
        throw fail(name, "holds a value out of range", "0 … \(bound - 1)", "\(values[index]) at index \(index)")
      }
    }
    try range("input_ids", ids, below: d.vocabulary)
    if let typeIDs {
      guard d.tokenTypes > 0 else { throw fail("token_type_ids", "is not for this model", "no token types", "some") }
      try range("token_type_ids", typeIDs, below: d.tokenTypes)
    }
    guard let labels else { return }
    switch d.head {
    case .none: throw fail("labels", "is not for a model without a head", "no labels", "\(labels.count) values")
    case .languageModel, .maskedLanguageModel:
      guard labels.count == size else {
        throw fail("labels", "has the wrong size", "\(batch) × \(length)", "\(labels.count)")
      }
      try range("labels", labels, below: d.vocabulary, ignoring: -100)
    case .sequenceClassification(let classes):
      guard labels.count == batch else { throw fail("labels", "has the wrong size", "\(batch)", "\(labels.count)") }
      try range("labels", labels, below: classes, ignoring: -100)
    }
  }

  /// What each output row is to predict, −1 for nothing: labels, shifted by one for a causal model.
  func targets(for d: ModelDescription) -> [Int32]? {
    guard let labels else { return nil }
    guard d.head == .languageModel else { return labels.map { max($0, -1) } }
    return (0..<labels.count).map { $0 % length == length - 1 ? -1 : max(labels[$0 + 1], -1) }
  }
}
