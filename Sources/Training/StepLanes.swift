import CKernels
import Tensors
import Transformers

/// A step's batches, cut by rows into lanes that are differentiated side by side, each on one thread from its embeddings
/// to its gradients; only then do threads wait for each other, and the gradients are added up in the order of the lanes.
///
/// How many lanes there are follows from the batch and the model alone, so that a step does not depend on the number of
/// threads: at most eight, a power of two, of at least 128 positions each, and as many as have gradients of 64 MiB
/// together. A model too large for that has one lane, within which threads share each operation.
struct StepLanes {
  private static let most = 8
  private static let leastPositions = 128
  /// Floats of all gradients together.
  private static let size = 1 << 24

  private let weights: TrainableWeights
  /// Where the lanes' gradients lie; those of the first are the optimiser's.
  private var storages: [Storage]

  init(_ optimizer: Optimizer) {
    weights = optimizer.weights
    storages = [optimizer.gradients]
  }

  /// The parts of one batch.
  func parts(of batch: ModelInput) -> [ModelInput] {
    let positions = batch.batch * (batch.length + (batch.target?.length ?? 0))
    var count = Self.most
    while count > 1,
      count > batch.batch || positions / count < Self.leastPositions || count * weights.count > Self.size
    { count /= 2 }
    return (0..<count).map { batch.rows($0 * batch.batch / count..<($0 + 1) * batch.batch / count) }
  }

  /// By lane and parameter, where its passes leave their gradients.
  mutating func gradients(of lanes: Int) -> [[Tensor?]] {
    while storages.count < lanes { storages.append(Storage(count: weights.count)) }
    return storages.prefix(lanes).map(weights.tensors)
  }

  /// Adds the other lanes' gradients to the first's.
  func add(_ lanes: Int) {
    guard lanes > 1 else { return }
    forEachChunk(of: weights.count, size: 1 << 14) { range in
      for storage in storages[1..<lanes] {
        tk_accumulate(
          storages[0].pointer + range.lowerBound, storage.pointer + range.lowerBound, range.count)
      }
    }
  }
}
