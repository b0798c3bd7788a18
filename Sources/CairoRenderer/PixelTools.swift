internal import CDeflate

/// What pages of pixels are made with, kept from page to page: for one thread at a time.
final class PixelTools: @unchecked Sendable {
  let stamps: StampCache
  let strokes = StrokeMask()
  /// The pixels themselves, the rows of bytes they become, and these compressed.
  let page = ScratchMemory()
  let rows = ScratchMemory()
  let packed = ScratchMemory()
  /// Level 2 of libdeflate, whose streams are the same for the same bytes; ISA-L's, ten times as fast, are not always.
  let compressor: OpaquePointer

  init(_ typefaces: Typefaces) {
    stamps = StampCache(typefaces)
    guard let compressor = libdeflate_alloc_compressor(2) else { fatalError("no memory for a compressor") }
    self.compressor = compressor
  }

  deinit { libdeflate_free_compressor(compressor) }
}

/// Bytes that are used again, since fresh memory costs more than most of what is done with it.
final class ScratchMemory {
  private var bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  deinit { bytes.deallocate() }

  /// So many bytes, with anything in them.
  func bytes(_ count: Int) -> UnsafeMutableRawPointer {
    if bytes.count < count {
      bytes.deallocate()
      bytes = .allocate(byteCount: count, alignment: 64)
    }
    return bytes.baseAddress!
  }
}
