import Support

/// The content of `results.json`, as it is written and read. Each metric is defined once; the tables name it.
struct ResultsDocument: Codable {
  struct Analysis: Codable {
    struct Table: Codable {
      var metric: String
      var rows: [MetricTable.Row]
    }

    /// What `arrays.safetensors` holds under the analysis's id and the name.
    struct Array: Codable {
      var shape: [Int]
    }

    var id: String
    var notApplicable: Message?
    var tables: [Table]
    var arrays: [String: Array]
    var texts: [String: [String]]
    var notes: [Note]

    init(_ result: AnalysisResult) {
      id = result.id
      notApplicable = result.notApplicable
      tables = result.tables.map { Table(metric: $0.metric.id, rows: $0.rows) }
      arrays = result.arrays.mapValues { Array(shape: $0.shape) }
      texts = result.texts
      notes = result.notes
    }
  }

  var schema: Int
  var subject: Subject
  var metrics: [Metric]
  var analyses: [Analysis]

  init(_ results: RunResults) {
    schema = RunResults.schema
    subject = results.subject
    var seen: Set<String> = []
    metrics = results.analyses.flatMap(\.tables).map(\.metric).filter { seen.insert($0.id).inserted }
    analyses = results.analyses.map(Analysis.init)
  }
}
