import Support

extension RunResults {
  /// Refuses what no run can have: places that the model does not have, arrays of another form than their analysis gives
  /// them, steps and counts that are not whole. What is drawn and printed relies on it.
  ///
  /// - Parameter file: of the tables, for the error.
  /// - Throws: `InputError` with the analysis and the value.
  func check(file: String) throws {
    try subject.check(file: file)
    var analysesSeen: Set<String> = []
    for analysis in analyses {
      let place = "\(file): analysis \"\(analysis.id)\""
      guard analysesSeen.insert(analysis.id).inserted else { throw InputError(at: place, phrase("error.occursTwice")) }
      try analysis.checkTables(of: subject.model, place)
      var forms = try FormCheck(analysis, subject.model, file: file)
      try forms.checkAll()
    }
  }
}

extension Subject {
  fileprivate func check(file: String) throws {
    let most = 1_000_000
    var sizes = [
      ("model.layers", model.layers, 1...most), ("model.heads", model.heads, 1...most),
      ("model.width", model.width, 1...most), ("model.headWidth", model.headWidth, 1...most),
      ("model.vocabulary", model.vocabulary, 0...Form.largest),
      ("model.parameters", model.parameters, 0...Form.largest),
      ("seed", seed, 0...Int.max),
    ]
    if let corpus {
      sizes += [
        ("corpus.documents", corpus.documents, 0...Form.largest), ("corpus.tokens", corpus.tokens, 0...Form.largest),
        ("corpus.truncated", corpus.truncated, 0...Form.largest),
      ]
    }
    if let encoder = model.encoder {
      sizes += [
        ("model.encoder.layers", encoder.layers, 1...most), ("model.encoder.heads", encoder.heads, 1...most),
        ("model.encoder.width", encoder.width, 1...most), ("model.encoder.headWidth", encoder.headWidth, 1...most),
      ]
    }
    if let image = model.image {
      sizes += [
        ("model.image.side", image.side, 1...most), ("model.image.patch", image.patch, 1...max(1, image.side)),
        ("model.image.leadingTokens", image.leadingTokens, 0...most),
      ]
    }
    sizes += (model.weightNotes ?? []).enumerated().map { index, note in
      ("model.weightNotes[\(index)].count", note.count, 0...Form.largest)
    }
    for (name, size, range) in sizes where !range.contains(size) {
      throw InputError(
        at: phrase("error.fileSubjectName", ["file": file, "name": name]), phrase("error.isOutOfRange"),
        expected: phrase(
          "expected.lowerboundToUpperbound", ["lowerBound": range.lowerBound, "upperBound": range.upperBound]),
        found: "\(size)")
    }
    let (layers, heads) = (
      max(model.layers, model.encoder?.layers ?? 0), max(model.heads, model.encoder?.heads ?? 0)
    )
    for (name, chosen, count) in [("layers", selection?.layers, layers), ("heads", selection?.heads, heads)] {
      guard let chosen, chosen.isEmpty || !chosen.allSatisfy((0..<count).contains) || chosen != Set(chosen).sorted()
      else { continue }
      throw InputError(
        at: phrase("error.fileSubjectSelection", ["file": file, "name": name]), phrase("error.selectsWhatModel"),
        expected: phrase("expected.some0Count", ["count": count - 1]), found: "\(chosen)")
    }
  }
}

extension AnalysisResult {
  /// What no quotient of two float32 numbers and no square of one comes near, and whose square is finite.
  private static let largest = 1e150

  fileprivate func checkTables(of model: Subject.Model, _ place: String) throws {
    var metricsSeen: Set<String> = []
    for table in tables {
      let place = "\(place), metric \(table.metric.id)"
      guard metricsSeen.insert(table.metric.id).inserted else {
        throw InputError(at: place, phrase("error.hasTwoTables"))
      }
      if let lowest = table.metric.lowest, let highest = table.metric.highest, lowest >= highest {
        throw InputError(
          at: place, phrase("error.hasLimitsReversed"), expected: "lowest < highest", found: "\(lowest), \(highest)")
      }
      var componentsSeen: Set<Component> = []
      for row in table.rows {
        let place = "\(place), \(row.component.id)"
        guard componentsSeen.insert(row.component).inserted else {
          throw InputError(at: place, phrase("error.occursTwice"))
        }
        guard model.has(row.component) else {
          throw InputError(at: place, phrase("error.noPartModel"), expected: model.extent(row.component.stack))
        }
        guard (0...Form.largest).contains(row.quantity.n) else {
          throw InputError(
            at: "\(place), n", phrase("error.isOutOfRange"), expected: "a count", found: "\(row.quantity.n)")
        }
        let numbers = [row.quantity.value, row.quantity.interval?.lowerBound, row.quantity.interval?.upperBound]
        if let number = numbers.compactMap(\.self).first(where: { abs($0) > Self.largest }) {
          throw InputError(
            at: place, phrase("error.isOutOfRange"),
            expected: phrase("expected.numbersUpLargest", ["largest": Self.largest]), found: "\(number)")
        }
      }
    }
  }
}

extension Subject.Model {
  /// Layers and heads of a stack; for those of all stacks together the decoder's.
  func size(_ stack: Component.Stack) -> (layers: Int, heads: Int) {
    if stack == .encoder, let encoder { return (encoder.layers, encoder.heads) }
    return (layers, heads)
  }

  func has(_ component: Component) -> Bool {
    guard component.stack == .only || encoder != nil else { return false }
    let (layers, heads) = size(component.stack)
    return switch component.place {
    case .model, .tensor, .edge, .label, .document, .task, .position: true
    case .point(let point): (0...layers).contains(point)
    case .layer(let layer), .neuron(let layer, _): (0..<layers).contains(layer)
    case .head(let layer, let head), .keyValueHead(let layer, let head):
      (0..<layers).contains(layer) && (0..<heads).contains(head)
    }
  }

  fileprivate func extent(_ stack: Component.Stack) -> String {
    guard stack == .only || encoder != nil else { return phrase("runResults.noStackModel") }
    let (layers, heads) = size(stack)
    return phrase("runResults.layers0Layers", ["layers": layers - 1, "heads": heads - 1])
  }
}
