package import Engine
package import Results
package import Support
import Tensors
package import Transformers

/// What a job can say of the probes: `{ probes: { label: "upos", c: 0.1, mlp: false } }`.
package struct ProbeSettings: AnalysisSettings {
  /// The column of labels; nil for that of the corpus.
  package var label: String?
  /// The weight of the losses against that of the penalty, above 0; nil to choose it on the validation documents.
  package var c: Double? = 1
  /// Whether probes with a hidden layer are fitted too.
  package var fitsMultilayer = true

  package init() {}

  /// `c` is a number above 0, or `"validation"`.
  package init(_ setting: Setting) throws {
    let fields = try setting.fields(["label", "c", "mlp"])
    label = try fields["label"]?.text()
    fitsMultilayer = try fields["mlp"]?.flag() ?? fitsMultilayer
    guard let strength = fields["c"] else { return }
    let number = try? strength.number()
    guard (number ?? 0) > 0 || (try? strength.text()) == "validation" else {
      throw strength.error(phrase("setting.hasWrongType"), expected: phrase("expected.numberOrValidation"))
    }
    c = number
  }
}

/// What can be read from the residual points about the labels of the corpus: linear probes and ones with a hidden layer
/// (Alain & Bengio 2016), a control task and the most frequent class beside them (Hewitt & Liang 2019).
///
/// The examples are a bounded choice of ordinary labelled tokens, or of documents, whose vector is the mean of their
/// ordinary tokens, where the label belongs to the document. Vectors are standardised by the means and deviations of the
/// training examples. Definitions: `ProbeMetrics`.
package struct ProbeAnalysis: StackAnalysis {
  package static let id = ProbeMetrics.analysis
  package static let settings: any AnalysisSettings.Type = ProbeSettings.self
  package static let isByDefault = false
  /// Examples kept, and the bytes of their vectors.
  static let limit = 8192, memory = 128 << 20
  /// Among which the penalty's weight is chosen.
  static let strengths = [0.001, 0.01, 0.1, 1, 10]

  private let order: [Site]
  private let width: Int
  private let seed: UInt64
  private let label: String?
  private let isOfImages: Bool
  private let settings: ProbeSettings

  package struct State: AnalysisState {
    fileprivate var tokens: TokenSample
    fileprivate var documents: TokenSample

    package mutating func merge(_ later: State) {
      tokens.merge(later.tokens)
      documents.merge(later.documents)
    }

    package func fits(_ later: State) -> Bool { tokens.fits(later.tokens) && documents.fits(later.documents) }
  }

  package init(_ context: AnalysisContext, _ stack: StackDescription) {
    self.init(context, stack, context.settings(of: Self.id))
  }

  package init(_ context: AnalysisContext, _ stack: StackDescription, _ settings: ProbeSettings) {
    order = (0...stack.layers).map(stack.residual(point:))
    width = stack.width
    seed = context.seed
    label = context.label
    isOfImages = context.model.description.image != nil
    self.settings = settings
  }

  package var sites: Set<Site> { label == nil ? [] : Set(order) }

  package var empty: State {
    let limit = min(Self.limit, max(512, Self.memory / (order.count * width * MemoryLayout<Float>.size)))
    return State(
      tokens: TokenSample(limit: limit, width: width),
      documents: TokenSample(limit: limit, width: order.count * width))
  }

  package func observe(_ documents: [TokenizedDocument], of observation: Observation, into state: inout State) {
    let points = order.compactMap { observation.trace[$0] }
    guard label != nil, points.count == order.count else { return }
    let labels = documents.map(wholeLabel)
    guard labels.contains(where: { $0 != nil }) else {
      state.tokens.offer(documents, points: points, labelled: true)
      return
    }
    var chosen: [TokenizedDocument] = [], vectors: [Float] = []
    for (row, document) in documents.enumerated() {
      let positions = document.ids.indices.filter { TokenSample.isOrdinary(document, $0) }
      guard let label = labels[row], !positions.isEmpty else { continue }
      var document = document
      document.documentLabel = label
      chosen.append(document)
      for point in points { vectors += mean(point[row], positions) }
    }
    guard !chosen.isEmpty else { return }
    state.documents.offer(chosen, vectors: Tensor(vectors, shape: [chosen.count, order.count * width]))
  }

  /// The label of a document as a whole; an image has that of its patches.
  private func wholeLabel(_ document: TokenizedDocument) -> String? {
    document.documentLabel ?? (isOfImages ? document.labels.lazy.compactMap(\.self).first : nil)
  }

  /// Of the rows of `[T, C]` at some positions.
  private func mean(_ states: Tensor, _ positions: [Int]) -> [Float] {
    (0..<width).map { feature in
      let sum = positions.reduce(0.0) { $0 + Double(states.pointer[$1 * width + feature]) }
      return Float(sum / Double(positions.count))
    }
  }

  package func result(of state: State) -> AnalysisResult { result(of: state, nil) }

  package func finish(_ state: State, _ runner: Runner) -> AnalysisResult { result(of: state, runner) }

  private func result(of state: State, _ runner: Runner?) -> AnalysisResult {
    guard let label else { return notApplicable(Message("note.probes.noLabel")) }
    if let other = settings.label, other != label {
      return notApplicable(Message("note.probes.otherLabel", ["label": label, "other": other]))
    }
    let documents = state.documents.chosen, isOfTokens = documents.isEmpty
    let chosen = isOfTokens ? state.tokens.chosen : documents
    let examples = ProbeExamples(chosen, seed: seed)
    guard examples.isEnough else {
      return notApplicable(
        Message(
          "note.probes.few",
          ["examples": chosen.count, "label": label, "classes": examples.classes.count, "least": ProbeExamples.least]))
    }
    let suite = ProbeSuite(
      examples, points: order.count, width: width, seed: seed, c: settings.c, hasControl: isOfTokens,
      fitsMultilayer: settings.fitsMultilayer, runner)
    var result = suite.result
    let unit = isOfTokens ? "tokens" : isOfImages ? "images" : "documents"
    result.notes.insert(
      Note(
        Message(
          "note.probes.examples",
          [
            "train": examples.train.labels.count, "validation": examples.validation.labels.count,
            "test": examples.test.labels.count, "unit": unit, "classes": examples.classes.count, "label": label,
          ])), at: 0)
    if examples.rare.classes > 0 {
      result.notes.append(
        Note(
          Message(
            "note.probes.rare",
            [
              "classes": examples.rare.classes, "least": ProbeExamples.least, "examples": examples.rare.examples,
              "unit": unit,
            ])))
    }
    if !isOfTokens { result.notes.append(Note(Message("note.probes.means", ["unit": unit]))) }
    return result
  }

  private func notApplicable(_ reason: Message) -> AnalysisResult { AnalysisResult(id: Self.id, notApplicable: reason) }
}
