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

    init(
      _ name: String, directory: URL? = nil, seed: UInt64 = 3, maximumLength: Int = 24, says: String = "says",
      in folder: URL
    ) throws {
      let directory = directory ?? Fixtures.url("models/\(name)"), model = try Model(directory: directory),
        d = model.description
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
          let text = String("\(index * index) \(says) little\(index), and again: \(index * 7)!".prefix(9 + index % 13))
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
            tokenizer: Tokenizer(directory: folder), label: nil, maximumLength: maximumLength,
            decoderStart: d.encoder == nil ? nil : d.decoderStart.map { Int32($0) }))
      }
      run = CorpusRun(model: model, reading: reading, corpus: source, seed: seed, chunkLength: 4, progress: { _ in })
      analyses = AnalysisSuite.chosen(AnalysisSuite.all.map { $0.id }, for: d) + [PerStack<TokenVectors>.self]
    }

    /// The whole of so many parts, each of which was written down and read.
    func whole(of count: Int) throws -> Tally {
      let chunks = run.chunks.count
      let parts = try (0..<count).map { index in
        let part = try run.part(analyses, chunks: chunks * index / count..<chunks * (index + 1) / count)
        return try CorpusPart(part.encoded(), like: run.part(analyses), at: "part-\(index)")
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
          try CorpusPart(damaged, like: run.part(analyses), at: "part.jsonl")
        }
        #expect(error.place.hasPrefix("part.jsonl: line "))
      }
      let last = bytes.dropLast().split(separator: UInt8(ascii: "\n"))[3]
      #expect(throws: InputError.self) {
        try CorpusPart(bytes + last, like: run.part(analyses), at: "part.jsonl")
      }
    }
  }

  @Test("Parts of another model, corpus or settings are refused, with what differs", arguments: ["gpt2"])
  func origins(_ name: String) throws {
    try withFolder { folder in
      let analyses: [any Analysis.Type] = [InContextAnalysis.self]
      // One bit of one weight.
      let other = folder.appending(path: "other")
      try FileManager.default.copyItem(at: Fixtures.url("models/\(name)"), to: other)
      let weights = other.appending(path: "model.safetensors")
      var bytes = try Data(contentsOf: weights)
      bytes[bytes.count - 4] ^= 1
      try bytes.write(to: weights)
      let own = try Measured(name, in: folder), run = own.run
      let first = try run.part(analyses, chunks: 0..<3)
      func expect(_ part: CorpusPart, differsIn what: [String]) throws {
        let merged = try #require(throws: InputError.self) { _ = try run.reduced([first, part], analyses) }
        let read = try #require(throws: InputError.self) {
          _ = try CorpusPart(part.encoded(), like: run.part(analyses), at: "part.jsonl")
        }
        #expect(read.place == "part.jsonl: line 1")
        for error in [merged, read] {
          let found = try #require(error.found).components(separatedBy: ", ")
          #expect(found.map { $0.split(separator: " ")[0] } == what.map { $0[...] } && error.expected != error.found)
        }
      }
      func part(_ measured: Measured) throws -> CorpusPart { try measured.run.part(analyses, chunks: 3..<7) }
      try expect(part(Measured(name, directory: other, in: folder)), differsIn: ["model"])
      try expect(part(Measured(name, seed: 4, in: folder)), differsIn: ["analyses"])
      try expect(run.part([InContextAnalysis.self, RepetitionAnalysis.self], chunks: 3..<7), differsIn: ["analyses"])
      try expect(part(Measured(name, maximumLength: 12, in: folder)), differsIn: ["corpus"])
      let said = folder.appending(path: "said")
      try FileManager.default.createDirectory(at: said, withIntermediateDirectories: true)
      try expect(part(Measured(name, says: "said", in: said)), differsIn: ["corpus"])
    }
  }

  @Test("A state of another shape is refused, not merged", arguments: ["gpt2", "t5"])
  func shapes(_ name: String) throws {
    try withFolder { folder in
      let measured = try Measured(name, in: folder), run = measured.run, analyses = measured.analyses
      let whole = try run.part(analyses, chunks: 0..<7)
      #expect(throws: Never.self) { _ = try run.reduced([whole], analyses) }
      let text = String(decoding: try whole.encoded(), as: UTF8.self)
      for (old, new) in [
        ("\"width\":6", "\"width\":5"), ("\"sums\":\"", "\"sums\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ("\"limit\":", "\"limit\":1"),
      ] {
        let damaged = text.replacing(old, with: new, maxReplacements: 1)
        #expect(damaged != text, "\(old)")
        #expect(throws: InputError.self, "\(old)") {
          _ = try run.reduced([CorpusPart(Data(damaged.utf8), like: run.part(analyses), at: "part.jsonl")], analyses)
        }
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
