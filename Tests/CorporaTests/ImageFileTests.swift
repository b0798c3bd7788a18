import Foundation
import Support
import Tensors
import TestSupport
import Testing

@testable import Corpora

/// FNV-1a over samples, as the fixtures' `digests.txt` has it.
func digest(_ image: Image) -> String {
  let hash = image.samples.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  let text = String(hash, radix: 16)
  return String(repeating: "0", count: 16 - text.count) + text
}

private func path(_ name: String) -> String { Fixtures.url(name).path(percentEncoded: false) }

private func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: Fixtures.url(name))) }

/// The lines of a fixture, cut at spaces.
func fields(_ name: String) -> [[String]] {
  let text = (try? String(contentsOf: Fixtures.url(name), encoding: .utf8)) ?? ""
  return text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
}

@Suite("PNG and JPEG files")
struct ImageFileTests {
  @Test("Every image of the fixtures is what PIL reads", arguments: ["pngsuite", "images"])
  func digests(folder: String) throws {
    let lines = fields("\(folder)/digests.txt")
    #expect(lines.count == (folder == "pngsuite" ? 161 : 18))
    for line in lines {
      let file = try ImageFile(path: path("\(folder)/\(line[0])"))
      let image = try file.read()
      #expect(file.size == (image.height, image.width))
      #expect(["\(image.width)", "\(image.height)"] == line[1...2], "\(line[0])")
      #expect(digest(image.converted(toChannels: 3)) == line[3], "\(line[0]) in colours")
      #expect(digest(image.converted(toChannels: 1)) == line[4], "\(line[0]) in grey")
    }
  }

  @Test("However a file says how the camera was held, it is turned as PIL turns it")
  func held() throws {
    let lines = fields("images/held.txt")
    #expect(lines.count == 73)
    for line in lines {
      let file = try ImageFile(path: path("images/held/\(line[0])"))
      let image = try file.read()
      #expect(file.size == (image.height, image.width))
      #expect(["\(image.width)", "\(image.height)"] == line[1...2], "\(line[0])")
      #expect(digest(image.converted(toChannels: 3)) == line[3], "\(line[0])")
    }
  }

  @Test(
    "Orientations in XMP and in longer numbers",
    arguments: [
      ("jpg_exif_long/x.jpg", "e7baa2aefaea5e66"), ("jpg_xmp6/x.jpg", "e7baa2aefaea5e66"),
      ("png_xmp6/x.png", "d79554ee264f6de5"),
    ])
  func samples(name: String, expected: String) throws {
    let file = try ImageFile(path: path("field/13-orientation-not-in-plain-exif/\(name)"))
    #expect(digest(try file.read()) == expected)
  }

  @Test(
    "The broken files of PngSuite are refused with what is wrong",
    arguments: [
      ("xs1n0g01", "has a damaged PNG signature, expected 89 50 4e 47 0d 0a 1a 0a, found 09 50 4e 47 0d 0a 1a 0a"),
      ("xs2n0g01", "has a damaged PNG signature, expected 89 50 4e 47 0d 0a 1a 0a, found 89 51 4e 47 0d 0a 1a 0a"),
      ("xs4n0g01", "has a damaged PNG signature, expected 89 50 4e 47 0d 0a 1a 0a, found 89 50 4e 67 0d 0a 1a 0a"),
      ("xs7n0g01", "has a damaged PNG signature, expected 89 50 4e 47 0d 0a 1a 0a, found 89 50 4e 47 0d 0a 20 0a"),
      ("xcrn0g04", "has a damaged PNG signature, expected 89 50 4e 47 0d 0a 1a 0a, found 89 50 4e 47 0d 0d 1a 0d"),
      ("xlfn0g04", "has a damaged PNG signature, expected 89 50 4e 47 0d 0a 1a 0a, found 89 50 4e 47 0a 0a 1a 0a"),
      ("xhdn0g08", "PNG chunk \"IHDR\" at byte 8: has a wrong checksum, expected 56112528, found 4353554d"),
      ("xc1n0g08", "has an unknown PNG colour type, expected 0, 2, 3, 4 or 6, found 1"),
      ("xc9n2c08", "has an unknown PNG colour type, expected 0, 2, 3, 4 or 6, found 9"),
      ("xd0n2c08", "has a bit depth that its PNG colour type 2 has not, expected 8, 16, found 0"),
      ("xd3n2c08", "has a bit depth that its PNG colour type 2 has not, expected 8, 16, found 3"),
      ("xd9n2c08", "has a bit depth that its PNG colour type 2 has not, expected 8, 16, found 99"),
      ("xdtn0g01", "has no pixels, expected a PNG chunk IDAT"),
      ("xcsn0g01", "PNG chunk \"IDAT\" at byte 49: has a wrong checksum, expected "),
    ])
  func broken(name: String, message: String) {
    let error = inputError { _ = try ImageFile(path: path("pngsuite/\(name).png")) }
    #expect(error?.category == .unreadable)
    #expect(error?.description.contains("\(name).png: \(message)") == true, "\(String(describing: error))")
  }

  @Test("A file that is no image, or not all of one, is refused")
  func others() throws {
    func line(_ bytes: [UInt8], _ name: String = "a.png") throws -> String {
      try withFile(bytes, name) { path in
        let error = inputError { _ = try ImageFile(path: path).read() }
        return error?.description.replacing(path, with: name) ?? "none"
      }
    }
    #expect(
      try line(Array("GIF89a".utf8), "a.gif")
        == "a.gif: is neither PNG nor JPEG, expected 89 50 4e 47 or ff d8 ff at its start, found 47 49 46 38")
    #expect(try line([]) == "a.png: is empty")
    #expect(inputError { _ = try ImageFile(path: "/nowhere.png") }?.problem == "cannot be opened")

    let png = try bytes("images/photo.png")
    #expect(try line(Array(png.prefix(20))).contains("ends too early, expected a whole PNG chunk at byte 8, found 20"))
    #expect(try line(Array(png.dropLast(12))) == "a.png: ends too early, expected a PNG chunk IEND")
    #expect(try line(Array(png.prefix(8))) == "a.png: does not begin with a PNG header, expected IHDR of 13 bytes")
    let jpeg = try bytes("images/baseline.jpg")
    #expect(try line(Array(jpeg.dropLast(2))).contains("ends too early, expected a JPEG marker that ends the image"))
    #expect(try line(Array(jpeg.prefix(40))).contains("ends too early, expected a whole JPEG segment at byte 20"))
    #expect(try line([0xFF, 0xD8, 0xFF, 0xD9]) == "a.png: has no pixels, expected a JPEG frame and a scan")
  }

  @Test("A header that promises more than the file holds allocates nothing")
  func lies() throws {
    let lie = try withFile(png(width: 13_000, height: 13_000), "a.png") { path in
      inputError { _ = try ImageFile(path: path) }
    }
    #expect(lie?.problem == "is too short for 13000 × 13000 pixels")
    let vast = try withFile(png(width: 0x7FFF_FFFF, height: 0x7FFF_FFFF), "a.png") { path in
      inputError { _ = try ImageFile(path: path) }
    }
    #expect(vast?.problem == "has too many pixels")
    let none = try withFile(png(width: 0, height: 5), "a.png") { path in inputError { _ = try ImageFile(path: path) } }
    #expect(none?.problem == "has no pixels")
  }

  /// A grey PNG of eight bits with one byte of data, all checksums right.
  private func png(width: UInt32, height: UInt32) -> [UInt8] {
    func word(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
    func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
      let body = Array(type.utf8) + data
      var sum = UInt32.max
      for byte in body {
        sum ^= UInt32(byte)
        for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
      }
      return word(UInt32(data.count)) + body + word(~sum)
    }
    return PNGHeader.signature + chunk("IHDR", word(width) + word(height) + [8, 0, 0, 0, 0]) + chunk("IDAT", [0])
      + chunk("IEND", [])
  }

  @Test(
    "Damage anywhere in a file gives an image or one clear error", arguments: ["photo.png", "baseline.jpg", "inks.jpg"])
  func damage(name: String) throws {
    let whole = try bytes("images/\(name)")
    var generator = SeededGenerator(seed: 3)
    var refused = 0
    for round in 0..<400 {
      var bytes = whole
      if round % 4 == 0 {
        bytes = Array(bytes.prefix(1 + generator.index(below: bytes.count - 1)))
      } else {
        for _ in 0...round % 3 { bytes[generator.index(below: bytes.count)] = UInt8(generator.index(below: 256)) }
      }
      try withFile(bytes, name) { path in
        do {
          let file = try ImageFile(path: path)
          let image = try file.read()
          #expect(file.size == (image.height, image.width))
        } catch let error as InputError {
          refused += 1
          #expect(error.description.contains(name), "\(error)")
        }
      }
    }
    #expect(refused >= 100)
  }

  @Test(
    "Photographs are what PIL reads", .enabled(if: Fixtures.shared("corpora/images") != nil),
    arguments: [
      ("astronaut.png", 512, 512), ("camera.png", 512, 512), ("chelsea.png", 451, 300), ("china.jpg", 640, 427),
      ("coffee.png", 600, 400), ("flower.jpg", 640, 427), ("rocket.jpg", 640, 427),
    ])
  func photographs(name: String, width: Int, height: Int) throws {
    let url = try #require(Fixtures.shared("corpora/images/\(name)"))
    let image = try ImageFile(path: url.path(percentEncoded: false)).read()
    #expect(image.width == width && image.height == height)
    #expect(digest(image.converted(toChannels: 3)) == photographDigests[name])
  }
}

/// In colours, as PIL reads them.
private let photographDigests = [
  "astronaut.png": "fa4e6bff08e5e8fb",
  "camera.png": "350bdd5a5fceb30e",
  "chelsea.png": "b2179687966157a8",
  "china.jpg": "e4c3e13847a0e75f",
  "coffee.png": "d261c1b91ef6ee1e",
  "flower.jpg": "4843ce7f63ad915e",
  "rocket.jpg": "34b9b35d9b0edb19",
]
