package import Corpora
package import Foundation
import Results
package import Support
import Tensors
package import Transformers

/// Turns the images of a corpus into what an image model reads; what `CorpusTokenizer` is for text.
package struct CorpusImages: Sendable {
  package let processor: ImageProcessor
  /// The column whose labels are carried to patches.
  package let label: String?
  /// The column that says to which class an image belongs, and the index of each class; nil where the loss cannot be
  /// asked for.
  package let classes: (column: String, indices: [String: Int32])?
  /// Why there is no loss although the model has classes and so has the corpus; nil where there is one, or none of
  /// these.
  package let remark: Message?

  package init(
    processor: ImageProcessor, label: String?, classes: (column: String, indices: [String: Int32])? = nil,
    remark: Message? = nil
  ) {
    self.processor = processor
    self.label = label
    self.classes = classes
    self.remark = remark
  }

  /// With the processor and the classes of a model's folder. Classes are those of the column `class` where the corpus
  /// has it, else of the label's, of all images whatever the limit. Where they are others than the model's there is no
  /// loss.
  ///
  /// - Throws: `InputError` where the model reads no images, its files say something impossible, or the corpus has a
  ///   class that is not one of the model's although others are.
  package init(directory: URL, for d: ModelDescription, corpus: CorpusReader, label: String?) throws {
    let processor = try ImageProcessor(directory: directory, for: d)
    var classes: (column: String, indices: [String: Int32])?
    var remark: Message?
    let columns = [CorpusReader.classColumn] + (label.map { [$0] } ?? [])
    if case .imageClassification(let count) = d.head,
      let column = columns.first(where: { !corpus.values(ofImageColumn: $0).isEmpty })
    {
      let names = corpus.values(ofImageColumn: column)
      let known = try ClassNames(directory: directory, classes: count)
      if let indices = try known.indices(of: names, at: corpus.path) {
        classes = (column, indices)
      } else {
        remark = Message("note.gradients.foreignClasses", ["names": names.count, "column": column, "count": count])
      }
    }
    self.init(processor: processor, label: label, classes: classes, remark: remark)
  }

  /// The positions of an image: the learned ones, then its patches row by row, named by row and column. Every patch has
  /// the image's label. Positions stand in place of token ids: no two are the same.
  package func tokenize(_ document: Document) -> TokenizedDocument {
    let shape = processor.image, side = shape.side / shape.patch
    let leading = (0..<shape.leadingTokens).map { Self.leadingNames[min($0, Self.leadingNames.count - 1)] }
    let value = label.flatMap { document.labels[$0] }
    return TokenizedDocument(
      id: document.id, ids: (0..<Int32(shape.positions)).map { $0 },
      typeIDs: Array(repeating: 0, count: shape.positions),
      tokens: leading + (0..<shape.patches).map { "r\($0 / side)c\($0 % side)" },
      kinds: leading.map { _ in .opening } + Array(repeating: .ordinary, count: shape.patches),
      labels: leading.map { _ in nil } + Array(repeating: value, count: shape.patches), isTruncated: false)
  }

  /// ViT's token that the classifier reads, and DeiT's that a teacher taught.
  private static let leadingNames = ["[CLS]", "[DIST]"]

  /// The pixels of some documents, `[batch, channels, height, width]`, with the index of each one's class where the
  /// corpus says it (−100 for an image without a class).
  ///
  /// - Throws: `InputError` for the first image that cannot be read or has not the model's size.
  package func input(_ documents: [Document]) throws -> ModelInput {
    let shape = processor.image
    let pixels = Tensor(uninitialized: [documents.count, shape.channels, shape.side, shape.side])
    let size = shape.channels * shape.side * shape.side
    _ = try mapPieces(documents.count) { index in
      guard let path = documents[index].image else {
        throw InputError(
          at: documents[index].id, phrase("error.isNoImage"), expected: phrase("expected.aCorpusOfImages"),
          found: "a text")
      }
      try processor.write(ImageFile(path: path).read(), at: path, to: pixels.pointer + index * size)
    }
    let labels = classes.map { classes in
      documents.map { $0.labels[classes.column].flatMap { classes.indices[$0] } ?? -100 }
    }
    return ModelInput(pixels: pixels, for: shape, labels: labels)
  }
}

extension CorpusImages {
  /// What the model sees of an image before it is normalised, samples from 0 to 1: `[height, width, channels]`.
  ///
  /// - Throws: `InputError` as `input`.
  func picture(_ document: Document) throws -> NumericArray? {
    guard let path = document.image else { return nil }
    var plain = processor
    plain.normalization = nil
    plain.rescaleFactor = 1 / 255
    let pixels = try plain.pixels(ImageFile(path: path).read(), at: path)
    let (channels, height, width) = (pixels.shape[0], pixels.shape[1], pixels.shape[2]), area = height * width
    let values = (0..<area * channels).map { pixels.pointer[$0 % channels * area + $0 / channels] }
    return NumericArray(shape: [height, width, channels], values: values)
  }

  /// How many times as large as the model's an image's shorter edge may be without a note.
  private static let mostScale = 16

  /// What is lost of images whose kind the model was not made for, in sentences.
  package func notes(on images: [ImageTraits]) -> [Message] {
    let shape = processor.image
    var notes: [Message] = []
    let coloured = images.count { $0.isColoured }
    if shape.channels == 1, coloured > 0 {
      notes.append(Message("note.corpus.colouredImages", ["coloured": coloured, "images": images.count]))
    }
    let large = images.filter { min($0.height, $0.width) > Self.mostScale * shape.side }
    if let largest = large.max(by: { $0.height * $0.width < $1.height * $1.width }) {
      notes.append(
        Message(
          "note.corpus.largeImages",
          [
            "large": large.count, "images": images.count, "mostScale": Self.mostScale, "side": shape.side,
            "width": largest.width, "height": largest.height,
          ]))
    }
    return notes
  }
}

extension CorpusSource {
  /// Refuses a model that reads something else than the corpus holds.
  ///
  /// - Throws: `InputError` for images before a model of text, and text before one of images.
  package func check(against d: ModelDescription) throws {
    let holdsImages = try file.resolvedFormat() == .images
    guard holdsImages != (d.image != nil) else { return }
    throw InputError(
      .usage, at: path, holdsImages ? phrase("error.holdsImagesModel") : phrase("error.noFolderImages"),
      expected: holdsImages
        ? phrase("expected.textFamilyModel", ["family": d.family])
        : phrase("expected.pngJpegFilesFamily", ["family": d.family]))
  }
}
