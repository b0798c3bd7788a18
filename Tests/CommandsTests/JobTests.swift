import Analyses
import Corpora
import Diagnosis
import Engine
import Foundation
import Reports
import Support
import Tensors
import TestSupport
import Testing

@testable import Commands

@Suite("Jobs")
struct JobTests {
  /// The job of a command line, with the checkout's assets.
  private func job(_ words: String...) throws -> Job {
    try Job(Arguments(words + ["--assets", Fixtures.root.path(percentEncoded: false)], of: .report))
  }

  private func error(_ text: String) throws -> InputError {
    let scratch = try Scratch()
    let file = try scratch.write(text, to: "job.json5")
    return try #require(throws: InputError.self) { try job(file.path(percentEncoded: false)) }
  }

  @Test("every key of a job file is acted upon, and its paths are relative to it")
  func allKeys() throws {
    let scratch = try Scratch()
    _ = try scratch.write("{ 'vanishing-gradient': { slope: 2 } }", to: "jobs/health.json5")
    let file = try scratch.write(
      """
      // a job with everything
      {
        name: "minilm-english", model: "models/minilm",
        corpus: { path: "../ewt.conllu", format: "conllu", label: "xpos", limit: 20, max_tokens: 64 },
        analyses: ["weights", "attention"],
        thresholds: "health.json5",
        output: { folder: "/tmp/reports", formats: ["pdf", "svg"], },
        seed: 7,
      }
      """, to: "jobs/job.json5")
    let job = try job(file.path(percentEncoded: false))
    let folder = file.deletingLastPathComponent()
    #expect(job.name == "minilm-english")
    #expect(job.model.standardizedFileURL.path == folder.appending(path: "models/minilm").standardizedFileURL.path)
    #expect(job.corpus.file.url.standardizedFileURL.path == scratch["ewt.conllu"].standardizedFileURL.path)
    #expect(job.corpus.file.format == .conllu)
    #expect(job.corpus.label == "xpos")
    #expect(job.corpus.limit == 20)
    #expect(job.corpus.maxTokens == 64)
    #expect(job.analyses == ["attention", "weights"])
    #expect(job.thresholds[try #require(Rule.all.first { $0.id == "vanishing-gradient" }), "slope"] == 2)
    #expect(job.output.path == "/tmp/reports")
    #expect(job.formats == [.svg, .pdf])
    #expect(job.seed == 7)
  }

  @Test("windows come from the job or the options, with a stride of half a window, and not beside max_tokens")
  func windows() throws {
    let scratch = try Scratch()
    let file = try scratch.write(
      "{ model: 'm', corpus: { path: 'a.txt', window: 1024, stride: 256 } }", to: "jobs/w.json5")
    let path = file.path(percentEncoded: false)
    #expect(try job(path).corpus.windows() == DocumentWindows(length: 1024, stride: 256))
    #expect(try job(path, "--stride", "512").corpus.windows() == DocumentWindows(length: 1024, stride: 512))
    #expect(try job("--model", "m", "--window", "100").corpus.windows() == DocumentWindows(length: 100, stride: 50))
    #expect(try job("--model", "m").corpus.windows() == nil)
    #expect(throws: InputError.self) { try job("--model", "m", "--stride", "5") }
    #expect(throws: InputError.self) { try job(path, "--max-tokens", "64") }
  }

  @Test("a corpus's columns and its parallel file come from the job or the options, the format from the file's name")
  func columns() throws {
    let scratch = try Scratch()
    let file = try scratch.write(
      """
      { model: "m", corpus: { path: "a.tsv", columns: ["id", "en", "de"], text: "en", pair: "de", label: "id" } }
      """, to: "jobs/job.json5")
    let path = file.path(percentEncoded: false)
    let settings = try job(path).corpus, table = settings.file
    #expect(table.format == .tsv && table.columns == ["id", "en", "de"])
    #expect(table.text == "en" && table.pair == "de" && settings.label == "id" && table.parallel == nil)
    #expect(try job(path, "--pair", "id").corpus.file.pair == "id")
    let replaced = try job(path, "--corpus", "b.jsonl", "--columns", "x,y").corpus, other = replaced.file
    #expect(other.format == .jsonl && other.columns == ["x", "y"])
    #expect(other.text == nil && other.pair == nil && replaced.label == nil)
    let photos = try scratch.write(
      "{ model: 'm', corpus: { path: 'photos', format: 'images', labels: 'l.csv' } }", to: "jobs/p.json5")
    let photoJob = photos.path(percentEncoded: false)
    #expect(try job(photoJob).corpus.file.format == .images)
    #expect(try job(photoJob).corpus.file.labels == scratch["jobs/l.csv"].standardizedFileURL.path)
    #expect(try job(photoJob, "--labels", "other.csv").corpus.file.labels == "other.csv")
    let aligned = try scratch.write("{ model: 'm', corpus: { path: 'a.en', parallel: 'a.de' } }", to: "jobs/b.json5")
    let corpus = try job(aligned.path(percentEncoded: false)).corpus.file
    #expect(corpus.format == .lines)
    #expect(
      corpus.parallel.map { URL(filePath: $0).standardizedFileURL.path }
        == scratch["jobs/a.de"].standardizedFileURL.path)
    #expect(try job("--model", "m", "--corpus", "ner.CONLL").corpus.file.format == .conll)
  }

  @Test("only the model is needed; the rest has defaults")
  func defaults() throws {
    let job = try job("--model", "models/minilm/")
    #expect(job.name == "minilm-held-out")
    #expect(job.corpus.file.url.lastPathComponent == "held-out.txt")
    #expect(job.corpus.file.format == .text)
    #expect(job.corpus.limit == nil && job.corpus.maxTokens == nil && job.corpus.label == nil)
    // Without a task nothing reads one, and probes are named.
    #expect(job.analyses == Job.analyses.filter { $0 != "causal" && $0 != "probes" })
    #expect(job.formats == FigureRendition.Format.allCases)
    #expect(job.output.relativePath == "out")
    #expect(job.seed == 0)
    #expect(job.gate == .fail)
    #expect(job.precision == .f32)
  }

  @Test("the precision is the file's or the option's")
  func precision() throws {
    let scratch = try Scratch()
    let file = try scratch.write("{ model: 'm', precision: 'bf16' }", to: "job.json5")
    let path = file.path(percentEncoded: false)
    #expect(try job(path).precision == .bf16)
    #expect(try job(path, "--precision", "f32").precision == .f32)
    #expect(try job("--model", "m", "--precision", "bf16").precision == .bf16)
    let odd = try scratch.write("{ model: 'm', precision: 'f16' }", to: "odd.json5")
    #expect(throws: InputError.self) { try job(odd.path(percentEncoded: false)) }
  }

  @Test("without a job or a model it is the embedded example, which is there")
  func embedded() throws {
    let job = try job("--seed", "3")
    #expect(job.name == "minigpt")
    #expect(job.seed == 3)
    for file in [
      job.corpus.file.url, job.model.appending(path: "config.json"), job.model.appending(path: "tokenizer.json"),
    ] {
      #expect(FileManager.default.fileExists(atPath: file.path(percentEncoded: false)))
    }
  }

  @Test("options go over the job file; another corpus takes its format and label away")
  func override() throws {
    let scratch = try Scratch()
    let file = try scratch.write(
      "{ model: 'm', corpus: { path: 'a.conllu', format: 'conllu', label: 'upos', limit: 5 }, seed: 1 }",
      to: "job.json5")
    let path = file.path(percentEncoded: false)
    let changed = try job(path, "--corpus", "b.txt", "--seed", "2", "--formats", "png", "--fail-on", "never")
    #expect(changed.corpus.file.path == "b.txt")
    #expect(changed.corpus.file.format == .text && changed.corpus.label == nil && changed.corpus.limit == 5)
    #expect(changed.seed == 2 && changed.formats == [.png] && changed.gate == .never)
    let same = try job(path, "--limit", "9")
    #expect(same.corpus.file.format == .conllu && same.corpus.label == "upos" && same.corpus.limit == 9)
    #expect(try job("--model", "m", "--corpus", "x.CONLLU").corpus.file.format == .conllu)
  }

  @Test(
    "a key that is not known is named with the nearest, at any depth",
    arguments: [
      ("{ modle: 'm' }", "job.json5: modle: is not a known key, the nearest is \"model\""),
      (
        "{ model: 'm', corpus: { path: 'c', lable: 'x' } }",
        "corpus.lable: is not a known key, the nearest is \"label\""
      ),
      ("{ model: 'm', output: { fodler: 'x' } }", "output.fodler: is not a known key, the nearest is \"folder\""),
      ("{ model: 'm', baseline: 'x' }", "baseline: a baseline is not supported by this version"),
      ("{ models: [] }", "models: a report of several models is not supported by this version"),
      (
        "{ model: 'm', output: { language: 'x' } }",
        "output.language: a choice of language is not supported by this version"
      ),
    ])
  func unknownKey(text: String, message: String) throws {
    let error = try error(text)
    #expect(error.category == .usage)
    #expect(error.description.hasSuffix(message), "\(error)")
  }

  @Test(
    "a value of the wrong type is named with its place",
    arguments: [
      ("[]", "job.json5: has the wrong type, expected an object, found a list"),
      ("{ model: 3 }", "model: has the wrong type, expected a text, found 3"),
      ("{ model: '' }", "model: is empty"),
      ("{ model: null }", "model: has the wrong type, expected a text, found null"),
      ("{ model: 'm', corpus: 'c' }", "corpus: has the wrong type, expected an object, found \"c\""),
      ("{ model: 'm', corpus: { label: 'upos' } }", "corpus: has no path"),
      (
        "{ model: 'm', corpus: { path: 'c', limit: 1.5 } }",
        "corpus.limit: has the wrong type, expected a whole number, found 1.5"
      ),
      (
        "{ model: 'm', corpus: { path: 'c', limit: 0 } }", "corpus.limit: is out of range, expected at least 1, found 0"
      ),
      ("{ model: 'm', corpus: { path: 'c', format: 'conllo' } }", "or \"conll\" or \"images\", found \"conllo\""),
      ("{ model: 'm', analyses: [] }", "analyses: is empty"),
      ("{ model: 'm', analyses: ['attention', 3] }", "analyses[1]: has the wrong type, expected a text, found 3"),
      ("{ model: 'm', analyses: ['attentoin'] }", "found \"attentoin\""),
      ("{ model: 'm', seed: -1 }", "seed: is out of range, expected at least 0, found -1"),
      ("{ model: 'm', seed: true }", "seed: has the wrong type, expected a whole number, found true"),
      (
        "{ model: 'm', name: '../x' }",
        "name: cannot be the name of a folder, expected one path component, found \"../x\""
      ),
      ("{ model: 'm', thresholds: 'nowhere.json5' }", "nowhere.json5: does not exist"),
      ("{ corpus: { path: 'c' } }", "job.json5: names no model"),
    ])
  func wrongType(text: String, message: String) throws {
    let error = try error(text)
    #expect(error.category == .usage)
    #expect(error.description.contains(message), "\(error)")
  }

  @Test(
    "a name is one path component",
    arguments: [("a b", true), ("..", false), ("a/b", false), ("a\nb", false), ("", false)])
  func names(name: String, isName: Bool) { #expect(Job.isName(name) == isName) }

  @Test("the gate closes from the chosen verdict on")
  func gate() {
    func verdict(_ level: Verdict.Level) -> Verdict {
      var verdict = Verdict([])
      verdict.level = level
      return verdict
    }
    #expect(Job.Gate.fail.isClosed(by: verdict(.fail)) && !Job.Gate.fail.isClosed(by: verdict(.warn)))
    #expect(Job.Gate.warn.isClosed(by: verdict(.warn)) && !Job.Gate.warn.isClosed(by: verdict(.pass)))
    #expect(!Job.Gate.never.isClosed(by: verdict(.fail)))
  }
}
