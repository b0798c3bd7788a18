import Foundation
import Tensors
import Transformers

/// Times the engine on the work of the peers' scripts; one JSON line a case: median, least and most seconds.
///
/// usage: bench NAME… (all where none is named)
let arguments = Array(CommandLine.arguments.dropFirst())

for entry in productBenchmarks + modelBenchmarks + precisionBenchmarks + trainingBenchmarks + figureBenchmarks
where arguments.isEmpty || arguments.contains(where: entry.name.hasPrefix) {
  entry.run(entry.name)
}
