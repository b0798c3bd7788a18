/// The encodings of a batch, brought to one length: row-major `[rows, length]`.
package struct PaddedBatch: Sendable {
  package let rows: Int
  package let length: Int
  package let ids: [Int32]
  package let typeIDs: [Int32]
  /// 1 for real tokens, 0 for padding.
  package let mask: [Int32]

  /// Pads on the right to the longest encoding, or to `length` where that is more.
  package init(_ encodings: [Encoding], pad: Int32, padType: Int32 = 0, length: Int = 0) {
    let length = max(length, encodings.map(\.count).max() ?? 0)
    rows = encodings.count
    self.length = length
    func padded(_ values: (Encoding) -> [Int32], _ pad: Int32) -> [Int32] {
      encodings.flatMap { encoding in
        let row = values(encoding)
        return row + repeatElement(pad, count: length - row.count)
      }
    }
    ids = padded(\.ids, pad)
    typeIDs = padded(\.typeIDs, padType)
    mask = padded({ [Int32](repeating: 1, count: $0.count) }, 0)
  }
}
