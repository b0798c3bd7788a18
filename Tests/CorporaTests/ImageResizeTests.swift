import Foundation
import Tensors
import TestSupport
import Testing

@testable import Corpora

@Suite("Images resized, cropped and turned")
struct ImageResizeTests {
  @Test("Every filter gives PIL's samples, smaller and larger, in colours and in grey")
  func resized() throws {
    let image = try ImageFile(path: Fixtures.url("images/photo.png").path(percentEncoded: false)).read()
    let grey = image.converted(toChannels: 1)
    let lines = fields("images/resized.txt")
    #expect(lines.count == 84)
    for line in lines {
      let filter = try #require(Int(line[0]).flatMap(ResamplingFilter.init(rawValue:)))
      let height = try #require(Int(line[1])), width = try #require(Int(line[2]))
      #expect(digest(image.resized(height: height, width: width, filter)) == line[3], "\(line)")
      #expect(digest(grey.resized(height: height, width: width, filter)) == line[4], "\(line) in grey")
    }
  }

  @Test("A tall image is resized along its columns first")
  func tall() throws {
    let file = Fixtures.url("field/14-tall-image-pillow-13/images/x.png").path(percentEncoded: false)
    let image = try ImageFile(path: file).read()
    #expect(digest(image.resized(height: 16, width: 16, .bilinear)) == "1128c348fffa7adb")
  }

  @Test("An image of one colour stays so under every filter", arguments: ResamplingFilter.allCases)
  func constant(filter: ResamplingFilter) {
    let image = Image(height: 7, width: 5, channels: 3, samples: Array(repeating: 201, count: 105))
    for (height, width) in [(1, 1), (3, 11), (64, 2)] {
      #expect(image.resized(height: height, width: width, filter).samples.allSatisfy { $0 == 201 })
    }
  }

  @Test(
    "A crop is taken from the middle, black where there is no image",
    arguments: [
      (1, 1, [5]), (2, 3, [1, 2, 3, 4, 5, 6]), (3, 1, [2, 5, 8]),
      (5, 3, [0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0]),
      (4, 4, [0, 0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9]), (1, 5, [0, 4, 5, 6, 0]),
    ] as [(Int, Int, [UInt8])])
  func cropped(height: Int, width: Int, samples: [UInt8]) {
    let image = Image(height: 3, width: 3, channels: 1, samples: Array(1...9))
    #expect(image.centerCropped(height: height, width: width).samples == samples)
  }

  @Test("EXIF's orientation is read in both byte orders, and nothing else is taken for one")
  func exif() {
    func orientation(_ bytes: [UInt8]) -> Int? { bytes.withUnsafeBytes { exifOrientation($0) } }
    let big: [UInt8] = Array("MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1, 1, 18, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]
    let little: [UInt8] = Array("II".utf8) + [42, 0, 8, 0, 0, 0, 1, 0, 18, 1, 3, 0, 1, 0, 0, 0, 8, 0, 0, 0]
    #expect(orientation(big) == 6 && orientation(little) == 8)
    for length in 0..<big.count { #expect(orientation(Array(big.prefix(length))) == nil) }
    #expect(orientation(Array("II".utf8) + big.dropFirst(2)) == nil)
    #expect(orientation(Array(big.dropLast(3)) + [9, 0, 0]) == 9)
  }
}
