import Engine
import Foundation
import Results
import Support
import Tensors
import Transformers

extension Job {
  /// The model in a folder, in the numbers that the job asks for.
  func loaded(_ folder: URL) throws -> (files: ModelFiles, model: Model) {
    let files = try files(of: folder)
    return (files, try Model(files: files, precision: precision.available, acceptsNonFinite: true))
  }
}

extension CorpusRun {
  /// Measures while the progress is shown, with what was left out.
  func measure(
    _ analyses: [any Analysis.Type], _ progress: Progress
  ) throws -> (results: [AnalysisResult], extent: Extent) {
    for note in corpusNotes { progress.note(note.text) }
    progress.begin(phrase("progress.measuring"), of: corpus.documents, unit: phrase("unit.documents"))
    let measured = try measure(analyses)
    progress.end()
    let tooShort = measured.extent.tooShort
    if tooShort > 0 { progress.note(phrase("measuring.leftOutTooshort", ["tooShort": tooShort])) }
    return measured
  }
}
