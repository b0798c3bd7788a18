import Diagnosis
import Foundation
import Reports
import Results
import Support

/// What a folder holds that is drawn again: a run, or a study.
enum DrawnRun {
  case run(RunResults)
  case study(Study)

  /// - Throws: `InputError` for a folder that is neither, or damaged.
  init(_ folder: URL) throws {
    let path = folder.relativePath
    guard FileManager.default.fileExists(atPath: folder.path(percentEncoded: false)) else {
      throw InputError(at: path, phrase("error.doesNotExist"), expected: phrase("expected.folderRunStudy"))
    }
    guard folder.isFolder else {
      throw InputError(at: path, phrase("error.isAFile"), expected: phrase("expected.folderRunStudy"))
    }
    func has(_ name: String) -> Bool {
      FileManager.default.fileExists(atPath: folder.appending(path: name).path(percentEncoded: false))
    }
    if Study.isThere(folder) {
      self = .study(try Study.read(from: folder))
    } else if !has("results.json"), has(Study.variantsName) {
      throw InputError(
        at: path, phrase("error.studyWithoutFilename", ["fileName": Study.fileName]),
        expected: phrase("expected.tomographStudyJob"))
    } else {
      self = .run(try RunResults.read(from: folder))
    }
  }

  var name: String {
    switch self {
    case .run(let results): results.subject.name
    case .study(let study): study.name
    }
  }

  var figures: [Figure] {
    switch self {
    case .run(let results): FigureCatalog.figures(of: results)
    case .study(let study): study.article.figures
    }
  }
}
