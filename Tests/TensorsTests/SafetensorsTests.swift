import Foundation
import Support
import TestSupport
import Testing

@testable import Tensors

/// A file of the given header and data, gone when the test ends.
private func withFile<Result>(
  header: String, data: [UInt8] = [], announced: UInt64? = nil, _ body: (URL) throws -> Result
) throws -> Result {
  let length = announced ?? UInt64(header.utf8.count)
  return try withFile(bytes: withUnsafeBytes(of: length.littleEndian, Array.init) + Array(header.utf8) + data, body)
}

private func withFile<Result>(bytes: [UInt8], _ body: (URL) throws -> Result) throws -> Result {
  let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors")
  defer { try? FileManager.default.removeItem(at: url) }
  try Data(bytes).write(to: url)
  return try body(url)
}

private func bytes<Element>(_ values: [Element]) -> [UInt8] { values.withUnsafeBytes(Array.init) }

@Suite struct SafetensorsTests {
  @Test("What was written is read back, wide elements first and names in order")
  func roundTrip() throws {
    var writer = SafetensorsWriter()
    writer.add("b", Tensor([1, -2, .pi, .infinity, 0, -0.0], shape: [2, 3]))
    writer.add("a \"quoted\" \\ \u{1} 名", shape: [2], [3, 4])
    writer.add("ids", shape: [3], integers: [1, -1, .max])
    writer.add("none", shape: [0, 4], [])
    writer.add("scalar", shape: [], [7])
    let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try writer.write(to: url)
    let file = try SafetensorsFile(url)
    #expect(file.names == ["ids", "a \"quoted\" \\ \u{1} 名", "b", "none", "scalar"])
    #expect(try file.tensor("b").values == [1, -2, .pi, .infinity, 0, -0.0])
    #expect(try file.tensor("b").shape == [2, 3])
    #expect(try file.tensor("a \"quoted\" \\ \u{1} 名").values == [3, 4])
    #expect(try file.integers("ids").values == [1, -1, .max])
    #expect(try file.tensor("none").shape == [0, 4])
    #expect(try file.tensor("scalar").values == [7])
    #expect(try Data(contentsOf: url).count % 8 == 4)
  }

  @Test("Float32 data on a four-byte boundary are not copied, others are")
  func sharing() throws {
    let header = #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    for padding in 0..<4 {
      let padded = header + String(repeating: " ", count: padding)
      let values = try withFile(header: padded, data: bytes([Float(1.5), -2])) { url in
        let file = try SafetensorsFile(url)
        let first = try file.tensor("x")
        let second = try file.tensor("x")
        #expect((first.pointer == second.pointer) == (padded.utf8.count % 4 == 0))
        return first
      }
      // The file object is gone; its memory has to live as long as the tensor.
      #expect(values.values == [1.5, -2])
    }
  }

  @Test("Every half, every bfloat16 and awkward doubles become the float they stand for")
  func conversions() throws {
    let patterns = (0...UInt16.max).map { $0 }
    let header = #"{"h":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]},"#
    let more = #""b":{"dtype":"BF16","shape":[65536],"data_offsets":[131072,262144]},"#
    let last = #""d":{"dtype":"F64","shape":[4],"data_offsets":[262144,262176]}}"#
    let doubles = [0.1, 1e300, -1e-300, 16777217.0]
    try withFile(header: header + more + last, data: bytes(patterns) + bytes(patterns) + bytes(doubles)) { url in
      let file = try SafetensorsFile(url)
      let halves = try file.tensor("h").values
      let bfloats = try file.tensor("b").values
      for (index, pattern) in patterns.enumerated() {
        let half = Float(Float16(bitPattern: pattern))
        #expect(halves[index].bitPattern == half.bitPattern || (half.isNaN && halves[index].isNaN))
        #expect(bfloats[index].bitPattern == UInt32(pattern) << 16)
      }
      #expect(try file.tensor("d").values == doubles.map(Float.init))
    }
  }

  @Test("Types that no weights are made of do not stop the others, and are refused by name where they are asked for")
  func otherTypes() throws {
    let header = """
      {"c":{"dtype":"C64","shape":[1],"data_offsets":[0,8]},"f":{"dtype":"F4","shape":[3,2],"data_offsets":[8,11]},\
      "e":{"dtype":"F8_E8M0","shape":[1],"data_offsets":[11,12]},"x":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}
      """
    try withFile(header: header, data: [UInt8](repeating: 0, count: 12) + bytes([Float(1.5)])) { url in
      let file = try SafetensorsFile(url)
      #expect(try file.tensor("x").values == [1.5])
      for (name, type) in [("c", "C64"), ("f", "F4"), ("e", "F8_E8M0")] {
        #expect { try file.tensor(name) } throws: { "\($0)".hasSuffix("found \(type)") }
      }
    }
  }

  @Test("Whole numbers of every width are read")
  func integers() throws {
    let header = """
      {"l":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"i":{"dtype":"I32","shape":[1],"data_offsets":[8,12]},\
      "u":{"dtype":"U8","shape":[1],"data_offsets":[12,13]},"t":{"dtype":"BOOL","shape":[1],"data_offsets":[13,14]}}
      """
    try withFile(header: header, data: bytes([Int64(-5)]) + bytes([Int32(-6)]) + [200, 1]) { url in
      let file = try SafetensorsFile(url)
      #expect(try ["l", "i", "u", "t"].map { try file.integers($0).values } == [[-5], [-6], [200], [1]])
      #expect(throws: InputError.self) { try file.tensor("l") }
      #expect(throws: InputError.self) { try file.tensor("absent") }
    }
  }

  @Test(
    "A header that lies is refused with a line that says where",
    arguments: [
      (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, "do not fit F32 [2], expected 8 bytes"),
      (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, "reversed"),
      (#"{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#, "reach beyond the end"),
      (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, "bytes follow the last tensor"),
      (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, "a hole lies before it"),
      (
        #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        "overlap"
      ),
      (
        #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        #"byte 62: has a key twice, found "x""#
      ),
      (#"{"x":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}"#, "unknown dtype"),
      (#"{"x":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}"#, "overflows"),
      (#"{"x":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,8]}}"#, "overflows"),
      (#"{"x":{"dtype":"F32","shape":[18446744073709551618],"data_offsets":[0,8]}}"#, "found 18446744073709551618"),
      (#"{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, "expected whole numbers"),
      (#"{"x":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#, "expected whole numbers"),
      (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#, "expected 2 numbers"),
      (#"{"x":{"dtype":"F32","shape":[2]}}"#, "has no data_offsets"),
      (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#, "expected , or }, found the end"),
      (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x"#, #"expected the end, found "x""#),
      (#"not json"#, "not valid JSON"), (#"[]"#, "expected an object"), ("", "expected a value, found the end"),
      (#"{"\ud800":{}}"#, "surrogate"), (#"{"x":{"dtype":7,"shape":[],"data_offsets":[0,4]}}"#, "unknown dtype"),
    ])
  func lies(header: String, says: String) throws {
    try withFile(header: header, data: Array(repeating: 0, count: 8)) { url in
      let error = try #require(throws: InputError.self) { try SafetensorsFile(url) }
      #expect(error.description.contains(says))
      #expect(error.description.contains(url.lastPathComponent))
    }
  }

  @Test("A file that is absent, empty, a folder, a pipe, or shorter than it says is refused")
  func unreadable() throws {
    let folder = FileManager.default.temporaryDirectory
    #expect(throws: InputError.self) { try SafetensorsFile(folder) }
    #expect(throws: InputError.self) { try SafetensorsFile(folder.appending(path: "absent.safetensors")) }
    for bytes: [UInt8] in [[], [1, 2, 3], [9, 0, 0, 0, 0, 0, 0, 0, 0x7b], Array(repeating: 255, count: 64)] {
      try withFile(bytes: bytes) { url in _ = #expect(throws: InputError.self) { try SafetensorsFile(url) } }
    }
    let pipe = folder.appending(path: UUID().uuidString).path(percentEncoded: false)
    mkfifo(pipe, 0o600)
    defer { unlink(pipe) }
    #expect(throws: InputError.self) { try SafetensorsFile(URL(filePath: pipe)) }
  }

  @Test("No change of a file's bytes makes the reader do anything but read or refuse", arguments: 0..<8)
  func fuzz(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let header = """
      {"__metadata__":{"format":"pt","é":"\\u00e9\\ud83d\\ude00"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},\
      "b":{"dtype":"BF16","shape":[4],"data_offsets":[24,32]},"c":{"dtype":"I64","shape":[],"data_offsets":[32,40]}}
      """
    let sound = withUnsafeBytes(of: UInt64(header.utf8.count), Array.init) + Array(header.utf8) + [UInt8](1...40)
    let spices = Array("0123456789-.eE\"\\{}[]:,nu \u{0}\u{ff}".utf8)
    var refused = 0
    for _ in 0..<400 {
      var bytes = sound
      for _ in 0...random.index(below: 4) {
        let at = random.index(below: header.utf8.count + 8)
        switch random.index(below: 5) {
        case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes[at] = spices[random.index(below: spices.count)]
        case 2: bytes.insert(spices[random.index(below: spices.count)], at: at)
        case 3: bytes.remove(at: at)
        default: bytes = Array(bytes.prefix(random.index(below: bytes.count) + 8))
        }
        while bytes.count < header.utf8.count + 8 { bytes.append(0x39) }
      }
      if random.index(below: 8) == 0 { bytes.removeLast(random.index(below: bytes.count)) }
      try withFile(bytes: bytes) { url in
        do {
          let file = try SafetensorsFile(url)
          for name in file.names {
            _ = try? file.tensor(name).values
            _ = try? file.integers(name)
          }
        } catch let error as InputError {
          #expect(!error.description.isEmpty)
          refused += 1
        }
      }
    }
    #expect(refused > 200)
  }

  @Test("A full disk is an error of one line, and leaves nothing behind", .enabled(if: access("/dev/full", W_OK) == 0))
  func fullDisk() throws {
    let file = try OutputFile(URL(filePath: "/dev/full"))
    let error = try #require(throws: InputError.self) { try file.write("text") }
    #expect(error.description == "/dev/full: cannot be written, found No space left on device")
  }

  @Test("The reference files are read", .enabled(if: Fixtures.shared("reference/models/gpt2") != nil))
  func reference() throws {
    let folder = try #require(Fixtures.shared("reference/models/gpt2"))
    let file = try SafetensorsFile(folder.appending(path: "reference.safetensors"))
    #expect(!file.names.isEmpty)
    #expect(try file.integers("input.input_ids").shape.count == 2)
    #expect(try file.tensor("logits").values.allSatisfy(\.isFinite))
  }
}
