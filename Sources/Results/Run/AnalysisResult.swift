package import Support

/// What one analysis found: tables of metrics, arrays, and texts that belong to them.
///
/// Every analysis speaks in these few forms, so that comparing, gating, merging, drawing and printing need no code for
/// each of them.
package struct AnalysisResult: Sendable {
  /// As in the job's list: `attention`, `gradients`, `representations`, `similarity`, `projection`, `weights`.
  package var id: String
  /// Why the analysis does not apply to this model and corpus; nil where it does.
  package var notApplicable: Message?
  package var tables: [MetricTable]
  /// Written to `arrays.safetensors` as `<analysis>.<name>`; set by the keys that declare them.
  package internal(set) var arrays: [String: NumericArray]
  /// Columns of text that go with an array's rows (tokens, labels, names), under the same kind of name.
  package internal(set) var texts: [String: [String]]
  /// How it was measured, as far as a reader has to know ("shortened to 64 tokens"), for captions.
  package var notes: [Note]

  package init(id: String, notApplicable: Message? = nil, tables: [MetricTable] = [], notes: [Note] = []) {
    self.init(id: id, notApplicable: notApplicable, tables: tables, arrays: [:], texts: [:], notes: notes)
  }

  /// With arrays and texts under any names.
  init(
    id: String, notApplicable: Message? = nil, tables: [MetricTable] = [], arrays: [String: NumericArray],
    texts: [String: [String]] = [:], notes: [Note] = []
  ) {
    self.id = id
    self.notApplicable = notApplicable
    self.tables = tables
    self.arrays = arrays
    self.texts = texts
    self.notes = notes
  }

  package subscript(metric: Metric) -> MetricTable? { tables.first { $0.metric.id == metric.id } }
}
