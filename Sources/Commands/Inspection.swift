import Reports
import Results
import Support
import Transformers

/// What a model's folder holds, as `inspect` prints it.
struct Inspection {
  let text: String

  /// - Parameter tokenizer: what is said of it; nil for nothing.
  init(_ model: Model, tokenizer: String?) {
    let d = model.description
    let facts =
      [
        (phrase("inspect.family"), d.family),
        (phrase("inspect.task"), d.task.text),
        (phrase("inspect.layers"), "\(d.layers)"),
        (
          phrase("inspect.heads"),
          phrase(
            "inspection.headsWidthHeadwidth",
            ["heads": d.heads, "headWidth": d.headWidth, "mask": d.isCausal ? "causal" : "none"])
        ),
        (phrase("inspect.width"), "\(d.width)"),
        (phrase("inspect.feedForward"), "\(d.feedForwardWidth), \(d.activation)"),
        (
          phrase("inspect.norm"),
          d.norm == .none
            ? phrase("inspect.none")
            : phrase(
              "inspection.postEachSublayer",
              ["place": d.normPlacement == .post ? "after" : "before", "normEpsilon": d.normEpsilon])
        ),
        (
          phrase("inspect.positions"),
          d.maximumPositions < Int(Int32.max) ? "\(d.maximumPositions)" : phrase("inspection.relativeAnyNumber")
        ),
      ]
      + (d.vocabulary > 0 ? [(phrase("inspect.vocabulary"), "\(d.vocabulary)")] : [])
      + (tokenizer.map { [(phrase("inspect.tokenizer"), $0)] } ?? [])
      + [(phrase("inspect.parameters"), "\(model.totalParameterCount)")]
    var text = Inspection.columns(facts)
    if !model.unknownSettings.isEmpty {
      text += phrase("inspection.settingsNotKnown")
      text += model.unknownSettings.map { "  \($0)\n" }.joined()
    }
    text +=
      "\n\(phrase("inspect.memory"))\n"
      + Inspection.columns(Inspection.memory(of: model).map { ("  \($0)", Inspection.bytes($1)) })
    let notes = Inspection.notes(model.weightNotes)
    if !notes.isEmpty { text += "\n\(phrase("inspect.notes"))\n" + notes.map { "  \($0)\n" }.joined() }
    text += "\n\(phrase("inspect.tensorList"))\n"
    text += Inspection.columns(model.parameters.map { ("  \($0.name)", "\($0.shape)") })
    self.text = text
  }

  /// A sentence for each thing there is to know of the weights, with every tensor by its name.
  private static func notes(_ notes: [Transformers.WeightNote]) -> [String] {
    notes.map { note in
      if let note = Results.WeightNote(note) { return note.sentence(naming: .max) }
      return phrase(
        "inspection.namesFilesTensors", ["names": note.names.count, "names2": note.names.joined(separator: ", ")])
    }
  }

  /// What a run holds in float32: the weights, and what a batch of 8 sequences of 128 tokens (or as many as the model
  /// takes) leaves in a trace.
  private static func memory(of model: Model) -> [(String, Int)] {
    let d = model.description
    let (batch, length) = (8, min(128, d.maximumPositions))
    let size = phrase("inspection.batchLengthTokens", ["batch": batch, "length": length])
    let outputs: Int =
      switch d.head {
      case .none: 0
      case .languageModel, .maskedLanguageModel, .sequenceToSequence: batch * length * d.vocabulary
      case .tokenClassification(let classes): batch * length * classes
      case .sequenceClassification(let classes), .imageClassification(let classes): batch * classes
      }
    return [
      (phrase("inspect.weights"), 4 * model.parameterCount),
      (phrase("inspection.gradientsOfTheWeights"), 4 * model.parameterCount),
      (phrase("inspection.attentionPatternsSize", ["size": size]), 4 * d.layers * batch * d.heads * length * length),
      (phrase("inspection.residualPointsSize", ["size": size]), 4 * (d.layers + 1) * batch * length * d.width),
      (phrase("inspection.logitsOfSize", ["size": size]), 4 * outputs),
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
