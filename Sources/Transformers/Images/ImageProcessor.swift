package import Foundation
import Support
package import Tensors

/// How images become what an image model reads: resized, cropped, rescaled and normalised, in this order.
///
/// The values are those of Hugging Face's image processors on PIL images. A model of three channels is given red, green
/// and blue, one of one channel grey.
package struct ImageProcessor: Hashable, Sendable {
  /// To which size an image is brought.
  package enum Size: Hashable, Sendable {
    /// Whatever the proportions were.
    case exact(height: Int, width: Int)
    /// The shorter edge, the other in proportion; the longer one no longer than `longest`.
    case shortestEdge(Int, longest: Int?)
    /// The longer edge, the other in proportion.
    case longestEdge(Int)
  }

  package struct Crop: Hashable, Sendable {
    package var height: Int
    package var width: Int
  }

  package struct Normalization: Hashable, Sendable {
    /// Of each channel, after rescaling.
    package var means: [Double]
    package var deviations: [Double]
  }

  /// nil where images must have the model's size.
  package var size: Size?
  package var filter: ResamplingFilter
  /// The part in the middle that is kept; nil for all.
  package var crop: Crop?
  /// What the samples, 0 to 255, are multiplied by; nil for nothing.
  package var rescaleFactor: Double?
  package var normalization: Normalization?
  package let image: ImageShape
  /// The file that says so; nil where the model has none.
  package internal(set) var file: URL?

  /// What a model without `preprocessor_config.json` is read with, ViT's default: bilinearly resized to the model's
  /// size, 0 to 255 brought to −1 to 1.
  package init(default image: ImageShape) {
    self.image = image
    size = .exact(height: image.side, width: image.side)
    filter = .bilinear
    rescaleFactor = 1 / 255
    let half = Array(repeating: 0.5, count: image.channels)
    normalization = Normalization(means: half, deviations: half)
  }

  /// `[channels, height, width]`.
  ///
  /// - Throws: `InputError` for an image that does not have the model's size after resizing and cropping. `place` names
  ///   it.
  package func pixels(_ source: Image, at place: String) throws -> Tensor {
    let pixels = Tensor(uninitialized: [image.channels, image.side, image.side])
    try write(source, at: place, to: pixels.pointer)
    return pixels
  }

  /// The same to memory of the caller. Errors as above.
  package func write(_ source: Image, at place: String, to out: UnsafeMutablePointer<Float>) throws {
    var picture = source.converted(toChannels: image.channels)
    if let (height, width) = try newSize(height: picture.height, width: picture.width, at: place) {
      picture = picture.resized(height: height, width: width, filter)
    }
    if let crop { picture = picture.centerCropped(height: crop.height, width: crop.width) }
    guard picture.height == image.side, picture.width == image.side else {
      throw InputError(
        at: place, phrase("error.otherImageSize", ["isResized": size == nil ? "no" : "yes"]),
        expected: "\(image.side) × \(image.side)", found: "\(picture.width) × \(picture.height)")
    }
    let area = image.side * image.side, channels = image.channels
    picture.samples.withUnsafeBufferPointer { samples in
      for channel in 0..<channels {
        let values = table(channel: channel)
        values.withUnsafeBufferPointer { values in
          for pixel in 0..<area { out[channel * area + pixel] = values[Int(samples[pixel * channels + channel])] }
        }
      }
    }
  }

  /// The value of each sample: rescaled in double precision and rounded to a float, then normalised as one.
  private func table(channel: Int) -> [Float] {
    (0..<256).map { sample in
      let value = Float(rescaleFactor.map { Double(sample) * $0 } ?? Double(sample))
      guard let normalization else { return value }
      return (value - Float(normalization.means[channel])) / Float(normalization.deviations[channel])
    }
  }

  /// To which size an image is brought, nil where it keeps its own. What is not whole is cut off, as Hugging Face does.
  private func newSize(height: Int, width: Int, at place: String) throws -> (height: Int, width: Int)? {
    guard let size else { return nil }
    let short = min(height, width), long = max(height, width)
    func sized(short newShort: Int, long newLong: Int) -> (height: Int, width: Int) {
      height <= width ? (newShort, newLong) : (newLong, newShort)
    }
    func scaled(_ edge: Int, by numerator: Int, over denominator: Int) -> Int {
      Int(Double(edge * numerator) / Double(denominator))
    }
    let new: (height: Int, width: Int)
    switch size {
    case .exact(let height, let width): new = (height, width)
    case .longestEdge(let edge): new = sized(short: scaled(edge, by: short, over: long), long: edge)
    case .shortestEdge(let edge, nil): new = sized(short: edge, long: scaled(edge, by: long, over: short))
    case .shortestEdge(let edge, let longest?):
      if Double(long) / Double(short) * Double(edge) > Double(longest) {
        let exact = Double(longest * short) / Double(long)
        let rounded = Int(exact.rounded(.toNearestOrEven))
        new =
          rounded == short ? (height, width) : sized(short: rounded, long: Int(exact * Double(long) / Double(short)))
      } else {
        new = sized(short: edge, long: scaled(edge, by: long, over: short))
      }
    }
    guard new.height > 0, new.width > 0, new.height <= Self.mostPixels / new.width else {
      throw InputError(
        at: place, phrase("error.cannotBeResized"),
        expected: phrase("expected.1MostpixelsPixels", ["mostPixels": Self.mostPixels]),
        found: phrase(
          "found.widthHeightFrom", ["width": new.width, "height": new.height, "width2": width, "height2": height]))
    }
    return new
  }

  private static let mostPixels = 1 << 27
}
