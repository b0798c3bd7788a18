import Corpora
import Foundation
import Support
import Tensors
import Transformers

/// What a part of a corpus was measured of, as SHA-256 digests: parts are of one whole where all three are the same.
package struct PartOrigin: Codable, Hashable, Sendable {
  /// Of the description and of every parameter's numbers.
  let model: String
  /// Of the corpus's files, and of how they are read and cut.
  let corpus: String
  /// Of the analyses in their order, and of what they know beside the model.
  let analyses: String

  /// - Throws: `InputError` where a file of the corpus or of the tokenizer cannot be read.
  init(_ run: CorpusRun, _ types: [any Analysis.Type]) throws {
    let parameters = run.model.parameters
    model = Self.digest(
      ["\(run.model.description)", run.model.precision.rawValue, "\(run.model.pooling as Any)"]
        + mapPieces(parameters.count) { "\(parameters[$0].name) \(parameters[$0].shape) \(parameters[$0].digest)" })
    corpus = Self.digest(
      try run.corpus.digests + run.reading.digests + ["\(run.corpus.documents) \(run.chunks)"])
    analyses = Self.digest(
      types.map { "\($0)" } + ["seed \(run.seed)", "label \(run.reading.label ?? "")"] + run.analysisFacts
        + (run.examples.map { ["examples"] + $0 } ?? []))
  }

  private static func digest(_ facts: [String]) -> String { SHA256.digest(JSON.strings(facts).lineBytes) }

  /// - Throws: `InputError` at `place` where another part was measured of something else, with what differs.
  func check(_ other: PartOrigin, at place: String) throws {
    let differing = [
      ("partOrigin.model", \Self.model), ("partOrigin.corpus", \.corpus), ("partOrigin.analyses", \.analyses),
    ]
    .filter { self[keyPath: $0.1] != other[keyPath: $0.1] }
    guard !differing.isEmpty else { return }
    func shown(_ origin: PartOrigin) -> String {
      differing.map { phrase($0.0, ["digest": String(origin[keyPath: $0.1].prefix(12))]) }.joined(separator: ", ")
    }
    throw InputError(at: place, phrase("error.isOfAnotherWhole"), expected: shown(self), found: shown(other))
  }
}

extension CorpusSource {
  /// Of the files, wherever they lie: of a text's, or of all images that are used, with what is said of them.
  fileprivate var digests: [String] {
    get throws {
      let settings = [try file.resolvedFormat().rawValue, file.text ?? "", file.pair ?? ""] + (file.columns ?? [])
      guard file.labels == nil, imageTraits.isEmpty else {
        var documents = try stream()
        let images = try documents.read(0..<self.documents)
        return try settings
          + mapPieces(images.count) { index in
            let image = images[index], labels = image.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            let digest = try image.image.map { try SHA256.digest(of: URL(filePath: $0)) }
            return ([image.id, image.text, digest ?? ""] + labels).joined(separator: " ")
          }
      }
      let alignment = file.parallel == nil ? nil : file.alignment
      return try settings + [alignment == nil ? file.alignment ?? "" : ""]
        + [path, file.parallel, alignment].compactMap(\.self).map { try SHA256.digest(of: URL(filePath: $0)) }
    }
  }
}

extension CorpusReading {
  /// Of what makes a model's input of a document.
  fileprivate var digests: [String] {
    get throws {
      switch self {
      case .text(let text):
        try text.tokenizerDigests
          + ["\(text.maximumLength) \(text.decoderStart as Any) \(text.windows as Any)"]
      case .images(let images):
        ["\(images.processor)", images.classes?.column ?? ""]
          + (images.classes?.indices ?? [:]).sorted { $0.value < $1.value }.map { "\($0.key)=\($0.value)" }
      }
    }
  }
}

extension CorpusTokenizer {
  /// Names and digests of the files of the tokenizer and of the target's.
  var tokenizerDigests: [String] {
    get throws {
      try [tokenizer, tokenizer.target].compactMap(\.self).flatMap { $0.files + $0.settingsFiles }.map {
        "\(URL(filePath: $0).lastPathComponent) \(try SHA256.digest(of: URL(filePath: $0)))"
      }
    }
  }
}
