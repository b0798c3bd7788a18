import Foundation
import Support
import Tensors
import TestSupport
import Testing

@testable import Transformers

private func description(_ shape: ImageShape, family: String = "vit") -> ModelDescription {
  ModelDescription(
    family: family, vocabulary: 0, head: .none, image: shape,
    stack: StackDescription(
      layers: 1, heads: 1, width: 4, headWidth: 4, feedForwardWidth: 4, maximumPositions: shape.positions,
      normPlacement: .pre, normEpsilon: 1e-12, activation: .gelu, isCausal: false,
      positions: .learned(offset: 0, counting: .all), hasOutput: true))
}

private func shape(_ side: Int, channels: Int = 3) -> ImageShape {
  ImageShape(channels: channels, side: side, patch: side, leadingTokens: 1)
}

private func withFolder<Result>(_ files: [String: String], _ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: "processor-\(UUID().uuidString)/model")
  defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
  return try body(folder)
}

private func processor(_ json: String, _ image: ImageShape, family: String = "vit") throws -> ImageProcessor {
  try withFolder(["preprocessor_config.json": json]) {
    try ImageProcessor(directory: $0, for: description(image, family: family))
  }
}

/// An image of the fixtures, whose samples the file of expected values has too.
private func fixtureImage(_ file: SafetensorsFile, _ name: String) throws -> Image {
  let tensor = try file.tensor(name)
  return Image(
    height: tensor.shape[0], width: tensor.shape[1], channels: 3, samples: tensor.values.map { UInt8($0) })
}

@Suite("Image processors")
struct ImageProcessorTests {
  @Test("Pixel values are those of Hugging Face's image processors")
  func matchesReference() throws {
    let file = try SafetensorsFile(Fixtures.url("images/processed.safetensors"))
    let data = try Data(contentsOf: Fixtures.url("images/processed.json"))
    let cases = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    #expect(cases.count == 10)
    for settings in cases {
      let name = try #require(settings["name"] as? String), side = try #require(settings["side"] as? Int)
      let json = try JSONSerialization.data(withJSONObject: try #require(settings["settings"]))
      let processor = try processor(String(decoding: json, as: UTF8.self), shape(side))
      for image in ["photo.png", "grey.jpg"] {
        let expected = try file.tensor("\(name)/\(image)")
        let made = try processor.pixels(try fixtureImage(file, image), at: image)
        #expect(made.shape == expected.shape)
        #expect(made.largestDifference(from: expected) <= 1e-6, "\(name) of \(image)")
      }
    }
  }

  @Test("A model without settings gets its own size and −1 to 1, in grey if it has one channel")
  func defaults() throws {
    let image = Image(height: 2, width: 2, channels: 3, samples: [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255])
    let made = try withFolder([:]) { folder in
      let processor = try ImageProcessor(directory: folder, for: description(shape(2, channels: 1)))
      #expect(processor.file == nil)
      return try processor.pixels(image, at: "image")
    }
    #expect(made.shape == [1, 2, 2])
    for (value, grey) in zip(made.values, [76.0, 150, 29, 255]) {
      #expect(abs(Double(value) - (grey / 127.5 - 1)) < 1e-6)
    }
    let default3 = ImageProcessor(default: shape(4))
    #expect(default3.size == .exact(height: 4, width: 4) && default3.filter == .bilinear && default3.crop == nil)
  }

  @Test("Settings of older files are read: class names, sizes that are a number, a folder above a checkpoint")
  func older() throws {
    let deit = try processor(
      #"{"feature_extractor_type": "DeiTFeatureExtractor", "size": 20, "crop_size": 16, "resample": 3}"#, shape(16))
    #expect(deit.size == .exact(height: 20, width: 20) && deit.crop == .init(height: 16, width: 16))
    #expect(deit.filter == .bicubic)
    let clip = try processor(
      #"{"feature_extractor_type": "CLIPFeatureExtractor", "size": 16, "crop_size": 16}"#, shape(16))
    #expect(clip.size == .shortestEdge(16, longest: nil) && clip.normalization?.means[0] == 0.48145466)
    let fast = try processor(
      #"{"image_processor_type": "ViTImageProcessorFast", "size": [16, 16], "do_pad": false, "pad_size": {"height": 9}, "crop_pct": null}"#,
      shape(16))
    #expect(fast.size == .exact(height: 16, width: 16))
    let nameless = try processor(#"{"size": 256}"#, shape(224), family: "deit")
    #expect(nameless.crop == .init(height: 224, width: 224) && nameless.filter == .bicubic)
    let grey = try processor(#"{"size": 16, "image_mean": [0.5, 0.5, 0.5], "image_std": 0.25}"#, shape(16, channels: 1))
    #expect(grey.normalization == .init(means: [0.5], deviations: [0.25]))

    let above = try withFolder(["preprocessor_config.json": #"{"size": 16, "resample": 0}"#]) { folder in
      try ImageProcessor(directory: folder.appending(path: "checkpoint-5"), for: description(shape(16)))
    }
    #expect(above.filter == .nearest)
  }

  @Test("The longer edge sets the size where it is asked for")
  func longestEdge() throws {
    let processor = try processor(
      #"{"size": {"longest_edge": 4}, "crop_size": 4, "do_center_crop": true, "resample": 4, "do_normalize": false, "do_rescale": false}"#,
      shape(4, channels: 1))
    let image = Image(height: 4, width: 8, channels: 1, samples: Array(repeating: 9, count: 32))
    let made = try processor.pixels(image, at: "image")
    #expect(made.values == [0, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 0, 0, 0, 0])
  }

  @Test(
    "Settings that cannot be followed are refused by name",
    arguments: [
      (
        #"{"image_processor_type": "SamImageProcessor"}"#,
        "image_processor_type: is an image processor that is not supported, expected ViTImageProcessor, DeiTImageProcessor, CLIPImageProcessor, BitImageProcessor, found \"SamImageProcessor\""
      ),
      (
        #"{"size": 16, "resample": 7}"#,
        "resample: is a filter that is not known, expected 0 nearest, 1 lanczos, 2 bilinear, 3 bicubic, 4 box, 5 hamming, found 7"
      ),
      (#"{"size": 16, "do_pad": true}"#, "do_pad: is not supported, expected no such key, false or null, found true"),
      (#"{"size": 16, "do_flip_channel_order": true}"#, "do_flip_channel_order: is not supported"),
      (
        #"{"size": 16, "crop_pct": 0.875}"#,
        "crop_pct: is not supported, expected no such key, false or null, found 0.875"
      ),
      (#"{"size": 20}"#, "size: makes images of another size than the model reads, expected 16 × 16, found 20 × 20"),
      (#"{"size": 16, "do_center_crop": true}"#, "crops, and does not say to which size, expected \"crop_size\""),
      (#"{"size": 20, "do_center_crop": true, "crop_size": 18}"#, "crop_size: makes images of another size"),
      (
        #"{"size": {"max_height": 3, "max_width": 4}}"#,
        "size: is a size that is not supported, expected height and width, shortest_edge, or longest_edge, found max_height, max_width"
      ),
      (#"{"size": 0}"#, "size: is not an edge of an image, expected 1 to 16384, found 0"),
      (#"{"size": "big"}"#, "size: has the wrong type"),
      (
        #"{"size": 16, "image_mean": [0.5, 0.5]}"#,
        "image_mean: has another number of values than the model has channels, expected 3, found 2"
      ),
      (#"{"size": 16, "image_std": [0.5, 0, 0.5]}"#, "image_std: is impossible, expected numbers above 0"),
      (#"{"size": 16, "rescale_factor": 0}"#, "rescale_factor: is impossible"),
      (#"{"size": 16, "do_resize": "yes"}"#, "do_resize: has the wrong type, expected true or false"),
      ("[1]", "has the wrong type, expected an object"),
      ("{", "is not valid JSON"),
    ])
  func refused(json: String, message: String) {
    do {
      _ = try processor(json, shape(16))
      Issue.record("nothing was refused")
    } catch let error as InputError {
      #expect(error.description.contains("preprocessor_config.json"))
      #expect(error.description.contains(message), "\(error)")
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test("An image that cannot have the model's size is named")
  func sizes() throws {
    func line(_ json: String, _ image: Image) throws -> String? {
      do {
        _ = try processor(json, shape(16)).pixels(image, at: "a.png")
        return nil
      } catch let error as InputError {
        return error.description
      }
    }
    let wide = Image(height: 2, width: 4000, channels: 1, samples: Array(repeating: 0, count: 8000))
    #expect(
      try line(#"{"do_resize": false}"#, wide)
        == "a.png: has another size than the model's images, expected 16 × 16, found 4000 × 2")
    #expect(
      try line(#"{"size": {"shortest_edge": 16}}"#, wide)
        == "a.png: has another size than the model's images, resized and cropped, expected 16 × 16, found 32000 × 16")
    #expect(try line(#"{"size": {"shortest_edge": 16000}}"#, wide)?.contains("cannot be resized") == true)
    #expect(try line(#"{"size": {"longest_edge": 16}}"#, wide)?.contains("found 16 × 0 from 4000 × 2") == true)
  }

  @Test("Classes are found by the model's names, else by their order")
  func classes() throws {
    let json = #"{"id2label": {"0": "cat", "1": "dog", "2": "emu"}}"#
    try withFolder(["config.json": json]) { folder in
      let names = try ClassNames(directory: folder, classes: 3)
      #expect(try names.indices(of: ["dog"], at: "corpus")?["dog"] == 1)
      #expect(try names.indices(of: ["n2", "n10", "n1"], at: "corpus") == ["n1": 0, "n10": 1, "n2": 2])
      #expect(try names.indices(of: ["a", "b"], at: "corpus") == nil)
      #expect(throws: InputError.self) { try names.indices(of: ["cat", "dgo"], at: "corpus") }
      #expect(throws: InputError.self) { try ClassNames(directory: folder, classes: 2) }
    }
    let older = try withFolder(["config.json": #"{"label2id": {"x": 1, "y": 0}}"#]) { folder in
      try ClassNames(directory: folder, classes: 2)
    }
    #expect(try older.indices(of: ["x"], at: "corpus")?["x"] == 1)
  }
}
