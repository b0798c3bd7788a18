import Corpora

/// One row of a batch before it is padded.
struct TrainingExample: Sendable {
  var ids: [Int32]
  /// Nil where all are 0.
  var typeIDs: [Int32]?
  /// What each position is to predict, as `ModelInput.labels` of the task.
  var labels: [Int32]?
  /// Positions that a masked language model may be asked for.
  var isMaskable: [Bool] = []
  var classIndex: Int32?
  /// What a decoder reads, and what it is to predict.
  var target: (read: [Int32], labels: [Int32])?
  var image: Document?

  init(ids: [Int32], typeIDs: [Int32]? = nil, labels: [Int32]? = nil) {
    self.ids = ids
    self.typeIDs = typeIDs.flatMap { $0.contains { $0 != 0 } ? $0 : nil }
    self.labels = labels
  }
}
