import CKernels
import Foundation

/// How the pixels around a point are weighed, under PIL's numbers: box, triangle (bilinear), Hamming's window on a sinc
/// of one lobe, the cubic convolution of Keys (1981) with a = −0.5, Lanczos's window of three lobes.
package enum ResamplingFilter: Int, CaseIterable, Sendable {
  case nearest, lanczos, bilinear, bicubic, box, hamming

  /// Half the width at which the filter is not zero, in pixels of the smaller image.
  var support: Double {
    switch self {
    case .nearest: 0
    case .box: 0.5
    case .bilinear, .hamming: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  /// The weight at a distance.
  func weight(_ x: Double) -> Double {
    let distance = abs(x)
    switch self {
    case .nearest: return 0
    case .box: return x > -0.5 && x <= 0.5 ? 1 : 0
    case .bilinear: return max(0, 1 - distance)
    case .hamming:
      // PIL's constants are single precision.
      return distance >= 1 ? 0 : Self.sinc(x) * (Double(Float(0.54)) + Double(Float(0.46)) * cos(x * .pi))
    case .bicubic:
      if distance < 1 { return (1.5 * distance - 2.5) * distance * distance + 1 }
      return distance < 2 ? ((-0.5 * distance + 2.5) * distance - 4) * distance + 2 : 0
    case .lanczos: return x >= -3 && x < 3 ? Self.sinc(x) * Self.sinc(x / 3) : 0
    }
  }

  private static func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x * .pi) / (x * .pi) }
}

/// Of each new pixel along one axis: which old ones it is the sum of, and their weights in fixed point.
private struct ResamplingWeights {
  var starts: [Int32] = []
  var counts: [Int32] = []
  /// `[new, taps]`.
  var weights: [Int32]
  let taps: Int

  /// The filter is stretched by the ratio of the sizes where the image becomes smaller, so that every old pixel counts.
  /// Weights of a pixel add up to 1.
  init(_ filter: ResamplingFilter, from old: Int, to new: Int) {
    let scale = Double(old) / Double(new)
    let stretch = max(scale, 1)
    let support = filter.support * stretch
    taps = Int(support.rounded(.up)) * 2 + 1
    weights = [Int32](repeating: 0, count: new * taps)
    for place in 0..<new {
      let center = (Double(place) + 0.5) * scale
      let first = max(0, Int(center - support + 0.5))
      let last = min(old, Int(center + support + 0.5))
      var values = (first..<last).map { filter.weight((Double($0) - center + 0.5) / stretch) }
      let sum = values.reduce(0, +)
      if sum != 0 { for index in values.indices { values[index] /= sum } }
      starts.append(Int32(first))
      counts.append(Int32(values.count))
      for (tap, value) in values.enumerated() {
        let scaled = value * Double(1 << TK_WEIGHT_BITS)
        weights[place * taps + tap] = Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
      }
    }
  }
}

extension Image {
  /// The image in another size: along rows, then along columns, rounded to 8 bits after each; the other way round where
  /// it becomes less high, by more than twice the pixels that it becomes less wide.
  ///
  /// The method of PIL's `Image.resize`, sample for sample as in its version 13.
  package func resized(height newHeight: Int, width newWidth: Int, _ filter: ResamplingFilter) -> Image {
    precondition(newHeight > 0 && newWidth > 0, "no size: \(newHeight) × \(newWidth)")
    if newHeight == height && newWidth == width { return self }
    if filter == .nearest { return nearest(height: newHeight, width: newWidth) }
    if newHeight < height && height - newHeight > 2 * (width - newWidth) {
      return columnsResized(to: newHeight, filter).rowsResized(to: newWidth, filter)
    }
    return rowsResized(to: newWidth, filter).columnsResized(to: newHeight, filter)
  }

  private func rowsResized(to newWidth: Int, _ filter: ResamplingFilter) -> Image {
    if newWidth == width { return self }
    let w = ResamplingWeights(filter, from: width, to: newWidth)
    return made(height: height, width: newWidth) { out, source in
      tk_resample_rows(out, source, height, width, newWidth, channels, w.starts, w.counts, w.weights, w.taps)
    }
  }

  private func columnsResized(to newHeight: Int, _ filter: ResamplingFilter) -> Image {
    if newHeight == height { return self }
    let w = ResamplingWeights(filter, from: height, to: newHeight)
    return made(height: newHeight, width: width) { out, source in
      tk_resample_columns(out, source, width * channels, newHeight, w.starts, w.counts, w.weights, w.taps)
    }
  }

  private func made(
    height: Int, width: Int, _ body: (UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>) -> Void
  ) -> Image {
    let size = height * width * channels
    let made = [UInt8](unsafeUninitializedCapacity: size) { out, count in
      samples.withUnsafeBufferPointer { source in
        if let out = out.baseAddress, let source = source.baseAddress { body(out, source) }
      }
      count = size
    }
    return Image(height: height, width: width, channels: channels, samples: made)
  }

  /// The old pixel under the middle of each new one. The middles are added up, not multiplied out, which decides ties.
  private func nearest(height newHeight: Int, width newWidth: Int) -> Image {
    func places(_ old: Int, _ new: Int) -> [Int] {
      let step = Double(old) / Double(new)
      var middle = step * 0.5
      return (0..<new).map { _ in
        defer { middle += step }
        return min(old - 1, Int(middle))
      }
    }
    let rows = places(height, newHeight), columns = places(width, newWidth)
    return made(height: newHeight, width: newWidth) { out, source in
      var place = 0
      for row in rows {
        for column in columns {
          for channel in 0..<channels {
            out[place] = source[(row * width + column) * channels + channel]
            place += 1
          }
        }
      }
    }
  }
}
