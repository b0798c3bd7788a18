import Foundation
import Tensors
import TestSupport
import Testing

@Suite("inspect and trace")
struct ModelCommandsTests {
  private static let example = Fixtures.root.appending(path: "examples/shakespeare/model").path(percentEncoded: false)

  @Test("inspect names family, shapes, parameters and memory of the embedded example")
  func inspect() throws {
    let outcome = try Program.run(["inspect", Self.example])
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
    #expect(lines.contains(["family", "gpt2"]))
    #expect(lines.contains(["parameters", "940800"]))
    #expect(lines.contains(["weights", "3.7", "MB"]))
    #expect(lines.contains(["transformer.wte.weight", "[1024,", "128]"]))
  }

  @Test("inspect names what the model does not read, every tensor of it")
  func notes() throws {
    let folder = Fixtures.url("field/21-unused-tensors-unsaid/gpt2_fewer_layers").path(percentEncoded: false)
    let outcome = try Program.run(["inspect", folder])
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("12 tensors of layers beyond the configuration's are not read"))
    #expect(outcome.output.contains("transformer.h.2.mlp.c_proj.weight"))
  }

  @Test("an adapter is merged into the base that --adapter-base names, which only an adapter has")
  func adapterBase() throws {
    let adapter = Fixtures.url("adapters/conv1d").path(percentEncoded: false)
    let base = Fixtures.url("models/gpt2_hub").path(percentEncoded: false)
    let merged = try Program.run(["inspect", adapter, "--adapter-base", base])
    #expect(merged.code == 0 && merged.output.contains("A LoRA adapter (rank 2, alpha 8, base gpt2_hub) is merged"))
    let alone = try Program.run(["inspect", adapter])
    #expect(alone.code == 3 && alone.errors.contains("\"someone/gpt2_hub\"") && alone.errorLines.count == 1)
    let plain = try Program.run(["inspect", base, "--adapter-base", base])
    #expect(plain.code == 2 && plain.errors.contains("not a LoRA folder"))
  }

  @Test("a folder that holds no model is one line and code 3", arguments: ["inspect", "trace"])
  func noModel(command: String) throws {
    let scratch = try Scratch()
    let path = scratch.folder.path(percentEncoded: false)
    let rest = command == "trace" ? ["--input", "in.safetensors", "--output", "out.safetensors"] : []
    for folder in [path, path + "nowhere"] {
      let outcome = try Program.run([command, folder] + rest, in: scratch.folder)
      #expect(outcome.code == 3)
      #expect(outcome.errorLines.count == 1)
      #expect(outcome.errors.hasPrefix("tomograph: \(path)"))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
  }

  @Test(
    "inspect says that there is no tokenizer, of images nothing, and of a damaged one what is wrong, behind the rest")
  func tokenizers() throws {
    let run = try SmallRun()
    let whole = try Program.run(["inspect", "small"], in: run.folder)
    let line = whole.output.split(separator: "\n").first { $0.hasPrefix("tokenizer ") } ?? ""
    #expect(whole.code == 0 && line.contains(" 99 tokens, ") && line.hasSuffix("small/tokenizer.json"), "\(line)")
    try FileManager.default.removeItem(at: run["small/tokenizer.json"])
    let none = try Program.run(["inspect", "small"], in: run.folder)
    #expect(none.code == 0 && none.errors.isEmpty)
    #expect(none.output.contains("\nvocabulary    120\ntokenizer     none\n"), "\(none.output)")
    #expect(!none.output.contains("expected"))
    try run.write("{", to: "small/tokenizer.json")
    let damaged = try Program.run(["inspect", "small"], in: run.folder)
    #expect(damaged.code == 3 && damaged.errorLines.count == 1 && damaged.errors.contains("tokenizer.json"))
    #expect(damaged.output.contains("\nparameters "))
    let images = try Program.run(["inspect", Fixtures.url("models/vit").path(percentEncoded: false)])
    #expect(images.code == 0 && !images.output.contains("tokenizer") && !images.output.contains("vocabulary"))
  }

  @Test(
    "trace finds out before it runs whether its output can be written", arguments: ["small", "none/out.safetensors"])
  func output(path: String) throws {
    let run = try SmallRun()
    let outcome = try Program.run(["trace", "nowhere", "--input", "in", "--output", path], in: run.folder)
    #expect(outcome.code == 3 && outcome.errorLines.count == 1 && outcome.errors.contains(path), "\(outcome.errors)")
  }

  @Test("a site that the model does not have is a wrong command line")
  func unknownSite() throws {
    let scratch = try Scratch()
    var input = SafetensorsWriter()
    input.add("input.input_ids", shape: [1, 2], integers: [1, 2])
    try input.write(to: scratch["in.safetensors"])
    let outcome = try Program.run(
      [
        "trace", Self.example, "--input", "in.safetensors", "--output", "out.safetensors", "--sites",
        "blocks.9.hook_mlp_out",
      ],
      in: scratch.folder)
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains("blocks.9.hook_mlp_out"))
    #expect(!FileManager.default.fileExists(atPath: scratch["out.safetensors"].path(percentEncoded: false)))
  }

  @Test(
    "trace gives the reference's values, loss and gradients",
    .enabled(if: Fixtures.shared("reference/models") != nil, "the reference data is not beside the checkout"),
    arguments: ["gpt2", "gpt2_hub", "bert_mlm", "bert_cls"])
  func reference(name: String) throws {
    let folder = try #require(Fixtures.shared("reference/models/\(name)"))
    let input = folder.appending(path: "reference.safetensors")
    let scratch = try Scratch()
    let output = scratch["out.safetensors"]
    let outcome = try Program.run([
      "trace", folder.path(percentEncoded: false), "--gradients",
      "--input", input.path(percentEncoded: false), "--output", output.path(percentEncoded: false),
    ])
    #expect(outcome.code == 0 && outcome.errors == "trace: \(output.relativePath)\n", "\(outcome.errors)")
    let (expected, found) = (try SafetensorsFile(input), try SafetensorsFile(output))
    func largest(_ values: [Float]) -> Float { values.reduce(0) { max($0, abs($1)) } }
    let gradients = expected.names.filter { $0.hasPrefix("grad.") }
    let largestGradient = try gradients.reduce(Float(0)) { max($0, largest(try expected.tensor($1).values)) }
    let padded = try paddedRows(of: expected)
    var compared = 0
    for name in expected.names where !name.hasPrefix("input.") {
      let (reference, value) = (try expected.tensor(name), try found.tensor(name))
      #expect(reference.shape == value.shape, "\(name)")
      let bound: Float =
        if name == "loss" {
          1e-5 * largest(reference.values)
        } else if name.hasPrefix("grad") {
          max(1e-4 * largest(reference.values), 1e-4 * 1e-3 * largestGradient)
        } else {
          2e-5 * max(1, largest(reference.values))
        }
      let isAttention = name.hasPrefix("attention.")
      let rows = isAttention ? reference.shape[1] : 1
      let width = reference.shape.last ?? 1
      for (index, (a, b)) in zip(reference.values, value.values).enumerated() {
        // Rows of padded queries mean nothing: [batch, (head,) position, …].
        if reference.shape.count > 2, !name.hasPrefix("grad") {
          let row = index / width
          let length = reference.shape[isAttention ? 2 : 1]
          if padded.contains([row / length / rows, row % length]) { continue }
        }
        if !(abs(a - b) <= bound) {
          Issue.record("\(name)[\(index)]: \(b) instead of \(a)")
          break
        }
      }
      compared += 1
    }
    #expect(compared > 20)
  }

  /// `[sequence, position]` of every padded position.
  private func paddedRows(of file: SafetensorsFile) throws -> Set<[Int]> {
    guard file.entry("input.attention_mask") != nil else { return [] }
    let (shape, mask) = try file.integers("input.attention_mask")
    return Set(mask.indices.filter { mask[$0] == 0 }.map { [$0 / shape[1], $0 % shape[1]] })
  }
}
