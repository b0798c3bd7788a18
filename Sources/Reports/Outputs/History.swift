package import Diagnosis
package import Foundation
package import Results
import Support

/// One line of `history.jsonl`, which lies beside the run folders: what came of a run. Lines stand in the order of the
/// runs; like every artefact but `provenance.json` they know no clock.
package struct HistoryEntry: Codable, Hashable, Sendable {
  package var run: String
  package var verdict: Verdict
  /// SHA-256 of the run's `results.json`.
  package var results: String
  /// The finite values of the model as a whole, by metric.
  package var values: [String: Double]

  package init(_ results: RunResults, _ verdict: Verdict, resultsFile: URL) throws {
    run = results.subject.name
    self.verdict = verdict
    self.results = try SHA256.digest(of: resultsFile)
    values = [:]
    for table in results.analyses.flatMap(\.tables) {
      if let value = table[.model]?.value { values[table.metric.id] = value }
    }
  }

  /// Adds the line at the end of a file, which is made where there is none; other runs wait until it is there whole.
  ///
  /// - Throws: `InputError` where the file cannot be written; then it is as it was.
  package func append(to url: URL) throws {
    let line = try JSON(encoding: self).lineBytes
    let path = url.path(percentEncoded: false)
    func failure() -> InputError {
      InputError(at: path, phrase("error.cannotBeWritten"), found: String(cString: strerror(errno)))
    }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure() }
    defer { close(descriptor) }
    var before = stat()
    guard flock(descriptor, LOCK_EX) == 0, fstat(descriptor, &before) == 0 else { throw failure() }
    let written = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard written == line.count else {
      let error = failure()
      ftruncate(descriptor, before.st_size)
      throw error
    }
  }
}
