import Analyses
import Results
import Support

/// A line of `telemetry.jsonl`: a record as it is written there, and read back from there.
package enum TelemetryLine: Sendable {
  case step(TelemetryRecord)
  case evaluation(EvaluationRecord)

  /// What its fields are called.
  enum Name {
    static let step = "step", loss = "loss", clipping = "clipping", tokens = "tokens"
    static let learningRate = "learning_rate", classes = "class", depthSlope = "depth_slope"
    static let rankTokens = "effective_rank_tokens", evaluationLoss = "validation_loss"
    static let accuracy = "validation_accuracy", exactMatch = "validation_exact_match"
    static let fault = "fault", tensor = "tensor", batch = "batch", nans = "nans", infinities = "infinities"
    // Of the whole model, and of a parameter.
    static let gradientNorm = "grad_norm"
    // Of a parameter.
    static let gradientRMS = "grad_rms", ratio = "ratio", updateRatio = "update_ratio", weightNorm = "weight_norm"
    static let zeros = "zeros", nan = "nan"
    static let positiveInfinite = "positive_infinite", negativeInfinite = "negative_infinite"
    static let histogram = "histogram", counts = "counts", firstBin = "first_bin"
    // By parameter, layer, site or class.
    static let parameters = TelemetryFamily.parameters.rawValue, layers = TelemetryFamily.layers.rawValue
    static let flow = TelemetryFamily.flow.rawValue, relativeFlow = TelemetryFamily.relativeFlow.rawValue
    static let effectiveRank = TelemetryFamily.effectiveRank.rawValue, heads = TelemetryFamily.heads.rawValue
    static let entropy = TelemetryFamily.entropy.rawValue
    static let normalisedEntropy = TelemetryFamily.normalisedEntropy.rawValue
  }

  /// Whether a line of a file can be one.
  static func isLine(_ line: JSONObject) -> Bool {
    line[Name.step] != nil && (line[Name.clipping] ?? line[Name.evaluationLoss]) != nil
  }

  /// - Throws: `InputError` for a field that is missing or of another kind.
  init(_ line: JSONField) throws {
    self =
      try line[Name.clipping] == nil ? .evaluation(EvaluationRecord(line)) : .step(TelemetryRecord(line))
  }

  var step: Int {
    switch self {
    case .step(let record): record.step
    case .evaluation(let record): record.step
    }
  }

  package var bytes: [UInt8] { JSONLine.bytes(write) }

  /// Adds the fields in the byte order of their names.
  func write(to line: inout some TelemetryFields) {
    switch self {
    case .step(let record): record.write(to: &line)
    case .evaluation(let record): record.write(to: &line)
    }
  }
}

/// What takes the fields of a record one after the other: a line of JSON, or a log.
protocol TelemetryFields {
  mutating func add(_ name: String, _ value: Double)
  mutating func add(_ name: String, _ value: Int)
  mutating func add(_ name: String, _ value: String)
  mutating func add(_ name: String, _ values: [Double])
  mutating func add(_ name: String, _ values: some Collection<some BinaryInteger>)
  mutating func add(_ name: String, _ values: [String])
  mutating func add(_ name: String, _ body: (inout Self) -> Void)
  mutating func add(_ name: String, _ members: [String], _ add: (inout Self, String, Int) -> Void)
}

extension JSONLine: TelemetryFields {}

extension EvaluationRecord {
  fileprivate typealias Name = TelemetryLine.Name

  init(_ evaluation: EvaluationReport, step: Int) {
    self.init(
      step: step, accuracy: evaluation.accuracy, exactMatch: evaluation.exactMatch?.share, loss: evaluation.loss)
  }

  fileprivate init(_ line: JSONField) throws {
    self.init(
      step: try line.required(Name.step).integer(), accuracy: try line[Name.accuracy]?.logged(),
      exactMatch: try line[Name.exactMatch]?.logged(), loss: try line.required(Name.evaluationLoss).logged())
  }

  fileprivate func write(to line: inout some TelemetryFields) {
    line.add(Name.step, step)
    if let accuracy { line.add(Name.accuracy, accuracy) }
    if let exactMatch { line.add(Name.exactMatch, exactMatch) }
    line.add(Name.evaluationLoss, loss)
  }
}

extension TelemetryRecord {
  fileprivate typealias Name = TelemetryLine.Name

  fileprivate init(_ line: JSONField) throws {
    self.init(
      step: try line.required(Name.step).integer(), loss: try line.required(Name.loss).logged(),
      learningRate: try line.required(Name.learningRate).logged(),
      gradientNorm: try line.required(Name.gradientNorm).logged(),
      clipping: try line.required(Name.clipping).logged(), tokens: try line.required(Name.tokens).integer())
    parameters = try line.each(Name.parameters, Parameter.init)
    layers = try line.each(Name.layers) { name, norm in
      let parts = name.split(separator: ".")
      guard parts.count == 2, let layer = Int(parts[1]) else { throw norm.error(phrase("expected.stackAndLayer")) }
      return Layer(stack: String(parts[0]), layer: layer, gradientNorm: try norm.logged())
    }
    let relative = line[Name.relativeFlow], ranks = line[Name.effectiveRank]
    points = try line.each(Name.flow) { site, flow in
      Point(
        site: site, flow: try flow.logged(), relativeFlow: try relative?[site]?.logged(),
        effectiveRank: try ranks?[site]?.logged())
    }
    depthSlopes = try line.each(Name.depthSlope) { ($0, try $1.logged()) }
    rankTokens = try line.each(Name.rankTokens) { ($0, try $1.integer()) }
    let normalised = try line.required(Name.normalisedEntropy), classes = line[Name.classes]
    attention = try line.each(Name.entropy) { site, entropy in
      Attention(
        site: site, entropy: try entropy.array().map { try $0.logged() },
        normalisedEntropy: try normalised.required(site).array().map { try $0.logged() },
        classes: try classes?.required(site).array().map { name in
          guard let found = PatternClass(rawValue: try name.string()) else {
            throw name.error(PatternClass.allCases.map(\.rawValue).joined(separator: ", "))
          }
          return found
        })
    }
    fault = try line[Name.fault].map { fault in
      NumericFault(
        tensor: try fault.required(Name.tensor).string(), nans: try fault.required(Name.nans).integer(),
        infinities: try fault.required(Name.infinities).integer(), batch: try fault.required(Name.batch).integer())
    }
  }

  fileprivate func write(to line: inout some TelemetryFields) {
    let sites = attention.map(\.site), ranked = points.filter { $0.effectiveRank != nil }
    let relative = points.filter { $0.relativeFlow != nil }
    if headCounts != nil {
      line.add(Name.classes, sites) { $0.add($1, (attention[$2].classes ?? []).map(\.rawValue)) }
    }
    line.add(Name.clipping, clipping)
    line.add(Name.depthSlope, depthSlopes.map(\.stack)) { $0.add($1, depthSlopes[$2].slope) }
    line.add(Name.effectiveRank, ranked.map(\.site)) { $0.add($1, ranked[$2].effectiveRank ?? .nan) }
    line.add(Name.rankTokens, rankTokens.map(\.stack)) { $0.add($1, rankTokens[$2].count) }
    line.add(Name.entropy, sites) { $0.add($1, attention[$2].entropy) }
    if let fault {
      line.add(Name.fault) {
        $0.add(Name.batch, fault.batch)
        $0.add(Name.infinities, fault.infinities)
        $0.add(Name.nans, fault.nans)
        $0.add(Name.tensor, fault.tensor)
      }
    }
    line.add(Name.flow, points.map(\.site)) { $0.add($1, points[$2].flow) }
    line.add(Name.gradientNorm, gradientNorm)
    if let headCounts {
      line.add(Name.heads, headCounts.map(\.name.rawValue)) { $0.add($1, headCounts[$2].count) }
    }
    line.add(Name.layers, layers.map { "\($0.stack).\($0.layer)" }) { $0.add($1, layers[$2].gradientNorm) }
    line.add(Name.learningRate, learningRate)
    line.add(Name.loss, loss)
    line.add(Name.normalisedEntropy, sites) { $0.add($1, attention[$2].normalisedEntropy) }
    line.add(Name.parameters, parameters.map(\.name)) { line, name, index in
      line.add(name) { parameters[index].write(to: &$0) }
    }
    line.add(Name.relativeFlow, relative.map(\.site)) { $0.add($1, relative[$2].relativeFlow ?? .nan) }
    line.add(Name.step, step)
    line.add(Name.tokens, tokens)
  }
}

extension TelemetryRecord.Parameter {
  private typealias Name = TelemetryLine.Name

  fileprivate init(_ name: String, _ fields: JSONField) throws {
    func count(_ name: String) throws -> Int { try fields[name]?.integer() ?? 0 }
    self.init(
      name: name, gradientNorm: try fields.required(Name.gradientNorm).logged(),
      gradientRMS: try fields.required(Name.gradientRMS).logged(), ratio: try fields.required(Name.ratio).logged(),
      weightNorm: try fields.required(Name.weightNorm).logged(), updateRatio: try fields[Name.updateRatio]?.logged(),
      zeros: try count(Name.zeros), nans: try count(Name.nan), positiveInfinities: try count(Name.positiveInfinite),
      negativeInfinities: try count(Name.negativeInfinite))
    guard let filled = fields[Name.histogram] else { return }
    let counts = try filled.required(Name.counts).array().map { UInt64(max(0, try $0.integer())) }
    let first = try filled.required(Name.firstBin).integer()
    guard first >= 0, first + counts.count <= GradientFormulas.bins else {
      throw filled.error(phrase("expected.mostBins", ["count": GradientFormulas.bins]))
    }
    histogram = [UInt64](repeating: 0, count: GradientFormulas.bins)
    histogram?.replaceSubrange(first..<first + counts.count, with: counts)
  }

  fileprivate func write(to line: inout some TelemetryFields) {
    line.add(Name.gradientNorm, gradientNorm)
    line.add(Name.gradientRMS, gradientRMS)
    if let filledBins {
      line.add(Name.histogram) {
        $0.add(Name.counts, filledBins)
        $0.add(Name.firstBin, filledBins.startIndex)
      }
    }
    if nans > 0 { line.add(Name.nan, nans) }
    if negativeInfinities > 0 { line.add(Name.negativeInfinite, negativeInfinities) }
    if positiveInfinities > 0 { line.add(Name.positiveInfinite, positiveInfinities) }
    line.add(Name.ratio, ratio)
    if let updateRatio { line.add(Name.updateRatio, updateRatio) }
    line.add(Name.weightNorm, weightNorm)
    if zeros > 0 { line.add(Name.zeros, zeros) }
  }
}

extension JSONField {
  /// A number, or the name of one that is not finite.
  fileprivate func logged() throws -> Double { try value.logged ?? double() }

  /// What `read` makes of the members of a member, in their order; empty where there is none.
  fileprivate func each<Value>(_ key: String, _ read: (String, JSONField) throws -> Value) throws -> [Value] {
    try self[key]?.fields().map { try read($0.key, $0.field) } ?? []
  }
}
