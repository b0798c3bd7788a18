import Analyses
import Corpora
import Engine
import Foundation
import Support
import Tensors
import TestSupport
import Testing
import Transformers

@Suite("Images of a corpus on their way to the model")
struct CorpusImagesTests {
  private func withFolder<Result>(
    _ files: KeyValuePairs<String, String>, _ body: (String) throws -> Result
  ) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "images-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, fixture) in files {
      let url = folder.appending(path: name)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(contentsOf: Fixtures.url("images/\(fixture)")).write(to: url)
    }
    return try body(folder.path(percentEncoded: false))
  }

  @Test("Folders named like the model's classes give inputs with labels that the model runs on")
  func labelled() throws {
    let directory = Fixtures.url("models/vit")
    let model = try Model(directory: directory)
    try withFolder(["LABEL_3/a.png": "photo.png", "LABEL_1/b.jpg": "grey.jpg", "LABEL_1/c.jpg": "inks.jpg"]) { folder in
      let source = try CorpusSource(CorpusFile(path: folder), label: "class", limit: nil)
      try source.check(against: model.description)
      #expect(source.documents == 3)
      var reader = try source.reader()
      let images = try CorpusImages(directory: directory, for: model.description, corpus: reader, label: "class")
      var documents: [Document] = []
      while let document = try reader.next() { documents.append(document) }
      let input = try images.input(documents)
      #expect(input.pixels?.shape == [3, 3, 16, 16])
      #expect(input.labels == [1, 1, 3] && images.remark == nil)
      var request = TraceRequest(sites: [.logits])
      request.parameterGradients = true
      let trace = try model.run(input, request)
      #expect(trace[.logits]?.shape == [3, 5] && trace.loss != nil)

      // A document's pixels do not depend on its batch.
      let alone = try #require(try images.input([documents[2]]).pixels)
      #expect(input.pixels?[2].values == alone[0].values)

      let tokens = images.tokenize(documents[0])
      #expect(tokens.ids.count == model.description.maximumPositions && Set(tokens.ids).count == tokens.ids.count)
      #expect(tokens.tokens.prefix(6) == ["[CLS]", "r0c0", "r0c1", "r0c2", "r0c3", "r1c0"])
      #expect(tokens.kinds[0] == .opening && tokens.kinds[1...].allSatisfy { $0 == .ordinary })
      #expect(tokens.labels[0] == nil && tokens.labels[1...].allSatisfy { $0 == "LABEL_1" })
    }
  }

  @Test("Other classes than the model's mean no loss, and half of them an error")
  func classes() throws {
    let directory = Fixtures.url("models/vit"), d = try Model(directory: directory).description
    func images(_ files: KeyValuePairs<String, String>) throws -> CorpusImages {
      try withFolder(files) {
        try CorpusImages(
          directory: directory, for: d, corpus: try CorpusReader(CorpusFile(path: $0)), label: nil)
      }
    }
    let other = try images(["cat/a.png": "photo.png", "dog/b.png": "photo.png"])
    #expect(other.classes == nil && other.remark?.text.contains("no loss") == true)
    let flat = try images(["a.png": "photo.png"])
    #expect(flat.classes == nil && flat.remark == nil)
    #expect(throws: InputError.self) { try images(["LABEL_1/a.png": "photo.png", "LABEL1/b.png": "photo.png"]) }
  }

  @Test("The first image that cannot be read is named, and so is a corpus that the model does not read")
  func errors() throws {
    let directory = Fixtures.url("models/vit"), d = try Model(directory: directory).description
    try withFolder(["a.png": "photo.png", "b.jpg": "baseline.jpg", "c.jpg": "baseline.jpg"]) { folder in
      let corpus = try Corpus.read(path: folder)
      let images = try CorpusImages(
        directory: directory, for: d, corpus: try CorpusReader(CorpusFile(path: folder)), label: nil)
      for name in ["b.jpg", "c.jpg"] {
        var bytes = Array(try Data(contentsOf: Fixtures.url("images/baseline.jpg")))
        bytes.replaceSubrange(bytes.count - 80..<bytes.count - 2, with: Array(repeating: 0, count: 78))
        try Data(bytes).write(to: URL(filePath: "\(folder)/\(name)"))
      }
      do {
        _ = try images.input(corpus.documents)
        Issue.record("a damaged image was read")
      } catch let error as InputError {
        #expect(
          error.description.hasPrefix("\(corpus.documents[1].image ?? ""): is a damaged JPEG, found "), "\(error)")
      }
      let source = try CorpusSource(CorpusFile(path: folder), label: nil, limit: nil)
      let text = try Model(directory: Fixtures.url("models/gpt2")).description
      #expect(throws: InputError.self) { try source.check(against: text) }
      let lines = try CorpusSource(
        CorpusFile(path: Fixtures.url("corpora/text.en").path(percentEncoded: false)), label: nil, limit: nil)
      #expect(throws: InputError.self) { try lines.check(against: d) }
      try lines.check(against: text)
    }
  }

  @Test(
    "What is lost of images that the model was not made for is said",
    arguments: [
      (
        1, 2,
        [
          "1 of 3 images are in colour; the model reads them in grey.",
          "2 of 3 images are more than 16 times as large ",
        ]
      ),
      (1, 4, ["1 of 3 images are in colour; the model reads them in grey."]), (3, 4, []),
      (3, 2, ["2 of 3 images are more than 16 times as large as the 2 × 2 pixels"]),
    ] as [(Int, Int, [String])])
  func notes(channels: Int, side: Int, beginnings: [String]) throws {
    func image(_ height: Int, _ width: Int, _ pixel: [UInt8]) -> ImageTraits {
      let samples = Array(repeating: pixel, count: height * width).flatMap(\.self)
      return ImageTraits(Image(height: height, width: width, channels: pixel.count, samples: samples))
    }
    // The third is grey although it is stored in colours, and its shorter edge is 16 times 2.
    let traits = [image(40, 33, [1, 2, 3]), image(33, 50, [9]), image(32, 99, [7, 7, 7])]
    var shape = try #require(Model(directory: Fixtures.url("models/vit")).description.image)
    (shape.channels, shape.side, shape.patch) = (channels, side, side)
    let notes = CorpusImages(processor: ImageProcessor(default: shape), label: nil).notes(on: traits)
    #expect(notes.count == beginnings.count)
    #expect(zip(notes, beginnings).allSatisfy { $0.text.hasPrefix($1) }, "\(notes)")
  }
}
