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

  @Test("A word's label stands beside each of its tokens, and a document's beside all of them")
  func labels() throws {
    let run = try SmallRun()
    func word(_ n: Int, _ form: String, _ tag: String) -> String { "\(n)\t\(form)\t_\t\(tag)\t_\t_\t0\troot\t_\t_\n" }
    try run.write(
      word(1, "A", "DET") + word(2, "cat", "NOUN") + "\n" + word(1, "It", "PRON") + word(2, "is", "AUX") + "\n",
      to: "words.conllu")
    try run.write("text\tmood\nso\tgood\nno\tbad\n", to: "moods.tsv")
    func table(_ corpus: String, _ label: String) throws -> [String] {
      let outcome = try Program.run(
        [
          "report", "--quiet", "--formats", "svg", "--analyses", "weights", "--keep", "hook_embed", "--name", label,
          "--model", run.model, "--corpus", corpus, "--label", label,
        ], in: run.folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      return String(decoding: try run.bytes("out/\(label)/kept/hook_embed.csv"), as: UTF8.self)
        .split(separator: "\n").map(String.init)
    }
    #expect(
      try table("words.conllu", "upos") == [
        "row,document,position,token,label", "0,doc-0,0,A,DET", "1,doc-0,1,\" \",", "2,doc-0,2,c,NOUN",
        "3,doc-0,3,a,NOUN",
        "4,doc-0,4,t,NOUN", "5,doc-1,0,I,PRON", "6,doc-1,1,t,PRON", "7,doc-1,2,\" \",", "8,doc-1,3,i,AUX",
        "9,doc-1,4,s,AUX",
      ])
    #expect(
      try table("moods.tsv", "mood") == [
        "row,document,position,token,label", "0,doc-0,0,s,good", "1,doc-0,1,o,good", "2,doc-1,0,n,bad",
        "3,doc-1,1,o,bad",
      ])
  }

  @Test(
    "Of an encoder–decoder, the encoder's rows are the source's and the decoder's the target's",
    arguments: ["bart", "t5"])
  func encoderDecoder(fixture: String) throws {
    let run = try SmallRun(of: fixture)
    let pairs = (0..<5).map { ("number \($0) says", "nummer \($0 * $0 * $0) sagt") }
    try run.write(pairs.map { "\($0)\t\($1)\n" }.joined(), to: "pairs.tsv")
    func report(_ keep: [String]) throws -> Program.Outcome {
      try Program.run(
        [
          "report", "--quiet", "--formats", "svg", "--analyses", "weights", "--fail-on", "never", "--name", "pairs",
          "--keep", keep.joined(separator: ","), "--model", run.model, "--corpus", "pairs.tsv", "--columns", "en,de",
          "--text", "en", "--pair", "de",
        ], in: run.folder)
    }
    for site in ["decoder.0.cross_attn.hook_k", "blocks.0.hook_resid_pre"] {
      let refused = try report([site])
      #expect(refused.code == 2 && refused.errorLines.count == 1 && refused.errors.contains(site), "\(refused.errors)")
    }
    let model = try Model(directory: run[run.model]), tokenizer = try Tokenizer(directory: run[run.model])
    let d = model.description, encoder = try #require(d.encoder)
    let sites = [
      encoder.site(.embed), encoder.residual(point: 2), d.stack.residual(point: 1), d.stack.site(.crossZ, layer: 0),
      .logits,
    ]
    let outcome = try report(sites.map(\.text))
    #expect(outcome.code == 0, "\(outcome.errors)")
    let start = Int32(try #require(d.decoderStart))
    let traces = try pairs.map { source, target in
      let labels = (tokenizer.target ?? tokenizer).encode(target).ids
      var input = ModelInput(rows: [tokenizer.encode(source).ids], pad: 1)
      input.target = ModelInput.Target(length: labels.count, ids: [start] + labels.dropLast())
      return try model.run(input, TraceRequest(sites: Set(sites)))
    }
    for site in sites {
      let file = try SafetensorsFile(run["out/pairs/kept/\(site.text).safetensors"])
      let values = try traces.map { try #require($0[site]) }
      let documents = values.enumerated().flatMap { Array(repeating: Int64($0), count: $1.shape[1]) }
      #expect(try file.integers("document").values == documents, "\(site.text)")
      #expect(try file.integers("position").values == values.flatMap { (0..<Int64($0.shape[1])) }, "\(site.text)")
      let wanted = values.flatMap(\.values), found = try file.tensor("vectors").values
      let largest = wanted.reduce(1) { max($0, abs($1)) }
      #expect(
        found.count == wanted.count && zip(found, wanted).allSatisfy { abs($0 - $1) <= 1e-5 * largest }, "\(site.text)")
      let lines = String(decoding: try run.bytes("out/pairs/kept/\(site.text).csv"), as: UTF8.self)
        .split(separator: "\n")
      #expect(lines.count == documents.count + 1)
      let first = site.stack == .encoder ? tokenizer.encode(pairs[0].0).ids[0] : start
      #expect(lines[1] == "0,doc-0,0,\(tokenizer.text(first) ?? ""),", "\(site.text)")
    }
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
