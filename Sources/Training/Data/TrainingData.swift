import Analyses
import Corpora
import Engine
import Support
import Tensors
package import Transformers

/// Examples in an order that follows from seed and epoch, as the batches of any step.
package final class TrainingData {
  private let examples: [TrainingExample]
  private let task: TrainingTask
  private let pad: Int32
  private let mask: Int32?
  private let vocabulary: Int
  private let images: CorpusImages?
  /// Every image's pixels, where they are few enough to be kept.
  private let pixels: Tensor?
  private var order: (epoch: Int, seed: UInt64, indices: [Int])?

  package var count: Int { examples.count }
  /// Real positions of all examples.
  package var tokens: Int { examples.reduce(0) { $0 + $1.ids.count + ($1.target?.read.count ?? 0) } }

  /// Pixels that are kept at most, 1 GiB.
  private static let keptPixels = 1 << 28

  init(
    _ examples: [TrainingExample], task: TrainingTask, pad: Int32, mask: Int32?, vocabulary: Int, images: CorpusImages?
  ) throws {
    self.examples = examples
    self.task = task
    self.pad = pad
    self.mask = mask
    self.vocabulary = vocabulary
    self.images = images
    if task == .maskedLanguageModel, mask == nil {
      throw InputError(
        .usage, at: "tokenizer", phrase("error.hasNoMask"), expected: phrase("expected.oneMaskedLanguage"))
    }
    let size = images.map { $0.processor.image.channels * $0.processor.image.side * $0.processor.image.side } ?? 0
    let isKept = examples.count * size <= Self.keptPixels
    pixels = isKept ? try images?.input(examples.compactMap(\.image)).pixels : nil
  }

  /// The batches of a step: `batch` examples in each of `accumulation` batches, on and on through the epochs.
  package func batches(step: Int, batch: Int, accumulation: Int, masking: Double, seed: UInt64) throws -> [ModelInput] {
    try (0..<accumulation).map { part in
      let first = (step * accumulation + part) * batch
      return try input((first..<first + batch).map { index(at: $0, seed: seed) }, masking, mixed(seed, UInt64(first)))
    }
  }

  /// All examples once, in their own order, for an evaluation; what is masked is the same each time.
  package func batches(of size: Int, masking: Double, seed: UInt64) throws -> [ModelInput] {
    try stride(from: 0, to: count, by: size).map { start in
      try input(Array(start..<min(count, start + size)), masking, mixed(seed ^ 0x6576_616C, UInt64(start)))
    }
  }

  /// At most so many of a translation's pairs, evenly among all; the same each time.
  package func pairs(atMost limit: Int) -> [TranslationPair] {
    let number = min(limit, count)
    return (0..<number).compactMap { index in
      let example = examples[index * count / number]
      return example.target.map { TranslationPair(source: example.ids, reference: $0.labels) }
    }
  }

  /// How often all examples were seen after so many steps.
  package func epochs(steps: Int, batch: Int, accumulation: Int) -> Double {
    Double(steps) * Double(batch * accumulation) / Double(count)
  }

  private func index(at place: Int, seed: UInt64) -> Int {
    let epoch = place / count
    if let order, order.epoch == epoch, order.seed == seed { return order.indices[place % count] }
    var generator = SeededGenerator(seed: mixed(seed ^ 0x6F72_6465, UInt64(epoch)))
    let indices = (0..<count).shuffled(using: &generator)
    order = (epoch, seed, indices)
    return indices[place % count]
  }

  private func mixed(_ seed: UInt64, _ number: UInt64) -> UInt64 {
    var generator = SeededGenerator(seed: seed, stream: number)
    return generator.next()
  }

  private func input(_ indices: [Int], _ masking: Double, _ seed: UInt64) throws -> ModelInput {
    let rows = indices.map { examples[$0] }
    if let images {
      var input: ModelInput
      if let pixels {
        let shape = images.processor.image, size = shape.channels * shape.side * shape.side
        let batch = Tensor(uninitialized: [indices.count, shape.channels, shape.side, shape.side])
        for (n, index) in indices.enumerated() {
          (batch.pointer + n * size).update(from: pixels.pointer + index * size, count: size)
        }
        input = ModelInput(pixels: batch, for: shape)
      } else {
        input = try images.input(rows.compactMap(\.image))
      }
      input.labels = rows.map { $0.classIndex ?? -100 }
      return input
    }
    let types = rows.contains { $0.typeIDs != nil } ? rows.map { $0.typeIDs ?? $0.ids.map { _ in 0 } } : nil
    var input = ModelInput(rows: rows.map(\.ids), typeIDs: types, pad: pad)
    switch task {
    case .languageModel: input.labels = input.nextTokenLabels
    case .maskedLanguageModel: apply(masking, to: &input, rows, seed)
    case .tokenClassification: input.labels = ModelInput(rows: rows.map { $0.labels ?? [] }, pad: -100).ids
    case .sequenceClassification: input.labels = rows.map { $0.classIndex ?? -100 }
    case .translation:
      let read = ModelInput(rows: rows.map { $0.target?.read ?? [] }, pad: pad)
      input.target = ModelInput.Target(length: read.length, ids: read.ids, mask: read.mask)
      input.labels = ModelInput(rows: rows.map { $0.target?.labels ?? [] }, pad: -100).ids
    case .imageClassification: break
    }
    return input
  }

  private func apply(_ share: Double, to input: inout ModelInput, _ rows: [TrainingExample], _ seed: UInt64) {
    guard let mask else { return }
    let masking = TokenMasking(mask: mask, vocabulary: vocabulary, share: share)
    var generator = SeededGenerator(seed: seed)
    var labels = input.ids.map { _ in Int32(-100) }
    input.labels = labels
    for (row, example) in rows.enumerated() {
      masking.apply(to: &input, row: row, where: example.isMaskable, using: &generator)
    }
    // A batch of which nothing was chosen has its first ordinary token to predict.
    guard input.labels == labels, let row = rows.firstIndex(where: { $0.isMaskable.contains(true) }) else { return }
    let at = row * input.length + (rows[row].isMaskable.firstIndex(of: true) ?? 0)
    labels[at] = input.ids[at]
    input.labels = labels
    input.ids[at] = mask
  }
}
