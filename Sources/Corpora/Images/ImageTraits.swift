package import Tensors

/// What is known of an image of a corpus without its pixels.
package struct ImageTraits: Sendable, Hashable {
  package let height: Int
  package let width: Int
  /// Whether some pixel is not grey.
  package let isColoured: Bool

  package init(_ image: Image) {
    (height, width) = (image.height, image.width)
    isColoured =
      image.channels == 3
      && image.samples.withUnsafeBufferPointer { samples in
        stride(from: 0, to: samples.count, by: 3).contains {
          samples[$0] != samples[$0 + 1] || samples[$0] != samples[$0 + 2]
        }
      }
  }
}
