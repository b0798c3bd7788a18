package import Support

extension RunResults {
  /// What was measured in one stack of an encoder–decoder, as if it were a model of its own: its components without the
  /// stack's name, its arrays and texts, its shape. What belongs to no stack (the loss) is the part `.only`, which of a
  /// model of a single stack is everything.
  package func part(_ stack: Component.Stack) -> RunResults {
    guard let encoder = subject.model.encoder else { return self }
    var part = self
    if stack == .encoder {
      part.subject.model.layers = encoder.layers
      part.subject.model.heads = encoder.heads
      part.subject.model.width = encoder.width
      part.subject.model.headWidth = encoder.headWidth
    }
    if stack == .encoder || stack == .cross { part.subject.model.isCausal = false }
    part.subject.model.encoder = nil
    part.analyses = analyses.compactMap { $0.part(stack) }
    return part
  }
}

extension AnalysisResult {
  /// One result of what the same analysis found in several stacks: the opposite of `RunResults.part`. Not applicable
  /// where it is in none of them.
  package init(id: String, of parts: [(stack: Component.Stack, result: AnalysisResult)]) {
    self.init(id: id)
    let applicable = parts.filter { $0.result.notApplicable == nil }
    if applicable.isEmpty { notApplicable = parts.first?.result.notApplicable }
    for (stack, part) in parts {
      if let reason = part.notApplicable, !applicable.isEmpty {
        notes.append(Note(Message("note.notApplicable", ["reason": reason]), stack: stack))
      }
      for table in part.tables {
        let rows = table.rows.map { MetricTable.Row(Component($0.component.place, stack: stack), $0.quantity) }
        if let known = tables.firstIndex(where: { $0.metric.id == table.metric.id }) {
          tables[known].rows += rows
        } else {
          tables.append(MetricTable(table.metric, rows))
        }
      }
      for (name, array) in part.arrays { arrays[stack.key(name)] = array }
      for (name, text) in part.texts { texts[stack.key(name)] = text }
      notes += part.notes.map { Note($0.message, stack: stack, about: $0.subject) }
    }
  }

  /// Nil where the stack has nothing of the analysis.
  fileprivate func part(_ stack: Component.Stack) -> AnalysisResult? {
    var part = self
    part.tables = tables.compactMap { table in
      let rows = table.rows.filter { $0.component.part == stack }.map { row in
        MetricTable.Row(Component(row.component.place), row.quantity)
      }
      return rows.isEmpty ? nil : MetricTable(table.metric, rows)
    }
    part.arrays = AnalysisResult.own(arrays, stack)
    part.texts = AnalysisResult.own(texts, stack)
    part.notes = notes.filter { [.only, stack].contains($0.stack) }.map { Note($0.message, about: $0.subject) }
    return part.tables.isEmpty && part.arrays.isEmpty && part.texts.isEmpty ? nil : part
  }

  private static func own<Value>(_ values: [String: Value], _ stack: Component.Stack) -> [String: Value] {
    guard stack != .only else {
      return values.filter { name, _ in
        !Component.Stack.allCases.contains { $0 != .only && name.hasPrefix($0.key("")) }
      }
    }
    let prefix = stack.key("")
    return Dictionary(
      uniqueKeysWithValues: values.compactMap { name, value in
        name.hasPrefix(prefix) ? (String(name.dropFirst(prefix.count)), value) : nil
      })
  }
}

extension Component {
  /// The stack that it is reported with; tensors say it in their names.
  fileprivate var part: Stack { if case .tensor(let name) = place { Stack(ofTensor: name) } else { stack } }
}

extension Component.Stack {
  /// The stack of an encoder–decoder that a weight belongs to by its name (`model.encoder.layers.0.fc1.weight`); `.only`
  /// for those of none (shared embeddings).
  package init(ofTensor name: String) {
    let parts = name.split(separator: ".")
    self = parts.contains("encoder") ? .encoder : parts.contains("decoder") ? .decoder : .only
  }

  /// As a heading: "Encoder", "Cross-attention"; empty for the only stack.
  package var title: String { self == .only ? "" : phrase("stack.\(rawValue).title") }
  /// Within a sentence: "encoder", "cross-attention".
  package var name: Message { self == .only ? Message(verbatim: "") : Message("stack.\(rawValue).name") }
}
