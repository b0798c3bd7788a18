import Foundation
import Support

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
  /// A document a line, a JSON object; or an element of one JSON array, an object or a text.
  case jsonl
  /// A document a row of cells with tabs between them.
  case tsv
  /// A document a row of cells with commas between them.
  case csv
  /// A document a sentence with a word a line and its labels behind it, as in CoNLL-2003.
  case conll
  /// A folder of images, a document a file.
  case images

  /// Files that are not plain text although no reader knows them; to read one as text, say so.
  private static let foreign = ["xml", "html", "zip", "bz2", "xz", "zst", "parquet", "arrow"]

  /// Images for a folder, else that of the file's extension, in front of a `.gz`. Errors (usage): an extension that says
  /// none.
  package init(of path: String) throws {
    let known = Self.allCases.map(\.rawValue)
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
      self = .images
      return
    }
    let kind = URL(filePath: withoutGzip(path)).pathExtension.lowercased()
    if Self.foreign.contains(kind) {
      throw InputError(
        .usage, at: path, phrase("error.hasNoKnown"),
        expected: phrase("expected.oneOfKnown", ["known": known.joined(separator: ", ")]), found: ".\(kind)")
    }
    self =
      switch kind {
      case "conllu": .conllu
      case "jsonl", "ndjson", "json": .jsonl
      case "tsv", "tab": .tsv
      case "csv": .csv
      case "conll": .conll
      default: .text
      }
  }
}
