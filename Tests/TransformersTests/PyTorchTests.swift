import Foundation
import Support
import Tensors
import TestSupport
import Testing

@testable import Transformers

private func fixture(_ name: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: Fixtures.url("weights/\(name)")))
}

/// A file in the format before 1.6 whose value is this pickle, without storages.
private func legacy(_ pickle: [UInt8]) -> [UInt8] {
  let head: [UInt8] = [
    0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E, 0x80, 2, 0x4D, 0xE9, 3, 0x2E,
  ]
  return head + [0x80, 2, 0x7D, 0x2E, 0x80, 2] + pickle + [0x80, 2, 0x5D, 0x2E]
}

private func pickled(_ text: String) -> [UInt8] { Array(text.utf8) }

@Suite("PyTorch checkpoints")
struct PyTorchTests {
  @Test(
    "read as torch reads them: types, strides, offsets, shared storages, parameters",
    arguments: ["zip.pt", "legacy.pt", "nested.pt"])
  func values(name: String) throws {
    let file = try PyTorchFile(Fixtures.url("weights/\(name)"))
    let expected = try SafetensorsFile(Fixtures.url("weights/pytorch.safetensors"))
    #expect(expected.names.count == 12)
    for entry in expected.entries {
      #expect(file.shape(entry.name) == entry.shape)
      let tensor = try file.tensor(entry.name)
      #expect(tensor.shape == entry.shape)
      #expect(try tensor.values == expected.tensor(entry.name).values, "\(entry.name)")
    }
  }

  @Test(
    "read views that are expanded or negated, and stand types that no weights are made of",
    arguments: ["odd.bin", "odd_legacy.bin"])
  func odd(name: String) throws {
    let file = try PyTorchFile(Fixtures.url("weights/\(name)"))
    #expect(try file.tensor("expanded").values == [1.5, 1.5, 1.5, -2, -2, -2])
    #expect(try file.tensor("negative").values == [-1, -3, -5])
    let others = file.names.filter { !["expanded", "negative"].contains($0) }
    #expect(others.count == (name == "odd.bin" ? 10 : 6))
    for name in others {
      #expect(file.shape(name) != nil)
      #expect { try file.tensor(name) } throws: { "\($0)".contains("has elements of the wrong type") }
    }
  }

  @Test("map what is dense float32 and do not copy it")
  func mapped() throws {
    let file = try PyTorchFile(Fixtures.url("weights/zip.pt"))
    #expect(try file.tensor("float").pointer == file.tensor("float").pointer)
    let tails = (try file.tensor("tail"), try file.tensor("tail"))
    #expect(tails.0.pointer != tails.1.pointer)
  }

  @Test("hold integers that are no weights", arguments: ["long", "int", "bool"])
  func integers(name: String) throws {
    let file = try PyTorchFile(Fixtures.url("weights/zip.pt"))
    #expect(file.names.contains(name))
    #expect(throws: InputError.self) { try file.tensor(name) }
  }

  @Test("that name a function are refused by its name, and nothing runs")
  func evil() throws {
    let line = try refusal(try fixture("evil.pt"), named: "evil.pt") { _ = try PyTorchFile($0) }
    #expect(line.contains("refused") && line.contains("\"posix.system\""), "\(line)")
    #expect(!FileManager.default.fileExists(atPath: "opened"))
  }

  @Test(
    "with an opcode that no weights need are refused by its name",
    arguments: [
      (UInt8(0x81), "NEWOBJ"), (0x69, "INST"), (0x6F, "OBJ"), (0x82, "EXT1"), (0x50, "PERSID"), (0x32, "DUP"),
      (0x42, "BINBYTES"), (0x97, "NEXT_BUFFER"), (0xFF, "0xff"),
    ])
  func opcode(code: UInt8, name: String) throws {
    let line = try refusal(legacy([0x7D, code, 0x2E]), named: "a.pt") { _ = try PyTorchFile($0) }
    #expect(line.contains("refused") && line.hasSuffix("found \(name)"), "\(line)")
  }

  @Test(
    "with a pickle that makes no sense are refused",
    arguments: [
      ("", "ends early"), ("...", "stack"), ("a", "takes more"), ("t", "mark"), ("(a", "takes more"),
      ("R", "takes more"),
      ("}.", "no tensors"), ("h\u{1}", "recalls"), ("}Nb", "state"), ("}}R", "no tuple"), ("N)R", "not a function"),
      ("Q", "takes more"), (")Q", "not a storage"), ("cbuiltins\neval\n", "builtins.eval"), ("cos", "does not end"),
      ("ctorch\nFloatStorage\n)R", "arguments"), ("N\u{5D}a", "not a list"),
    ])
  func nonsense(pickle: String, problem: String) throws {
    let line = try refusal(legacy(pickled(pickle)).dropLast(pickle.isEmpty ? 4 : 0), named: "a.pt") {
      _ = try PyTorchFile($0)
    }
    #expect(line.contains(problem), "\(line)")
  }

  @Test(
    "that nest a million deep, or recall without end, cost no more than their length",
    arguments: [
      [0x29] + Array(repeating: 0x85, count: 1_000_000) + [0x2E],
      Array(repeating: 0x5D, count: 500_000) + Array(repeating: 0x61, count: 499_999) + [0x2E],
      [0x5D, 0x71, 0] + (0..<600_000).flatMap { _ in [0x68, 0, 0x61] as [UInt8] } + [0x2E],
      Array(repeating: 0x28, count: 3_000_000) + [0x2E],
    ] as [[UInt8]])
  func deep(pickle: [UInt8]) throws {
    let line = try refusal(legacy(pickle), named: "a.pt") { _ = try PyTorchFile($0) }
    #expect(!line.isEmpty)
  }

  @Test(
    "refuse tensors that are larger than their storage, or lie beyond it",
    arguments: [
      ([Int.max], [1], 0), ([1 << 40, 1 << 40], [0, 0], 0), ([5], [1], 0), ([2], [3], 2), ([1], [1], 4), ([3], [0], -1),
      ([-1], [1], 0), ([2], [-1], 2), ([1 << 29], [0], 0), ([2, 2], [1], 0), ([2], [Int.max], 1),
    ])
  func views(shape: [Int], strides: [Int], offset: Int) {
    #expect(PyTorchTensor(storage: 0, of: 4, offset: offset, shape: shape, strides: strides) == nil)
  }

  @Test("that are compressed are refused with the reason")
  func compressed() throws {
    let line = try refusal(try fixture("compressed.pt"), named: "a.pt") { _ = try PyTorchFile($0) }
    #expect(line.contains("is compressed") && line.contains("torch.save"), "\(line)")
  }

  @Test(
    "that are damaged in any way are refused or read, nothing else", arguments: ["zip.pt", "legacy.pt", "nested.pt"])
  func fuzz(name: String) throws {
    let original = try fixture(name)
    var generator = SeededGenerator(seed: 11)
    try withWeights([:]) { folder in
      let url = folder.appending(path: "mutant.pt")
      var refused = 0
      for _ in 0..<3000 {
        try Data(mutated(original, &generator)).write(to: url)
        do {
          let file = try PyTorchFile(url)
          for name in file.names where !["long", "int", "bool"].contains(name) { _ = try file.tensor(name) }
        } catch is InputError { refused += 1 }
      }
      #expect(refused > 1000 && refused < 3000)
    }
  }

  @Test("cut anywhere are refused", arguments: ["zip.pt", "legacy.pt"])
  func truncated(name: String) throws {
    let original = try fixture(name)
    for length in stride(from: 0, to: original.count - 1, by: 7) {
      let line = try refusal(original[..<length], named: "a.pt") { _ = try PyTorchFile($0) }
      #expect(!line.isEmpty)
    }
  }
}

@Suite("The files of a model")
struct ModelFilesTests {
  @Test("are its safetensors where both are there")
  func preference() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "both-\(UUID().uuidString)")
    try FileManager.default.copyItem(at: Fixtures.url("models/gpt2"), to: folder)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("no checkpoint".utf8).write(to: folder.appending(path: "pytorch_model.bin"))
    _ = try Model(directory: folder)
    #expect(try ModelFiles(folder).weights.map(\.lastPathComponent) == ["model.safetensors"])
    try FileManager.default.removeItem(at: folder.appending(path: "model.safetensors"))
    #expect { try Model(directory: folder) } throws: { "\($0)".contains("is not a PyTorch checkpoint") }
  }

  @Test("are the shards that an index names, each tensor once")
  func shards() throws {
    let (first, second) = (Data(try fixture("zip.pt")), Data(try fixture("legacy.pt")))
    let index = #"{"weight_map": {"float": "a.bin", "half": "a.bin", "tail": "b.bin"}}"#
    try withWeights(["pytorch_model.bin.index.json": Data(index.utf8), "a.bin": first]) { folder in
      #expect { try Checkpoint(folder) } throws: { "\($0)".contains("b.bin") }
    }
    try withWeights(["pytorch_model.bin.index.json": Data(index.utf8), "a.bin": first, "b.bin": second]) { folder in
      #expect { try Checkpoint(folder) } throws: { "\($0)".contains("two shards") }
    }
    let one = index.replacing("b.bin", with: "a.bin")
    try withWeights(["pytorch_model.bin.index.json": Data(one.utf8), "a.bin": first]) { folder in
      let checkpoint = try Checkpoint(folder)
      #expect(try checkpoint.tensor("transposed", shape: [8, 6]).shape == [8, 6])
      #expect { try checkpoint.tensor("transposed", shape: [6, 8]) } throws: { "\($0)".contains("found [8, 6]") }
    }
  }

  @Test("are one .pt beside a training's own state, and not two")
  func lonePickle() throws {
    let data = Data(try fixture("nested.pt"))
    try withWeights(["best.pt": data, "optimizer.pt": Data([1])]) { folder in
      let checkpoint = try Checkpoint(folder)
      #expect(checkpoint.contains("bfloat"))
    }
    try withWeights(["best.pt": data, "last.pt": data]) { folder in
      #expect { try Checkpoint(folder) } throws: { "\($0)".contains("found best.pt, last.pt") }
    }
  }

  @Test(
    "give the same tensors from .bin and safetensors",
    .enabled(if: Fixtures.shared("models/albert-rxnmapper") != nil))
  func realModel() throws {
    guard let folder = Fixtures.shared("models/albert-rxnmapper") else { return }
    let pickle = try PyTorchFile(folder.appending(path: "pytorch_model.bin"))
    let file = try SafetensorsFile(folder.appending(path: "model.safetensors"))
    #expect(file.names.count == 30 && pickle.names.count == 32)
    for name in file.names { #expect(try pickle.tensor(name).values == file.tensor(name).values, "\(name)") }
    #expect(
      try pickle.tensor("predictions.decoder.weight").pointer
        == pickle.tensor("albert.embeddings.word_embeddings.weight").pointer)
  }
}
