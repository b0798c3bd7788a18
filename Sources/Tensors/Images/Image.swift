/// An image of 8-bit samples: rows from the top, pixels from the left, the channels of a pixel side by side.
package struct Image: Hashable, Sendable {
  package let height: Int
  package let width: Int
  /// 1 (grey) or 3 (red, green, blue).
  package let channels: Int
  /// `[height, width, channels]`.
  package let samples: [UInt8]

  package init(height: Int, width: Int, channels: Int, samples: [UInt8]) {
    precondition(height > 0 && width > 0 && channels == 1 || channels == 3, "no image: \(height) × \(width)")
    precondition(samples.count == height * width * channels, "\(samples.count) samples of \(height) × \(width)")
    self.height = height
    self.width = width
    self.channels = channels
    self.samples = samples
  }

  /// In red, green and blue, or in grey: `0.299 R + 0.587 G + 0.114 B` (ITU-R BT.601), rounded.
  package func converted(toChannels wanted: Int) -> Image {
    guard wanted != channels else { return self }
    let pixels = height * width
    let converted = [UInt8](unsafeUninitializedCapacity: pixels * wanted) { out, count in
      for pixel in 0..<pixels {
        if wanted == 1 {
          let red = Int32(samples[3 * pixel]), green = Int32(samples[3 * pixel + 1])
          let sum = red * 19595 + green * 38470 + Int32(samples[3 * pixel + 2]) * 7471
          out[pixel] = UInt8(truncatingIfNeeded: (sum + 1 << 15) >> 16)
        } else {
          for channel in 0..<3 { out[3 * pixel + channel] = samples[pixel] }
        }
      }
      count = pixels * wanted
    }
    return Image(height: height, width: width, channels: wanted, samples: converted)
  }

  /// The part of the given size in the middle; where the image is smaller, black is put around it. What cannot be
  /// shared equally is one pixel more before than behind.
  package func centerCropped(height newHeight: Int, width newWidth: Int) -> Image {
    func start(_ new: Int, _ old: Int) -> Int { new <= old ? (old - new) / 2 : -((new - old + 1) / 2) }
    let top = start(newHeight, height), left = start(newWidth, width)
    var cropped = [UInt8](repeating: 0, count: newHeight * newWidth * channels)
    let columns = max(0, left)..<min(width, left + newWidth)
    for y in max(0, top)..<min(height, top + newHeight) {
      let source = (y * width + columns.lowerBound) * channels
      let target = ((y - top) * newWidth + columns.lowerBound - left) * channels
      let count = columns.count * channels
      cropped.replaceSubrange(target..<target + count, with: samples[source..<source + count])
    }
    return Image(height: newHeight, width: newWidth, channels: channels, samples: cropped)
  }

  /// The image upright, where a camera wrote how it was held: EXIF's orientation, 1 to 8 (CIPA DC-008, 4.6.5). Any
  /// other number is as 1.
  package func upright(orientation: Int) -> Image {
    guard (2...8).contains(orientation) else { return self }
    let isTurned = orientation >= 5
    let (newHeight, newWidth) = isTurned ? (width, height) : (height, width)
    let turned = [UInt8](unsafeUninitializedCapacity: samples.count) { out, count in
      var place = 0
      for y in 0..<newHeight {
        for x in 0..<newWidth {
          let (row, column) =
            switch orientation {
            case 2: (y, width - 1 - x)
            case 3: (height - 1 - y, width - 1 - x)
            case 4: (height - 1 - y, x)
            case 5: (x, y)
            case 6: (height - 1 - x, y)
            case 7: (height - 1 - x, width - 1 - y)
            default: (x, width - 1 - y)
            }
          for channel in 0..<channels {
            out[place] = samples[(row * width + column) * channels + channel]
            place += 1
          }
        }
      }
      count = place
    }
    return Image(height: newHeight, width: newWidth, channels: channels, samples: turned)
  }
}
