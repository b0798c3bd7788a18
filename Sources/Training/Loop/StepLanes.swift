import CKernels
import Support
import Tensors
import Transformers

/// A step's batches, cut by rows into lanes that are differentiated side by side, each on one thread from its embeddings
/// to its gradients; only then do threads wait for each other, and the gradients are added up in the order of the lanes.
///
/// How many lanes there are follows from the batch and the model alone (`ModelInput.lanes`), so that a step does not
/// depend on the number of threads.
struct StepLanes {
  private let weights: TrainableWeights
  private let frozen: Set<Int>
  /// Where the lanes' gradients lie; those of the first are the optimiser's.
  private var storages: [Storage]

  init(_ optimizer: Optimizer) {
    weights = optimizer.weights
    frozen = optimizer.frozen
    storages = [optimizer.gradients]
  }

  /// The parts of one batch.
  func parts(of batch: ModelInput) -> [ModelInput] { batch.lanes(weights: weights.count).map(batch.rows) }

  /// By lane and parameter, where its passes leave their gradients.
  mutating func gradients(of lanes: Int) -> [[Tensor?]] {
    while storages.count < lanes { storages.append(Storage(count: weights.count)) }
    return storages.prefix(lanes).map { storage in
      weights.tensors(in: storage).enumerated().map { frozen.contains($0) ? nil : $1 }
    }
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
