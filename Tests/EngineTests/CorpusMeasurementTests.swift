import Analyses
import Corpora
import Foundation
import Results
import Support
import TestSupport
import Testing
import Transformers

@testable import Engine

@Suite("Models are measured over one corpus")
struct CorpusMeasurementTests {
  /// A model folder with a tokenizer of single characters, and a corpus beside it.
  private func prepare(_ folder: URL) throws -> CorpusSettings {
    let model = folder.appending(path: "model")
    try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
    for name in ["config.json", "model.safetensors"] {
      try FileManager.default.copyItem(at: Fixtures.url("models/gpt2/\(name)"), to: model.appending(path: name))
    }
    try Data(CharacterTokenizer.json.utf8).write(to: model.appending(path: "tokenizer.json"))
    let corpus = folder.appending(path: "corpus.txt")
    let lines = (0..<70).map { "line \($0) of the corpus" }
    try Data(lines.joined(separator: "\n").utf8).write(to: corpus)
    return CorpusSettings(file: CorpusFile(path: corpus.path(percentEncoded: false)))
  }

  private func loss(_ measurement: CorpusMeasurement, _ folder: URL) throws -> (loss: [Float], tokens: Int) {
    let files = try ModelFiles(folder)
    let run = try measurement.run(Model(files: files), files, seed: 0, progress: { _ in })
    let (results, extent) = try run.measure([InContextAnalysis.self])
    return (results[0].arrays["loss"]?.values ?? [], extent.tokens)
  }

  @Test("The corpus is read once, whether models share it or not")
  func readOnce() throws {
    try withFolder { folder in
      let settings = try prepare(folder), model = folder.appending(path: "model")
      let alone = try loss(CorpusMeasurement(settings, tokenizer: nil, isShared: false), model)
      let measurement = try CorpusMeasurement(settings, tokenizer: nil, isShared: true)
      try FileManager.default.removeItem(atPath: settings.file.path)
      let (first, second) = (try loss(measurement, model), try loss(measurement, model))
      #expect(!alone.loss.isEmpty && alone.loss == first.loss && alone.loss == second.loss)
      #expect(alone.tokens == second.tokens)
    }
  }

  @Test("Another tokenizer cuts for itself")
  func otherTokenizer() throws {
    try withFolder { folder in
      let settings = try prepare(folder), model = folder.appending(path: "model")
      let other = folder.appending(path: "other")
      try FileManager.default.copyItem(at: model, to: other)
      // It has no token for the two letters e of each line and drops them.
      let json = CharacterTokenizer.json.replacing("\"e\": ", with: "\"ee\": ")
      try Data(json.utf8).write(to: other.appending(path: "tokenizer.json"))
      let measurement = try CorpusMeasurement(settings, tokenizer: nil, isShared: true)
      let (own, others) = (try loss(measurement, model), try loss(measurement, other))
      #expect(others.tokens == own.tokens - 2 * 70 && others.loss != own.loss)
      #expect(try loss(measurement, model).loss == own.loss)
    }
  }

  @Test("Documents in tokens are kept for the next model, up to a bound")
  func kept() {
    func example(_ length: Int) -> Example {
      let ids = [Int32](repeating: 4, count: length)
      return Example(
        TokenizedDocument(
          id: "doc-0", ids: ids, typeIDs: [], tokens: [], kinds: [], labels: [], isTruncated: false))
    }
    let documents = TokenizedChunks()
    var cuts = 0
    for (chunk, length) in [(0, 5), (1, 1 << 21), (0, 5), (1, 1 << 21)] {
      let examples = documents.examples(ofChunk: chunk) {
        cuts += 1
        return [example(length)]
      }
      #expect(examples.map(\.document.ids.count) == [length])
    }
    #expect(cuts == 3)
  }

  @Test("A stream passes documents over, whether they are kept or read again")
  func stream() throws {
    try withFolder { folder in
      let settings = try prepare(folder)
      let source = try CorpusSource(settings.file, label: nil, limit: 66)
      for var stream in [try source.stream(), try source.stream(readingAgain: true)] {
        #expect(try stream.read(1..<3).map(\.id) == ["doc-1", "doc-2"])
        #expect(try stream.read(64..<66).map(\.text) == ["line 64 of the corpus", "line 65 of the corpus"])
      }
    }
  }

  @Test("A model that reads something else than the corpus holds is refused")
  func otherKind() throws {
    try withFolder { folder in
      let measurement = try CorpusMeasurement(prepare(folder), tokenizer: nil, isShared: false)
      let files = try ModelFiles(Fixtures.url("models/vit"))
      let error = try #require(throws: InputError.self) {
        try measurement.run(Model(files: files), files, seed: 0, progress: { _ in })
      }
      #expect(error.problem == "is not a folder of images")
    }
  }
}
