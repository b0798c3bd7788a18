import Foundation
import Tensors

/// How a corpus file is written.
package enum CorpusFormat: String, CaseIterable, Sendable {
  /// Plain text, as `paragraphs` where at least a tenth of the first lines are blank, else as `lines`.
  case text
  /// A document a line; blank lines are skipped.
  case lines
  /// A document a block of lines between blank ones.
  case paragraphs
  /// A document a sentence of CoNLL-U.
  case conllu
  /// A document a line, a JSON object.
  case jsonl
  /// A document a row of cells with tabs between them.
  case tsv
  /// A document a sentence with a word a line and its labels behind it, as in CoNLL-2003.
  case conll
  /// A folder of images, a document a file.
  case images

  /// Files that are not plain text although no reader knows them; to read one as text, say so.
  private static let foreign = ["json", "csv", "xml", "html", "gz", "zip", "parquet"]

  /// The format that the job names, else images for a folder, else that of the file's extension. Errors (usage): an
  /// unknown name, with the nearest one; an extension that says neither.
  package init(named name: String?, path: String) throws {
    let known = Self.allCases.map(\.rawValue)
    if let name {
      guard let format = Self(rawValue: name.lowercased()) else {
        throw InputError(
          .usage, at: "corpus format \"\(name)\"",
          "is not known; did you mean \"\(nearest(name, among: known) ?? "text")\"?",
          expected: known.joined(separator: ", "))
      }
      self = format
      return
    }
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
      self = .images
      return
    }
    let kind = URL(filePath: path).pathExtension.lowercased()
    if Self.foreign.contains(kind) {
      throw InputError(
        .usage, at: path, "has no known format", expected: "one of \(known.joined(separator: ", "))", found: ".\(kind)")
    }
    self =
      switch kind {
      case "conllu": .conllu
      case "jsonl", "ndjson": .jsonl
      case "tsv": .tsv
      case "conll": .conll
      default: .text
      }
  }
}

/// The most similar of some names: the one with the smallest edit distance; nil where there are none.
func nearest(_ name: String, among names: [String]) -> String? {
  names.min { editDistance(name.lowercased(), $0.lowercased()) < editDistance(name.lowercased(), $1.lowercased()) }
}

/// Levenshtein's distance in characters.
private func editDistance(_ first: String, _ second: String) -> Int {
  let (first, second) = (Array(first), Array(second))
  var row = Array(0...second.count)
  for (i, a) in first.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, b) in second.enumerated() {
      let substituted = diagonal + (a == b ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
    }
  }
  return row[second.count]
}
