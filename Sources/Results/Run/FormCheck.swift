import Support

/// Holds the arrays and texts of an analysis against the forms that it gives them.
struct FormCheck {
  private let analysis: AnalysisResult
  private let model: Subject.Model
  private let place: String
  private let forms: AnalysisForm
  /// Lengths of axes by their name, with what first had them.
  private var lengths: [String: (count: Int, owner: String)] = [:]

  /// - Parameter file: of the tables, for errors.
  /// - Throws: `InputError` for an analysis that is not declared.
  init(_ analysis: AnalysisResult, _ model: Subject.Model, file: String) throws {
    self.analysis = analysis
    place = "\(file): analysis \"\(analysis.id)\""
    guard let forms = AnalysisForm.of(analysis.id) else {
      throw InputError(
        at: place, phrase("error.isNotKnown"),
        expected: phrase("expected.oneOfAll", ["all": AnalysisForm.all.map(\.id).joined(separator: ", ")]))
    }
    self.forms = forms
    self.model = model
    for stack in Component.Stack.allCases {
      let (layers, heads) = model.size(stack)
      for (axis, count) in [("layers", layers), ("heads", heads), ("points", layers + 1), ("cells", layers * heads)] {
        lengths[stack.key(axis)] = (count, phrase("formCheck.theModel"))
      }
    }
  }

  /// Whether everything is declared and has the shape that its form says.
  ///
  /// - Throws: `InputError` with the metric, the array or the texts.
  mutating func checkShapes() throws {
    let known = Set(forms.metrics.map(\.id))
    if let table = analysis.tables.first(where: { !known.contains($0.metric.id) }) {
      throw InputError(at: "\(place), metric \(table.metric.id)", phrase("error.notDeclaredThisAnalysis"))
    }
    for (name, array) in analysis.arrays.sorted(by: { $0.key < $1.key }) {
      let place = phrase(
        "formCheck.placeArrayDebugdescription", ["place": place, "debugDescription": name.debugDescription])
      guard let (form, scope, match) = Self.form(of: name, forms.arrays) else {
        throw InputError(at: place, phrase("error.notDeclaredThisAnalysis"))
      }
      guard array.shape.count == form.axes.count else {
        throw InputError(
          at: place, phrase("error.hasWrongShape"), expected: phrase("expected.axesAxes", ["axes": form.axes.count]),
          found: "\(array.shape)")
      }
      for (axis, count) in zip(form.axes, array.shape) { try bind(axis, count, scope, match, name, place) }
    }
    for (name, texts) in analysis.texts.sorted(by: { $0.key < $1.key }) {
      let place = phrase(
        "formCheck.placeTextsDebugdescription", ["place": place, "debugDescription": name.debugDescription])
      guard let (form, scope, match) = Self.form(of: name, forms.texts) else {
        throw InputError(at: place, phrase("error.notDeclaredThis"))
      }
      for axis in form.axes { try bind(axis, texts.count, scope, match, name, place) }
    }
  }

  /// The same, and whether everything is in it that its form says.
  ///
  /// - Throws: `InputError` where a length, a number or a text is not what its form says.
  mutating func checkAll() throws {
    try checkShapes()
    for (name, array) in analysis.arrays.sorted(by: { $0.key < $1.key }) {
      guard let (form, scope, match) = Self.form(of: name, forms.arrays) else { continue }
      let place = phrase(
        "formCheck.placeArrayDebugdescription", ["place": place, "debugDescription": name.debugDescription])
      try check(array, form, place)
      if case .point = form.member { try checkPoint(match, scope, place) }
    }
    for (name, texts) in analysis.texts.sorted(by: { $0.key < $1.key }) {
      guard let (form, _, _) = Self.form(of: name, forms.texts) else { continue }
      try check(
        texts, form,
        phrase("formCheck.placeTextsDebugdescription", ["place": place, "debugDescription": name.debugDescription]))
    }
    try checkSamples()
  }

  /// The first form that a name has, without its stack's prefix.
  private static func form(of name: String, _ forms: [Form]) -> (Form, Component.Stack, match: String)? {
    let stack = Component.Stack.allCases.first { $0 != .only && name.hasPrefix($0.key("")) } ?? .only
    let own = String(name.dropFirst(stack.key("").count))
    return forms.lazy.compactMap { form in form.match(own).map { (form, stack, $0) } }.first
  }

  private mutating func bind(
    _ axis: Form.Axis, _ count: Int, _ stack: Component.Stack, _ match: String, _ name: String, _ place: String
  ) throws {
    let (key, own): (String, Int)
    switch axis {
    case .free: return
    case .columns(let columns):
      guard count == columns.count else {
        throw InputError(at: place, phrase("error.hasWrongLength"), expected: "\(columns.count)", found: "\(count)")
      }
      return
    case .the(let axis, let more): (key, own) = (stack.key(axis), count - more)
    case .each(let axis, let more):
      (key, own) = (phrase("error.keyOfMatch", ["key": stack.key(axis), "match": match]), count - more)
    }
    guard let known = lengths[key] else {
      lengths[key] = (own, name)
      return
    }
    guard known.count == own else {
      throw InputError(
        at: place, phrase("error.doesNotFitOwner", ["owner": known.owner]),
        expected: phrase("expected.aLengthOfOwn", ["own": known.count + count - own]),
        found: "\(count)")
    }
  }

  private func check(_ array: NumericArray, _ form: Form, _ place: String) throws {
    func refuse(_ index: Int, _ expected: String) throws {
      throw InputError(
        at: "\(place), element \(index)", phrase("error.hasWrongValue"), expected: expected,
        found: "\(array.values[index])")
    }
    switch form.content {
    case .anything, .classes, .components, .one: return
    case .finite:
      if let index = array.values.firstIndex(where: { !$0.isFinite }) {
        try refuse(index, phrase("error.aFiniteNumber"))
      }
    case .shares:
      if let index = array.values.firstIndex(where: { !$0.isNaN && !(-1e-4...1.0001).contains($0) }) {
        try refuse(index, phrase("formCheck.shareFrom0"))
      }
    case .rising:
      if let index = array.values.firstIndex(where: { !$0.isFinite }) {
        try refuse(index, phrase("formCheck.aFiniteNumber"))
      }
      if let index = array.values.indices.dropFirst().first(where: { array.values[$0] < array.values[$0 - 1] }) {
        try refuse(index, phrase("formCheck.leastOneBefore"))
      }
    case .whole(let columns):
      let width = array.shape.last ?? 1
      let index = array.values.indices.first { index in
        let value = array.values[index]
        return (columns?.contains(index % width) ?? true)
          && !(value >= 0 && value <= Float(Form.largest) && value.rounded() == value)
      }
      if let index { try refuse(index, phrase("formCheck.wholeNumberFrom")) }
    }
  }

  private func check(_ texts: [String], _ form: Form, _ place: String) throws {
    switch form.content {
    case .classes:
      if let name = texts.first(where: { !$0.isEmpty && PatternClass(rawValue: $0) == nil }) {
        throw InputError(
          at: place, phrase("error.namesNoClass"),
          expected: PatternClass.allCases.map(\.rawValue).joined(separator: ", "),
          found: name.debugDescription)
      }
    case .components:
      if let name = texts.first(where: { !(Component(id: $0).map(model.has) ?? false) }) {
        throw InputError(at: place, phrase("error.namesNoPart"), found: name.debugDescription)
      }
    case .one(let words):
      if let word = texts.first(where: { !$0.isEmpty && !words.contains($0) }) {
        throw InputError(
          at: place, phrase("error.hasWordNot"), expected: words.joined(separator: ", "),
          found: word.debugDescription)
      }
    default: return
    }
  }

  private func checkPoint(_ text: String, _ stack: Component.Stack, _ place: String) throws {
    guard let point = Component(id: "R" + text), model.has(Component(point.place, stack: stack)) else {
      throw InputError(at: place, phrase("error.namesNoResidual"))
    }
  }

  /// What has to be there together: queries that are keys where they have no texts of their own, tokens with their
  /// patterns, blocks that cover their document.
  private func checkSamples() throws {
    typealias Key = AttentionMetrics
    for stack in Component.Stack.allCases {
      func place(_ key: ArrayKey) -> String {
        phrase("formCheck.placeArrayKey", ["place": self.place, "key": stack.key(key.name).debugDescription])
      }
      for id in analysis.members(of: Key.pattern, stack: stack) {
        let key = Key.pattern[id], shape = analysis[key, stack]?.shape ?? []
        guard analysis[Key.tokens[id], stack] != nil else {
          throw InputError(at: place(key), phrase("error.hasNoTexts"))
        }
        if analysis[Key.queries[id], stack] == nil, shape[2] != shape[3] {
          throw InputError(at: place(key), phrase("error.notSquareHas"), found: "\(shape)")
        }
      }
      for id in analysis.members(of: Key.pooledMean, stack: stack)
      where PooledAttention(analysis, stack: stack)?.id != id {
        throw InputError(
          at: place(Key.pooledMean[id]), phrase("error.doesNotFitTexts"),
          expected: phrase("expected.documentLengthSize"), found: "\(analysis[Key.pooled, stack] ?? [])")
      }
    }
  }
}
