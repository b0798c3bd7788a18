package import Foundation
import Results
import Support

/// What a training with telemetry leaves in its folder.
package enum TelemetryFiles {
  /// Lines of JSON, the same in every run of a plan.
  package static let records = TelemetryWriter.file

  /// The median of the tokens a second that were recorded; nil where none were.
  package static func medianSpeed(in folder: URL) -> Double? {
    guard let data = try? Data(contentsOf: folder.appending(path: TelemetryWriter.speedFile)) else { return nil }
    return data.split(separator: 0x0A).compactMap { line in
      (try? JSON(line, place: TelemetryWriter.speedFile))?["tokens_per_second"]?.number?.double
    }.median
  }
}
