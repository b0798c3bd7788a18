import Reports
import Results
import Transformers

/// What a model's folder holds, as `inspect` prints it.
struct Inspection {
  let text: String

  /// - Parameter tokenizer: what is said of it; nil for nothing.
  init(_ model: Model, tokenizer: String?) {
    let d = model.description
    let facts =
      [
        ("family", d.family),
        ("task", d.task),
        ("layers", "\(d.layers)"),
        ("heads", "\(d.heads) of width \(d.headWidth), \(d.isCausal ? "causal" : "bidirectional")"),
        ("width", "\(d.width)"),
        ("feed-forward", "\(d.feedForwardWidth), \(d.activation)"),
        (
          "norm",
          d.norm == .none
            ? "none" : "\(d.normPlacement == .post ? "after" : "before") each sublayer, epsilon \(d.normEpsilon)"
        ),
        ("positions", d.maximumPositions < Int(Int32.max) ? "\(d.maximumPositions)" : "relative, any number"),
      ]
      + (d.vocabulary > 0 ? [("vocabulary", "\(d.vocabulary)")] : []) + (tokenizer.map { [("tokenizer", $0)] } ?? [])
      + [("parameters", "\(model.totalParameterCount)")]
    var text = Inspection.columns(facts)
    if !model.unknownSettings.isEmpty {
      text += "\nsettings that are not known, so not honoured\n"
      text += model.unknownSettings.map { "  \($0)\n" }.joined()
    }
    text += "\nmemory\n" + Inspection.columns(Inspection.memory(of: model).map { ("  \($0)", Inspection.bytes($1)) })
    let notes = Inspection.notes(model.weightNotes)
    if !notes.isEmpty { text += "\nnotes\n" + notes.map { "  \($0)\n" }.joined() }
    text += "\ntensors\n"
    text += Inspection.columns(model.parameters.map { ("  \($0.name)", "\($0.shape)") })
    self.text = text
  }

  /// A sentence for each thing there is to know of the weights, with every tensor by its name.
  private static func notes(_ notes: [Transformers.WeightNote]) -> [String] {
    notes.map { note in
      if let note = Results.WeightNote(note) { return note.sentence(naming: .max) }
      return "\(note.names.count) of the file's tensors are buffers that are computed here: "
        + note.names.joined(separator: ", ") + "."
    }
  }

  /// What a run holds in float32: the weights, and what a batch of 8 sequences of 128 tokens (or as many as the model
  /// takes) leaves in a trace.
  private static func memory(of model: Model) -> [(String, Int)] {
    let d = model.description
    let (batch, length) = (8, min(128, d.maximumPositions))
    let size = "\(batch) × \(length) tokens"
    let outputs: Int =
      switch d.head {
      case .none: 0
      case .languageModel, .maskedLanguageModel, .sequenceToSequence: batch * length * d.vocabulary
      case .tokenClassification(let classes): batch * length * classes
      case .sequenceClassification(let classes), .imageClassification(let classes): batch * classes
      }
    return [
      ("weights", 4 * model.parameterCount),
      ("gradients of the weights", 4 * model.parameterCount),
      ("attention patterns of \(size)", 4 * d.layers * batch * d.heads * length * length),
      ("residual points of \(size)", 4 * (d.layers + 1) * batch * length * d.width),
      ("logits of \(size)", 4 * outputs),
    ].filter { $0.1 > 0 }
  }

  private static func columns(_ rows: [(String, String)]) -> String {
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { $0 + String(repeating: " ", count: width - $0.count + 2) + $1 + "\n" }.joined()
  }

  /// `3.8 MB`, in powers of ten.
  private static func bytes(_ count: Int) -> String {
    guard count >= 1000 else { return "\(count) B" }
    var (tenths, unit) = (count / 100, 0)
    while tenths >= 10_000 && unit < 3 {
      tenths /= 1000
      unit += 1
    }
    return "\(tenths / 10).\(tenths % 10) \(["kB", "MB", "GB", "TB"][unit])"
  }
}
