import Analyses
import Corpora
import Engine
import Foundation
import Results
import Support
import TestSupport
import Testing
import Transformers

@Suite("Parts of a corpus make up the whole")
struct CorpusPartTests {
  /// A small model with a corpus of 26 documents in chunks of 4, and everything that can be measured of it.
  private struct Measured {
    let run: CorpusRun
    let analyses: [any Analysis.Type]

    init(_ name: String, in folder: URL) throws {
      let directory = Fixtures.url("models/\(name)"), model = try Model(directory: directory), d = model.description
      let source: CorpusSource, reading: CorpusReading
      if d.image != nil {
        for (index, image) in ["photo.png", "grey.jpg", "inks.jpg"].enumerated() {
          for copy in 0..<9 {
            let place = folder.appending(path: "LABEL_\(index)/\(copy)-\(image)")
            try FileManager.default.createDirectory(
              at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(contentsOf: Fixtures.url("images/\(image)")).write(to: place)
          }
        }
        source = try CorpusSource(CorpusFile(path: folder.path(percentEncoded: false)), label: "class", limit: 26)
        reading = .images(
          try CorpusImages(directory: directory, for: d, corpus: source.reader(), label: "class"))
      } else {
        let lines = (0..<26).map { index in
          let text = String("\(index * index) says little\(index), and again: \(index * 7)!".prefix(9 + index % 13))
          return d.encoder == nil || index % 3 == 0
            ? "{\"text\": \"\(text)\"}"
            : "{\"text\": \"\(text)\", \"pair\": \"\(index % 5 == 0 ? "y" : "say \(index)")\"}"
        }
        let file = folder.appending(path: "corpus.jsonl")
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        try Data(CharacterTokenizer.json.utf8).write(to: folder.appending(path: "tokenizer.json"))
        source = try CorpusSource(CorpusFile(path: file.path(percentEncoded: false)), label: nil, limit: nil)
        reading = .text(
          try CorpusTokenizer(
            tokenizer: Tokenizer(directory: folder), label: nil, maximumLength: 24,
            decoderStart: d.encoder == nil ? nil : d.decoderStart.map { Int32($0) }))
      }
      run = CorpusRun(model: model, reading: reading, corpus: source, seed: 3, chunkLength: 4, progress: { _ in })
      analyses = AnalysisSuite.chosen(AnalysisSuite.all.map { $0.id }, for: d) + [PerStack<TokenVectors>.self]
    }

    /// The whole of so many parts, each of which was written down and read.
    func whole(of count: Int) throws -> Tally {
      let chunks = run.chunks.count
      let parts = try (0..<count).map { index in
        let part = try run.part(analyses, chunks: chunks * index / count..<chunks * (index + 1) / count)
        return try CorpusPart(part.encoded(), run.tally(analyses), at: "part-\(index)")
      }
      return try run.reduced(parts.reversed(), analyses)
    }

    /// Everything that a result says, bit for bit.
    static func listing(_ result: AnalysisResult) -> String {
      let arrays = result.arrays.sorted { $0.key < $1.key }.map { name, array in
        "\(name) \(array.shape) \(array.values.map(\.bitPattern))"
      }
      return "\(result.id) \(result.notApplicable?.text ?? "") \(result.tables) \(arrays)"
    }
  }

  @Test(
    "One part, two, three and seven have the same bytes and results, as has the run that keeps none",
    arguments: ["gpt2", "t5", "vit"])
  func splits(_ name: String) throws {
    try withFolder { folder in
      let measured = try Measured(name, in: folder)
      #expect(measured.run.chunks.count == 7)
      let wholes = try [1, 2, 3, 7].map(measured.whole), bytes = try wholes.map { try $0.encoded() }
      #expect(Set(bytes).count == 1)
      // What the bytes do not say cannot matter: one of the wholes stands for all.
      let results = try measured.run.results(of: wholes[3]).results.map(Measured.listing)
      let direct = try measured.run.measure(measured.analyses)
      #expect(direct.results.map(Measured.listing) == results && direct.extent.documents > 20)
      #expect(direct.results.contains { $0.id == GradientMetrics.analysis && $0.notApplicable == nil })
    }
  }

  @Test("Threads do not change the bytes of a part", arguments: ["gpt2", "t5"])
  func threads(_ name: String) throws {
    try withFolder { folder in
      let measured = try Measured(name, in: folder)
      func bytes(_ threads: Int) throws -> Data {
        try Workers.with(threads: threads) { try measured.run.part(measured.analyses, chunks: 0..<3).encoded() }
      }
      let one = try bytes(1)
      #expect(try bytes(2) == one)
      #expect(try bytes(5) == one)
    }
  }

  @Test("A chunk that is missing or there twice is named, and so are bytes that are no part")
  func refused() throws {
    try withFolder { folder in
      let measured = try Measured("gpt2", in: folder), run = measured.run
      let analyses: [any Analysis.Type] = [InContextAnalysis.self]
      let (first, rest) = (try run.part(analyses, chunks: 0..<3), try run.part(analyses, chunks: 3..<7))
      let missing = try #require(throws: InputError.self) { try run.reduced([rest], analyses) }
      #expect(missing.found == "chunk 0 in none")
      let twice = try #require(throws: InputError.self) { try run.reduced([first, rest, rest], analyses) }
      #expect(twice.found == "chunk 3 in 2")
      let bytes = try first.encoded()
      for (damaged, analyses) in [
        (bytes.dropLast(20), analyses), (bytes, [RepetitionAnalysis.self]), (bytes, []),
      ] as [(Data, [any Analysis.Type])] {
        let error = try #require(throws: InputError.self) {
          try CorpusPart(damaged, run.tally(analyses), at: "part.jsonl")
        }
        #expect(error.place.hasPrefix("part.jsonl: line "))
      }
    }
  }

  @Test("Numbers are written bit for bit")
  func packed() throws {
    struct State: Codable { @Packed var numbers: [Double] = [] }
    let numbers = [0.1, -0.0, .infinity, -.infinity, Double(bitPattern: 0x7ff8_0000_0000_1234), .leastNonzeroMagnitude]
    let read = try JSONDecoder().decode(State.self, from: JSONEncoder().encode(State(numbers: numbers)))
    #expect(read.numbers.map(\.bitPattern) == numbers.map(\.bitPattern))
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(State.self, from: Data("{\"numbers\": \"AAAA\"}".utf8))
    }
  }
}
