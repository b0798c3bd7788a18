import Engine
import Results
import Support
import Tensors

/// What probes learn from and are tried on: vectors with a class each, split by document into training (60 %),
/// validation (20 %) and test (20 %) through a hash of the document's id and the seed.
struct ProbeExamples {
  /// A class with fewer training examples is left out.
  static let least = 10

  struct Part {
    var tokens: [TokenSample.Token] = []
    var labels: [Int] = []
  }

  /// The names of the classes, sorted.
  let classes: [String]
  private(set) var train = Part()
  private(set) var validation = Part()
  private(set) var test = Part()
  /// Classes that are left out, and how many examples have them.
  private(set) var rare: (classes: Int, examples: Int)

  init(_ tokens: [TokenSample.Token], seed: UInt64) {
    var counts: [String: Int] = [:], all: Set<String> = []
    for case (let token, let label?) in tokens.map({ ($0, $0.label) }) {
      all.insert(label)
      if Self.part(token.documentHash, seed) == \.train { counts[label, default: 0] += 1 }
    }
    classes = all.filter { counts[$0] ?? 0 >= Self.least }.sorted()
    let numbers = Dictionary(uniqueKeysWithValues: zip(classes, classes.indices))
    var left = 0
    rare = (0, 0)
    for case (let token, let label?) in tokens.map({ ($0, $0.label) }) {
      guard let number = numbers[label] else {
        left += 1
        continue
      }
      let part = Self.part(token.documentHash, seed)
      self[keyPath: part].tokens.append(token)
      self[keyPath: part].labels.append(number)
    }
    rare = (all.count - classes.count, left)
  }

  private static func part(_ document: UInt64, _ seed: UInt64) -> WritableKeyPath<ProbeExamples, Part> {
    switch SplitMix.number(seed, of: ~document) % 5 {
    case 0...2: \.train
    case 3: \.validation
    default: \.test
    }
  }

  /// Whether there are two classes, and examples to choose and test probes on.
  var isEnough: Bool { classes.count > 1 && !validation.labels.isEmpty && !test.labels.isEmpty }
}

/// Test examples with what is needed for the bootstrap over their documents.
struct ProbeTest {
  private let count: Int
  /// Of every example, how often its document is drawn in each replicate; empty for a single document.
  private let replicates: [[Double]]

  init(_ tokens: [TokenSample.Token]) {
    count = tokens.count
    var weights: [UInt64: BootstrapWeights] = [:]
    for token in tokens where weights[token.documentHash] == nil {
      weights[token.documentHash] = BootstrapWeights(hash: token.documentHash)
    }
    let each = tokens.compactMap { weights[$0.documentHash]?.counts }
    replicates =
      weights.count > 1 ? (0..<BootstrapWeights.replicates).map { replicate in each.map { $0[replicate] } } : []
  }

  /// What a number of weighted examples is, with its interval; nil from a replicate that has none.
  private func quantity(_ value: (_ weights: [Double]) -> Double?) -> Quantity {
    guard let whole = value([Double](repeating: 1, count: count)) else { return .notApplicable }
    return Quantity(whole, n: count, interval: interval95(replicates.compactMap(value)))
  }

  /// The mean of a number per example.
  func mean(_ numbers: [Double]) -> Quantity {
    quantity { weights in
      let (sum, all) = zip(numbers, weights).reduce((0, 0)) { ($0.0 + $1.0 * $1.1, $0.1 + $1.1) }
      return all > 0 ? sum / all : nil
    }
  }

  /// The mean over classes of `2·TP/(2·TP + FP + FN)`, without those that are neither in the labels nor predicted.
  func macroF1(_ predictions: [Int], _ labels: [Int], classes: Int) -> Quantity {
    quantity { weights in
      var (hits, sizes) = ([Double](repeating: 0, count: classes), [Double](repeating: 0, count: classes))
      for (i, weight) in weights.enumerated() {
        sizes[labels[i]] += weight
        sizes[predictions[i]] += weight
        if labels[i] == predictions[i] { hits[labels[i]] += weight }
      }
      let seen = (0..<classes).filter { sizes[$0] > 0 }
      return seen.isEmpty ? nil : seen.reduce(0) { $0 + 2 * hits[$1] / sizes[$1] } / Double(seen.count)
    }
  }
}
