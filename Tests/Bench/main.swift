import Foundation
import Transformers

/// Times the engine on the work of the peers' scripts; one JSON line a case: median, least and most seconds.
///
/// usage: bench NAME… (all where none is named)
let arguments = Array(CommandLine.arguments.dropFirst())

let benchmarks =
  [peakBenchmark] + productBenchmarks + modelBenchmarks + precisionBenchmarks + trainingBenchmarks
  + experimentBenchmarks
  + figureBenchmarks

for entry in benchmarks
where arguments.isEmpty || arguments.contains(where: { isMeant(entry.name, by: $0) }) {
  entry.run(entry.name)
}

/// An argument is the name of a benchmark, or the beginning of several.
func isMeant(_ name: String, by argument: String) -> Bool {
  benchmarks.contains { $0.name == argument } ? name == argument : name.hasPrefix(argument)
}
