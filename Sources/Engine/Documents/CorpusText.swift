package import Results
import Support
package import Transformers

extension CorpusRun.Extent {
  /// How much of the corpus's text reached the model.
  package func text(of tokenizer: Tokenizer) -> AnalysisResult {
    let counts = [
      (CorpusTextMetrics.droppedShare, losses.dropped, "note.corpus.dropped"),
      (CorpusTextMetrics.unknownShare, losses.unknown, "note.corpus.unknown"),
    ]
    var result = AnalysisResult(id: CorpusTextMetrics.analysis, notes: tokenizer.remarks.map { Note($0) })
    for (metric, lost, code) in counts {
      let count = lost.values.reduce(0, +)
      let share = Double(count) / Double(max(1, losses.characters))
      result.tables.append(
        MetricTable(metric, [MetricTable.Row(.model, Quantity(share, n: losses.characters))]))
      if count > 0 {
        let commonest = CharacterLosses.commonest(lost, 8).map(Self.spelling).joined(separator: ", ")
        result.notes.append(
          Note(
            Message(
              code,
              [
                "count": count, "characters": losses.characters, "percentage": percentage(share),
                "commonest": commonest,
              ])))
      }
    }
    return result
  }

  private func percentage(_ share: Double) -> Message {
    let tenths = (share * 1000).rounded()
    return tenths < 1
      ? "note.corpus.lessThanTenth" : Message(verbatim: "\(Int(tenths) / 10).\(Int(tenths) % 10) %")
  }

  /// The character itself where it can be seen, else its code.
  private static func spelling(_ scalar: Unicode.Scalar) -> String {
    switch scalar.properties.generalCategory {
    case .control, .format, .privateUse, .surrogate, .unassigned, .nonspacingMark, .enclosingMark:
      let digits = String(scalar.value, radix: 16, uppercase: true)
      return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    default: return "“\(scalar)”"
    }
  }
}
