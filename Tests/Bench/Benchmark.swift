import Foundation

/// One thing that is timed.
struct Benchmark: Sendable {
  let name: String
  let run: @Sendable (String) -> Void
}

/// Seconds of `repeats` calls after one that warms up: median, least, most.
func time(_ repeats: Int = 5, _ body: () -> Void) -> (median: Double, least: Double, most: Double) {
  body()
  let seconds = (0..<repeats).map { _ in
    let start = DispatchTime.now().uptimeNanoseconds
    body()
    return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
  }.sorted()
  return (seconds[repeats / 2], seconds[0], seconds[repeats - 1])
}

func report(_ name: String, _ t: (median: Double, least: Double, most: Double), _ facts: [String: Double] = [:]) {
  let extra = facts.sorted { $0.key < $1.key }.map { ", \"\($0.key)\": \(rounded($0.value))" }.joined()
  print(
    "{\"bench\": \"\(name)\", \"median_s\": \(rounded(t.median)), \"min_s\": \(rounded(t.least)), \"max_s\": \(rounded(t.most))\(extra)}"
  )
}

func rounded(_ x: Double) -> String { String(format: "%.5g", x) }
