import Foundation
import Support

/// The images of a folder and of those inside it, in the order of the bytes of their names, a document an image.
///
/// An image is a file that begins like a PNG or JPEG, or is named like an image of any kind; other files, and those
/// whose name begins with a dot, are passed over. Where every image lies in a folder inside, the outermost of these
/// names its label in the column `class`, unless the CSV file of labels has that column.
///
/// Errors: a folder that is missing, cannot be listed, or holds no images; images beside folders of classes; what
/// `ImageLabels` refuses; and, as it is read, an image that cannot be.
struct ImageFolder {
  let path: String
  let labelColumns: [String]
  /// Relative to the folder.
  let images: [String]
  private let labels: ImageLabels?
  private let isClassified: Bool
  private var place = 0

  /// The column that folders of classes fill.
  static let classColumn = "class"

  /// How names of images end, those of kinds that are not read included: these are refused and not passed over.
  private static let endings: Set<String> = [
    "png", "jpg", "jpeg", "jpe", "jfif", "gif", "bmp", "tif", "tiff", "webp", "heic", "heif", "avif", "jp2", "jxl",
    "ppm", "pgm", "pbm", "pnm",
  ]
  private static let deepest = 16

  init(_ file: CorpusFile) throws {
    path = file.path
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw InputError(at: path, "does not exist")
    }
    guard isDirectory.boolValue else {
      throw InputError(at: path, "is not a directory", expected: "a folder of images")
    }
    images = try Self.images(in: path, below: "", depth: 0).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    guard !images.isEmpty else {
      throw InputError(at: path, "has no images", expected: "PNG or JPEG files, or folders of them")
    }
    let loose = images.filter { !$0.contains("/") }
    let folder = path
    labels = try file.labels.map { [images] in try ImageLabels(path: $0, images: images, folder: folder) }
    guard loose.isEmpty || loose.count == images.count || labels != nil else {
      throw InputError(
        at: path, "has \(loose.count) images beside folders of classes",
        expected: "all images in folders, none, or a CSV file of labels", found: "\"\(loose[0])\"")
    }
    let columns = labels?.columns ?? []
    isClassified = loose.isEmpty && !columns.contains(Self.classColumn)
    labelColumns = (isClassified ? [Self.classColumn] : []) + columns
  }

  /// The next image, nil at the end.
  mutating func next(id: String) throws -> Document? {
    guard place < images.count else { return nil }
    let name = images[place]
    place += 1
    let image = try ImageFile(path: "\(path)/\(name)")
    var document = Document(id: id, text: name, image: image.path)
    for (column, value) in columns(of: name) { document.labels[column] = value }
    return document
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
      throw InputError(at: here, "lies too deep", expected: "at most \(deepest) folders in each other")
    }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: here) else {
      throw InputError(at: here, "cannot be listed")
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
