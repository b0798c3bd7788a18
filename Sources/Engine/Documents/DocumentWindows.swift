/// How documents that are too long for a model are read in overlapping windows.
package struct DocumentWindows: Hashable, Sendable {
  /// Tokens of a window, those around the text included.
  package let length: Int
  /// Tokens of the text from one window's beginning to the next one's.
  package let stride: Int

  package init(length: Int, stride: Int) {
    self.length = length
    self.stride = stride
  }
}

extension TokenizedDocument {
  /// The document, of which nothing was cut off, in windows that each have the special tokens around them: `opening`
  /// tokens before the text and `closing` after it. One that fits into a window stays whole.
  ///
  /// Window `doc-3[512:1024]` holds these tokens of the text; the last one ends with the document. In the bootstrap all
  /// windows of a document are drawn together.
  package func windows(_ windows: DocumentWindows, opening: Int, closing: Int) -> [TokenizedDocument] {
    let text = opening..<ids.count - closing, width = windows.length - opening - closing
    guard ids.count > windows.length, width > 0 else { return [self] }
    var cut: [TokenizedDocument] = []
    var start = 0
    while true {
      let end = min(text.count, start + width)
      let kept = Array(0..<opening) + Array(opening + start..<opening + end) + Array(ids.count - closing..<ids.count)
      var window = TokenizedDocument(
        id: "\(id)[\(start):\(end)]", ids: kept.map { ids[$0] }, typeIDs: kept.map { typeIDs[$0] },
        tokens: kept.map { tokens[$0] }, entries: entries.isEmpty ? [] : kept.map { entries[$0] },
        kinds: kept.map { kinds[$0] }, labels: kept.map { labels[$0] }, isTruncated: false)
      window.parent = id
      window.documentLabel = documentLabel
      if cut.isEmpty { window.losses = losses }
      cut.append(window)
      if end == text.count { return cut }
      start += windows.stride
    }
  }
}
