package import Foundation
import Support
import Tensors

extension ImageProcessor {
  /// What Hugging Face's classes do where the file does not say otherwise.
  private struct Kind {
    var filter: ResamplingFilter
    var size: Size
    var crop: Int?
    var means: [Double]
    var deviations: [Double]
    /// Whether a size that is one number is a square's, or the shorter edge's.
    var isSquare: Bool

    static let vit = Kind(
      filter: .bilinear, size: .exact(height: 224, width: 224), crop: nil, means: [0.5, 0.5, 0.5],
      deviations: [0.5, 0.5, 0.5], isSquare: true)
    static let deit = Kind(
      filter: .bicubic, size: .exact(height: 256, width: 256), crop: 224, means: [0.5, 0.5, 0.5],
      deviations: [0.5, 0.5, 0.5], isSquare: true)
    /// Radford 2021.
    static let clip = Kind(
      filter: .bicubic, size: .shortestEdge(224, longest: nil), crop: 224, means: [0.48145466, 0.4578275, 0.40821073],
      deviations: [0.26862954, 0.26130258, 0.27577711], isSquare: false)
  }

  private static let kinds: KeyValuePairs<String, Kind> = ["ViT": .vit, "DeiT": .deit, "CLIP": .clip, "Bit": .clip]

  /// Keys that say something else than what is done to pixels.
  private static let others: Set<String> = [
    "image_processor_type", "feature_extractor_type", "processor_class", "auto_map", "input_data_format",
    "data_format", "return_tensors", "device", "disable_grouping", "default_to_square", "model_input_names",
    "_valid_processor_keys", "_processor_class", "transformers_version", "name_or_path", "do_convert_rgb",
  ]

  /// Reads `preprocessor_config.json` of a model's folder, or of the folder above, as for a checkpoint; without either
  /// the default.
  ///
  /// - Throws: `InputError` for a file that is not JSON, names a class or a filter that is not known, says something
  ///   impossible, asks for something that is not done here, or makes images of another size than the model reads.
  package init(directory: URL, for description: ModelDescription) throws {
    guard let image = description.image else {
      throw InputError(
        at: directory.relativePath, phrase("error.noModelImages"), expected: phrase("expected.anImageModel"),
        found: description.family)
    }
    self.init(default: image)
    let folders = [directory, directory.standardizedFileURL.deletingLastPathComponent()]
    let files = folders.map { $0.appending(path: "preprocessor_config.json") }
    guard let file = files.first(where: { FileManager.default.fileExists(atPath: $0.path(percentEncoded: false)) })
    else { return }
    self.file = file
    try read(JSONField(contentsOf: file), family: description.family)
  }

  private mutating func read(_ file: JSONField, family: String) throws {
    let members = try file.members()
    let kind = try Self.kind(file, family: family)
    let known = [
      "do_resize", "size", "resample", "do_center_crop", "crop_size", "do_rescale", "rescale_factor", "do_normalize",
      "image_mean", "image_std",
    ]
    for (key, _) in members where !known.contains(key) && !Self.others.contains(key) {
      // Other keys are told to do nothing by false and null, and what belongs to them (pad_size) then does nothing too.
      guard let field = file[key] else { continue }
      if case .bool(false) = field.value { continue }
      if key == "pad_size", try !file.boolean("do_pad", default: false) { continue }
      throw InputError(
        at: field.place, phrase("error.isNotSupported"), expected: phrase("expected.noSuchKey"),
        found: field.value.shown)
    }

    size = nil
    if try file.boolean("do_resize", default: true) {
      let isSquare = try file.boolean("default_to_square", default: kind.isSquare)
      size = try file["size"].map { try $0.size(isSquare: isSquare) } ?? kind.size
      filter = try file["resample"]?.filter() ?? kind.filter
    }
    crop = nil
    if try file.boolean("do_center_crop", default: kind.crop != nil) {
      switch try file["crop_size"]?.size(isSquare: true) ?? kind.crop.map({ .exact(height: $0, width: $0) }) {
      case .exact(let height, let width)?: crop = Crop(height: height, width: width)
      case nil: throw InputError(at: file.place, phrase("error.cropsDoesNot"), expected: "\"crop_size\"")
      default:
        throw InputError(
          at: phrase("error.placeCropSize", ["place": file.place]), phrase("error.noSizeCrop"),
          expected: phrase("expected.heightAndWidth"))
      }
    }
    rescaleFactor = nil
    if try file.boolean("do_rescale", default: true) {
      let factor = try file["rescale_factor"]?.double() ?? 1 / 255
      guard factor.isFinite, factor != 0 else {
        throw InputError(
          at: phrase("error.placeRescaleFactor", ["place": file.place]), phrase("error.isImpossible"),
          expected: phrase("expected.numberBut0"), found: "\(factor)")
      }
      rescaleFactor = factor
    }
    normalization = nil
    if try file.boolean("do_normalize", default: true) {
      normalization = Normalization(
        means: try channelValues(file, "image_mean") ?? fitted(kind.means, file, "image_mean"),
        deviations: try channelValues(file, "image_std") ?? fitted(kind.deviations, file, "image_std"))
      if let normalization, !normalization.deviations.allSatisfy({ Float($0) > 0 }) {
        throw InputError(
          at: phrase("error.placeImageStd", ["place": file.place]), phrase("error.isImpossible"),
          expected: phrase("expected.numbersAbove0"),
          found: "\(normalization.deviations)")
      }
    }
    try checkSize(file)
  }

  private static func kind(_ file: JSONField, family: String) throws -> Kind {
    guard let field = file["image_processor_type"] ?? file["feature_extractor_type"] else {
      return family == "deit" ? .deit : .vit
    }
    let name = try field.string()
    var stem = name[...]
    for ending in ["Fast", "Pil"] where stem.hasSuffix(ending) { stem = stem.dropLast(ending.count) }
    for ending in ["ImageProcessor", "FeatureExtractor"] where stem.hasSuffix(ending) {
      stem = stem.dropLast(ending.count)
      if let kind = kinds.first(where: { $0.key == stem }) { return kind.value }
    }
    throw InputError(
      at: field.place, phrase("error.imageProcessorNot"),
      expected: kinds.map { "\($0.key)ImageProcessor" }.joined(separator: ", "), found: "\"\(name)\"")
  }

  /// The numbers of a key, one of each channel; nil where it is absent.
  private func channelValues(_ file: JSONField, _ key: String) throws -> [Double]? {
    guard let field = file[key] else { return nil }
    if let value = field.value.number { return try fitted([value.double], file, key) }
    return try fitted(field.array().map { try $0.double() }, file, key)
  }

  /// One value of each channel; a model of one channel takes three that are the same.
  private func fitted(_ values: [Double], _ file: JSONField, _ key: String) throws -> [Double] {
    guard values.allSatisfy({ Float($0).isFinite }) else {
      throw InputError(
        at: "\(file.place): \(key)", phrase("error.isImpossible"), expected: "numbers", found: "\(values)")
    }
    if values.count == image.channels { return values }
    guard let first = values.first, Set(values).count == 1, values.count == 1 || image.channels == 1 else {
      throw InputError(
        at: "\(file.place): \(key)", phrase("error.hasAnotherNumber"),
        expected: "\(image.channels)", found: "\(values.count)")
    }
    return Array(repeating: first, count: image.channels)
  }

  /// Refuses sizes that no image would have the model's after.
  private func checkSize(_ file: JSONField) throws {
    let made: (key: String, height: Int, width: Int)
    switch (crop, size) {
    case (let crop?, _): made = ("crop_size", crop.height, crop.width)
    case (nil, .exact(let height, let width)?): made = ("size", height, width)
    default: return
    }
    guard made.height == image.side, made.width == image.side else {
      throw InputError(
        at: "\(file.place): \(made.key)", phrase("error.makesImagesAnother"),
        expected: "\(image.side) × \(image.side)", found: "\(made.width) × \(made.height)")
    }
  }
}

extension JSONField {
  /// A number, a pair of height and width, or an object with these or with edges.
  fileprivate func size(isSquare: Bool) throws -> ImageProcessor.Size {
    if case .number = value {
      let edge = try edge()
      return isSquare ? .exact(height: edge, width: edge) : .shortestEdge(edge, longest: nil)
    }
    if case .array(let edges) = value, edges.count == 2 {
      let edges = try array()
      return .exact(height: try edges[0].edge(), width: try edges[1].edge())
    }
    let keys = try members().map(\.key).filter { self[$0] != nil }.sorted()
    switch keys {
    case ["height", "width"]: return .exact(height: try required("height").edge(), width: try required("width").edge())
    case ["shortest_edge"]: return .shortestEdge(try required("shortest_edge").edge(), longest: nil)
    case ["longest_edge"]: return .longestEdge(try required("longest_edge").edge())
    case ["longest_edge", "shortest_edge"]:
      return .shortestEdge(try required("shortest_edge").edge(), longest: try required("longest_edge").edge())
    default:
      throw InputError(
        at: place, phrase("error.sizeNotSupported"), expected: phrase("expected.heightWidthShortest"),
        found: keys.isEmpty ? "nothing" : keys.joined(separator: ", "))
    }
  }

  private func edge() throws -> Int {
    let edge = try integer()
    guard (1...16384).contains(edge) else {
      throw InputError(at: place, phrase("error.noEdgeImage"), expected: "1 to 16384", found: "\(edge)")
    }
    return edge
  }

  /// A filter by PIL's number.
  fileprivate func filter() throws -> ResamplingFilter {
    guard let filter = ResamplingFilter(rawValue: try integer()) else {
      let known = ResamplingFilter.allCases.map { "\($0.rawValue) \($0)" }
      throw InputError(
        at: place, phrase("error.filterNotKnown"), expected: known.joined(separator: ", "), found: value.shown)
    }
    return filter
  }
}
