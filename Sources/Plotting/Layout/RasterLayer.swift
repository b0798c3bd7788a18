import Drawing

/// A part of a panel as pixels: where there are so many shapes that each for itself would only make the file large.
struct RasterLayer {
  /// From here on dots and cells are one image.
  static let most = 20_000

  private let width: Int
  private let height: Int
  private let rect: Rect
  private let scale: Double
  /// Red, green and blue times opacity, and opacity, 0…1.
  private var pixels: [Float]

  init(_ rect: Rect, dpi: Double) {
    scale = dpi / 72
    width = max(1, Int((rect.width * scale).rounded(.up)))
    height = max(1, Int((rect.height * scale).rounded(.up)))
    self.rect = Rect(rect.x, rect.y, Double(width) / scale, Double(height) / scale)
    pixels = [Float](repeating: 0, count: width * height * 4)
  }

  /// Dots laid over each other in their order, their edges softened over one pixel.
  mutating func fill(_ centres: [Point], radius: Double, _ color: Color, _ shape: DotShape = .disc) {
    let radius = max(radius * scale, 0.3)
    let reach = Int((radius * 1.3 + 1).rounded(.up))
    let side = 2 * reach + 1
    // Coverage at quarter pixels, computed once.
    var masks: [[Float]] = []
    for phase in 0..<16 {
      let (x, y) = (Double(phase % 4) / 4, Double(phase / 4) / 4)
      masks.append(
        (0..<side * side).map { place in
          let dx = Double(place % side - reach) + 0.5 - x
          let dy = Double(place / side - reach) + 0.5 - y
          return Float(min(max(shape.inside(dx, dy, radius) + 0.5, 0), 1) * color.opacity)
        })
    }
    let (red, green, blue) = (Float(color.red), Float(color.green), Float(color.blue))
    for centre in centres {
      let x = ((centre.x - rect.x) * scale * 4).rounded()
      let y = ((centre.y - rect.y) * scale * 4).rounded()
      guard abs(x) < 1e7, abs(y) < 1e7 else { continue }
      let (left, top) = (Int(x) >> 2, Int(y) >> 2)
      let mask = masks[(Int(y) & 3) * 4 + Int(x) & 3]
      for row in max(0, top - reach)..<max(max(0, top - reach), min(height, top + reach + 1)) {
        for column in max(0, left - reach)..<max(max(0, left - reach), min(width, left + reach + 1)) {
          let cover = mask[(row - top + reach) * side + column - left + reach]
          guard cover > 0 else { continue }
          let place = (row * width + column) * 4
          pixels[place] = pixels[place] * (1 - cover) + red * cover
          pixels[place + 1] = pixels[place + 1] * (1 - cover) + green * cover
          pixels[place + 2] = pixels[place + 2] * (1 - cover) + blue * cover
          pixels[place + 3] = pixels[place + 3] * (1 - cover) + cover
        }
      }
    }
  }

  var item: DrawingItem {
    var bytes = [UInt8](repeating: 0, count: pixels.count)
    for place in stride(from: 0, to: pixels.count, by: 4) where pixels[place + 3] > 0 {
      let opacity = pixels[place + 3]
      for part in 0..<3 { bytes[place + part] = UInt8((min(pixels[place + part] / opacity, 1) * 255).rounded()) }
      bytes[place + 3] = UInt8((min(opacity, 1) * 255).rounded())
    }
    return .image(PixelImage(width: width, height: height, pixels: bytes, isSmooth: true), in: rect)
  }
}

extension PixelImage {
  /// The mean colours of what falls on one pixel of a resolution, where there are more pixels than that shows.
  func reduced(to rect: Rect, dpi: Double) -> PixelImage {
    let columns = min(width, max(1, Int((rect.width * dpi / 72).rounded(.up))))
    let rows = min(height, max(1, Int((rect.height * dpi / 72).rounded(.up))))
    guard width * height > RasterLayer.most, columns < width || rows < height else { return self }
    var bytes = [UInt8](repeating: 0, count: columns * rows * 4)
    for row in 0..<rows {
      for column in 0..<columns {
        var sums = (0, 0, 0, 0)
        let (top, foot) = (row * height / rows, max((row + 1) * height / rows, row * height / rows + 1))
        let left = column * width / columns
        let right = max((column + 1) * width / columns, left + 1)
        for y in top..<foot {
          for x in left..<right {
            let place = (y * width + x) * 4
            let opacity = Int(pixels[place + 3])
            sums.0 += Int(pixels[place]) * opacity
            sums.1 += Int(pixels[place + 1]) * opacity
            sums.2 += Int(pixels[place + 2]) * opacity
            sums.3 += opacity
          }
        }
        guard sums.3 > 0 else { continue }
        let place = (row * columns + column) * 4
        for (part, sum) in [sums.0, sums.1, sums.2].enumerated() {
          bytes[place + part] = UInt8((sum + sums.3 / 2) / sums.3)
        }
        bytes[place + 3] = UInt8(sums.3 / ((foot - top) * (right - left)))
      }
    }
    return PixelImage(width: columns, height: rows, pixels: bytes, isSmooth: isSmooth)
  }
}
