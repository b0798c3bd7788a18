import Foundation
import Support
import Tensors
import TestSupport
import Testing
import Transformers

@Suite("Kept vectors")
struct KeptVectorTests {
  private static let sites = ["blocks.1.hook_resid_post", "blocks.0.attn.hook_z"]

  private func report(_ run: SmallRun, _ keep: [String], _ more: [String] = []) throws -> Program.Outcome {
    try Program.run(
      ["report", "--quiet", "--formats", "svg", "--analyses", "weights", "--keep", keep.joined(separator: ",")]
        + run.arguments + more, in: run.folder)
  }

  @Test("They are what the model has at each position, in the order of the documents, for any number of threads")
  func vectors() throws {
    let run = try SmallRun()
    #expect(try report(run, Self.sites, ["--name", "one", "--threads", "1"]).code == 0)
    #expect(try report(run, Self.sites, ["--name", "five", "--threads", "5"]).code == 0)
    let (one, five) = (run.folder.appending(path: "out/one/kept"), run.folder.appending(path: "out/five/kept"))
    let names = try FileManager.default.contentsOfDirectory(atPath: one.path(percentEncoded: false)).sorted()
    #expect(names == Self.sites.sorted().flatMap { ["\($0).csv", "\($0).safetensors"] }.sorted())
    for name in names {
      #expect(
        try Data(contentsOf: one.appending(path: name)) == Data(contentsOf: five.appending(path: name)), "\(name)")
    }
    for name in Self.sites {
      let file = try SafetensorsFile(one.appending(path: "\(name).safetensors"))
      let vectors = try file.tensor("vectors")
      let documents = try file.integers("document").values, positions = try file.integers("position").values
      let rows = try String(contentsOf: one.appending(path: "\(name).csv"), encoding: .utf8).split(separator: "\n")
      #expect(rows.count == vectors.shape[0] + 1 && documents.count == vectors.shape[0])
      #expect(zip(documents, documents.dropFirst()).allSatisfy { $0 <= $1 } && positions[0] == 0)
      #expect((documents.last ?? 0) > 0)
      // The first document by itself.
      let model = try Model(directory: run[run.model]), tokenizer = try Tokenizer(directory: run[run.model])
      let ids = tokenizer.encode("sentence number 0 says little, and it says little again 0.").ids
      let site = try #require(Site(text: name))
      let value = try #require(
        try model.run(ModelInput(rows: [ids], pad: 0), TraceRequest(sites: [site]))[site])
      let width = vectors.shape[1]
      #expect(positions.prefix(ids.count).elementsEqual((0..<ids.count).map { Int64($0) }))
      #expect(Array(vectors.values.prefix(ids.count * width)) == value.values, "\(name)")
    }
  }

  @Test(
    "What has no vector at each position is refused before the work",
    arguments: ["blocks.1.attn.hook_pattern", "blocks.9.hook_resid_post", "blocks.1.hook_resid_pots"])
  func refused(site: String) throws {
    let run = try SmallRun()
    let outcome = try report(run, [site])
    #expect(outcome.code == 2 && outcome.errors.contains(site) && outcome.errors.split(separator: "\n").count == 1)
    #expect(!FileManager.default.fileExists(atPath: run.folder.appending(path: "out").path(percentEncoded: false)))
  }

  @Test("A site that is named twice is refused, and the nearest name is said of one that is not there")
  func names() throws {
    let run = try SmallRun()
    func job(_ keep: String) throws -> Program.Outcome {
      try run.write(
        "{ model: 'small', corpus: { path: 'corpus.txt' }, analyses: ['weights'], output: { keep: \(keep), formats: ['svg'] } }",
        to: "job.json5")
      return try Program.run(["report", "job.json5", "--quiet", "--fail-on", "never"], in: run.folder)
    }
    let twice = try job("['hook_embed', 'hook_embed']")
    #expect(twice.code == 2 && twice.errorLines.count == 1 && twice.errors.contains("twice"), "\(twice.errors)")
    #expect(try job("['hook_embed']").code == 0)
    #expect(try report(run, ["blocks.1.hook_resid_pots"]).errors.contains("blocks.1.hook_resid_post"))
  }

  @Test("An image's patches have their own positions, behind the tokens that lead them")
  func images() throws {
    let folder = URL.temporaryDirectory.appending(path: "kept-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let outcome = try Program.run([
      "report", "--quiet", "--formats", "svg", "--analyses", "weights", "--fail-on", "never", "--limit", "2",
      "--keep", "hook_embed,blocks.0.hook_resid_pre", "--name", "digits",
      "--out", folder.path(percentEncoded: false),
      "--model", Fixtures.root.appending(path: "examples/digits-vit/model/final").path(percentEncoded: false),
      "--corpus", Fixtures.root.appending(path: "examples/digits-vit/held-out").path(percentEncoded: false),
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let kept = folder.appending(path: "digits/kept")
    let patches = try SafetensorsFile(kept.appending(path: "hook_embed.safetensors")).integers("position").values
    let all = try SafetensorsFile(kept.appending(path: "blocks.0.hook_resid_pre.safetensors")).integers("position")
      .values
    #expect(patches.first == 1 && all.first == 0 && patches.max() == all.max() && patches.count == all.count - 2)
  }
}
