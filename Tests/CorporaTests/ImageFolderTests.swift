import Foundation
import Support
import TestSupport
import Testing

@testable import Corpora

/// A folder with copies of fixtures (`"cat/1.png": "images/photo.png"`) and texts (`"labels.csv": "text:…"`).
func withFolder<Result>(_ files: KeyValuePairs<String, String>, _ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: "images-\(UUID().uuidString)")
  defer { try? FileManager.default.removeItem(at: folder) }
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  for (name, content) in files {
    let url = folder.appending(path: name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    if content.hasPrefix("text:") {
      try Data(content.dropFirst(5).utf8).write(to: url)
    } else {
      try Data(contentsOf: Fixtures.url(content)).write(to: url)
    }
  }
  return try body(folder.path(percentEncoded: false))
}

private let photo = "images/photo.png"
private let jpeg = "images/grey.jpg"

@Suite("Folders of images")
struct ImageFolderTests {
  @Test("Folders name the classes, images come in the order of their names, other files are passed over")
  func classes() throws {
    try withFolder([
      "dog/2.png": photo, "cat/b/10.png": photo, "cat/9.jpg": jpeg, "README.txt": "text:x", "cat/.hidden.png": photo,
      "Zebra/noname": jpeg,
    ]) { folder in
      let corpus = try Corpus.read(path: folder, label: "class")
      #expect(corpus.format == .images)
      #expect(corpus.documents.map(\.text) == ["Zebra/noname", "cat/9.jpg", "cat/b/10.png", "dog/2.png"])
      #expect(corpus.documents.map { $0.labels["class"] } == ["Zebra", "cat", "cat", "dog"])
      #expect(corpus.documents.map(\.id) == (0..<4).map { "doc-\($0)" })
      #expect(corpus.documents.allSatisfy { $0.image?.hasSuffix($0.text) == true })
      #expect(corpus.labelColumns == ["class"])
      #expect(try CorpusReader(CorpusFile(path: folder)).values(ofImageColumn: "class") == ["Zebra", "cat", "dog"])
      #expect(try Corpus.read(path: folder, limit: 2).documents.count == 2)
    }
  }

  @Test("A CSV file labels images, with quotation marks, line ends and commas in its cells")
  func labels() throws {
    let csv =
      "\u{FEFF}file,class,\"said \"\"of\"\" it\",note\r\n./b.png,dog,\"a, b\nc\",\r\n\r\n\"a,1.png\", cat ,x,\"\"\n"
    try withFolder(["a,1.png": photo, "b.png": photo, "labels.csv": "text:\(csv)"]) { folder in
      let file = CorpusFile(path: folder, labels: "\(folder)/labels.csv")
      let corpus = try Corpus.read(file, label: "class")
      #expect(corpus.documents.map(\.text) == ["a,1.png", "b.png"])
      #expect(corpus.documents[0].labels == ["class": "cat", "said \"of\" it": "x"])
      #expect(corpus.documents[1].labels == ["class": "dog", "said \"of\" it": "a, b\nc"])
      #expect(corpus.labelColumns == ["class", "said \"of\" it"])
      let error = inputError { _ = try Corpus.read(file, label: "clas") }
      #expect(error?.category == .usage && error?.description.contains("the nearest is \"class\"") == true)
    }
  }

  @Test("Folders of classes and columns of a CSV file go together")
  func both() throws {
    try withFolder(["x/a.png": photo, "y/b.png": photo, "l.csv": "text:image,split\nx/a.png,test\ny/b.png,train"]) {
      let corpus = try Corpus.read(CorpusFile(path: $0, labels: "\($0)/l.csv"))
      #expect(corpus.documents.map(\.labels) == [["class": "x", "split": "test"], ["class": "y", "split": "train"]])
      #expect(corpus.labelColumns == ["class", "split"])
    }
  }

  @Test(
    "A CSV file that does not fit the folder is refused with the line",
    arguments: [
      ("file,class\na.png,x\nb.png,y\nc.png,z\n", "line 4: names no image of the folder, the nearest is \"a.png\""),
      ("file,class\na.png,x\na.png,y\n", "line 3: names an image that line 2 has named, found \"a.png\""),
      ("file,class\na.png,x\n", "has no row for 1 of the 2 images in "),
      ("file,class\na.png\n", "line 2: has another number of cells, expected 2, found 1"),
      ("file,class,class\n", "line 1: has two columns of one name"),
      ("file\na.png\n", "has no labels, expected a first row"),
      ("", "has no labels"),
      ("file,class\n\"a.png,x\n\nb.png,y", "line 2: opens a quotation mark that is never closed"),
      ("file,class\n\"a.png\"x,y\n", "line 2: has text behind a quotation mark that closes a cell"),
      ("file,class\na\"b.png,y\n", "line 2: has a quotation mark inside a cell"),
      ("file,class\n../a.png,y\n", "line 2: names no image of the folder"),
    ])
  func badLabels(csv: String, message: String) throws {
    try withFolder(["a.png": photo, "b.png": photo, "labels.csv": "text:\(csv)"]) { folder in
      let error = inputError { _ = try Corpus.read(CorpusFile(path: folder, labels: "\(folder)/labels.csv")) }
      #expect(error?.category == .unreadable)
      #expect(error?.description.contains("labels.csv: \(message)") == true, "\(String(describing: error))")
    }
  }

  @Test("Images that cannot be read are left out and named, damaged pixels among them")
  func unreadable() throws {
    // The chunks of d.png are sound, the pixels in them are not.
    let files: KeyValuePairs = [
      "a.png": photo, "b.webp": "text:RIFF", "c.png": "text:x", "d.png": "images/damaged/pixels.png",
      "e.jpg": "text:y", "f.jpg": jpeg,
    ]
    try withFolder(files) { folder in
      let corpus = try Corpus.read(path: folder)
      #expect(corpus.documents.map(\.text) == ["a.png", "f.jpg"])
      #expect(corpus.documents.map(\.id) == ["doc-0", "doc-1"])
      #expect(corpus.notes.count == 1)
      #expect(
        corpus.notes[0].text.hasPrefix(
          "4 of 6 images cannot be read and are left out: b.webp (is neither PNG nor JPEG), c.png (is neither"))
      #expect(corpus.notes[0].text.hasSuffix(" and 1 more."))
      // Those known to be unreadable are not looked at again.
      let left: Set = ["a.png", "b.webp", "c.png", "d.png", "e.jpg"]
      var reader = try CorpusReader(CorpusFile(path: folder), leavingOut: left)
      let (first, second) = (try reader.next(), try reader.next())
      #expect(first?.text == "f.jpg" && second == nil)
    }
    let sound = try withFolder(["a.png": photo, "b.jpg": jpeg]) { try Corpus.read(path: $0) }
    #expect(sound.notes.isEmpty)
  }

  @Test("A folder that cannot be a corpus is refused, and a broken image named with its reason")
  func badFolders() throws {
    func line(_ files: KeyValuePairs<String, String>, _ file: CorpusFile = CorpusFile(path: "")) throws -> String {
      try withFolder(files) { folder in
        var file = file
        file.path = folder
        return inputError { _ = try Corpus.read(file) }?.description.replacing(folder, with: "F") ?? "none"
      }
    }
    #expect(try line(["a.txt": "text:x"]) == "F: has no images, expected PNG or JPEG files, or folders of them")
    #expect(try line([:]) == "F: has no images, expected PNG or JPEG files, or folders of them")
    #expect(try line(["a.png": photo, "x/b.png": photo]).hasPrefix("F: has 1 images beside folders of classes"))
    #expect(try line(["b.webp": "text:RIFF", "c.png": "text:x"]).hasPrefix("F/b.webp: is neither PNG nor JPEG"))
    #expect(
      try line(["b.png": "pngsuite/xc1n0g08.png"])
        == "F/b.png: has an unknown PNG colour type, expected 0, 2, 3, 4 or 6, found 1")
    #expect(try line(["a.png": photo], CorpusFile(path: "", pair: "x")).contains("takes no setting \"pair\""))
    #expect(try line(["a.png": photo], CorpusFile(path: "", labels: "/nowhere.csv")) == "/nowhere.csv: does not exist")
    #expect(
      inputError { _ = try Corpus.read(path: "/nowhere", format: .images) }?.description == "/nowhere: does not exist")
    let text = try withFile("a", "c.txt") { path in
      inputError { _ = try Corpus.read(CorpusFile(path: path, labels: "l.csv")) }
    }
    #expect(text?.category == .usage && text?.description.contains("takes no setting \"labels\"") == true)
  }
}
