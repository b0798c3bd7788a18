import Foundation
import Support

/// The images of a folder and of those inside it, in the order of the bytes of their names, a document an image.
///
/// An image is a file that begins like a PNG or JPEG, or is named like an image of any kind; other files, and those
/// whose name begins with a dot, are passed over. Where every image lies in a folder inside, the outermost of these
/// names its label in the column `class`, unless the CSV file of labels has that column.
///
/// Images that cannot be read are left out and named; each is decoded once to see that.
///
/// Errors: a folder that is missing, cannot be listed, or holds no images; images beside folders of classes; what
/// `ImageLabels` refuses; and, at the end, no image that can be read.
struct ImageFolder {
  let path: String
  let labelColumns: [String]
  /// Relative to the folder.
  let images: [String]
  private let labels: ImageLabels?
  private let isClassified: Bool
  private var place = 0
  /// Images that are known to be unreadable; nil where that is to be found out.
  private let left: Set<String>?
  /// Of the images from `place` on, what was found of them.
  private var seen: ArraySlice<Result<ImageTraits, InputError>> = []
  /// Those that were read so far, in their order, and those that could not be.
  private(set) var traits: [ImageTraits] = []
  private(set) var unreadable: [(name: String, error: InputError)] = []

  /// The column that folders of classes fill.
  static let classColumn = "class"

  /// How names of images end, those of kinds that are not read included: these are refused and not passed over.
  private static let endings: Set<String> = [
    "png", "jpg", "jpeg", "jpe", "jfif", "gif", "bmp", "tif", "tiff", "webp", "heic", "heif", "avif", "jp2", "jxl",
    "ppm", "pgm", "pbm", "pnm",
  ]
  private static let deepest = 16

  init(_ file: CorpusFile, leavingOut left: Set<String>? = nil) throws {
    path = file.path
    self.left = left
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw InputError(at: path, phrase("error.doesNotExist"))
    }
    guard isDirectory.boolValue else {
      throw InputError(at: path, phrase("error.isNotADirectory"), expected: phrase("expected.aFolderOfImages"))
    }
    images = try Self.images(in: path, below: "", depth: 0).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    guard !images.isEmpty else {
      throw InputError(at: path, phrase("error.hasNoImages"), expected: phrase("expected.pngJpegFiles"))
    }
    let loose = images.filter { !$0.contains("/") }
    let folder = path
    labels = try file.labels.map { [images] in try ImageLabels(path: $0, images: images, folder: folder) }
    guard loose.isEmpty || loose.count == images.count || labels != nil else {
      throw InputError(
        at: path, phrase("error.hasLooseImages", ["loose": loose.count]),
        expected: phrase("expected.allImagesFolders"), found: "\"\(loose[0])\"")
    }
    let columns = labels?.columns ?? []
    isClassified = loose.isEmpty && !columns.contains(Self.classColumn)
    labelColumns = (isClassified ? [Self.classColumn] : []) + columns
  }

  /// The next image, nil at the end.
  mutating func next(id: String) throws -> Document? {
    while place < images.count {
      let name = images[place]
      if let left {
        place += 1
        if left.contains(name) { continue }
      } else {
        if seen.isEmpty { seen = look() }
        place += 1
        switch seen.removeFirst() {
        case .success(let own): traits.append(own)
        case .failure(let error):
          unreadable.append((name, error))
          continue
        }
      }
      var document = Document(id: id, text: name, image: "\(path)/\(name)")
      for (column, value) in columns(of: name) { document.labels[column] = value }
      return document
    }
    if traits.isEmpty, let first = unreadable.first { throw first.error }
    return nil
  }

  /// Decodes the next few images.
  private func look() -> ArraySlice<Result<ImageTraits, InputError>> {
    let next = images[place...].prefix(64)
    return mapPieces(next.count) { index in
      do {
        return .success(ImageTraits(try ImageFile(path: "\(path)/\(next[next.startIndex + index])").read()))
      } catch let error as InputError {
        return .failure(error)
      } catch {
        return .failure(InputError(at: path, phrase("error.cannotBeRead")))
      }
    }[...]
  }

  /// The images that were left out so far, in a sentence; nil where there are none.
  var note: Message? {
    guard !unreadable.isEmpty else { return nil }
    let shown = unreadable.prefix(3).map { "\($0.name) (\($0.error.problem))" }.joined(separator: ", ")
    return Message(
      "note.corpus.unreadableImages",
      [
        "unreadable": unreadable.count, "traits": unreadable.count + traits.count, "shown": shown,
        "more": max(0, unreadable.count - 3),
      ])
  }

  /// What an image is labelled with.
  private func columns(of name: String) -> [(column: String, value: String)] {
    let folder = isClassified ? name.split(separator: "/").first.map { (Self.classColumn, String($0)) } : nil
    return (folder.map { [$0] } ?? []) + (labels?[name] ?? [])
  }

  /// What images have in a column, each value once, in the order of their bytes.
  func values(of column: String) -> [String] {
    let values = Set(images.flatMap { columns(of: $0) }.filter { $0.column == column }.map(\.value))
    return values.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func images(in root: String, below folder: String, depth: Int) throws -> [String] {
    let here = folder.isEmpty ? root : "\(root)/\(folder)"
    guard depth <= deepest else {
      throw InputError(
        at: here, phrase("error.liesTooDeep"), expected: phrase("expected.mostDeepestFolders", ["deepest": deepest]))
    }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: here) else {
      throw InputError(at: here, phrase("error.cannotBeListed"))
    }
    var images: [String] = []
    for name in names where !name.hasPrefix(".") {
      let file = folder.isEmpty ? name : "\(folder)/\(name)"
      var isDirectory: ObjCBool = false
      guard FileManager.default.fileExists(atPath: "\(root)/\(file)", isDirectory: &isDirectory) else { continue }
      if isDirectory.boolValue {
        images += try Self.images(in: root, below: file, depth: depth + 1)
      } else if endings.contains(URL(filePath: name).pathExtension.lowercased()) || isImage("\(root)/\(file)") {
        images.append(file)
      }
    }
    return images
  }

  /// Whether a regular file begins like an image.
  private static func isImage(_ path: String) -> Bool {
    guard let file = try? MappedFile(URL(filePath: path)) else { return false }
    return ImageFile.signature(file.bytes) != nil
  }
}
