import Analyses
import Corpora
import Engine
import Foundation
import Results
import Support
import Transformers

/// One pair of 20 tokens at GPT-2-small's shape: the residual stream at every point and position, and every head's
/// output, of the clean run into the corrupt one; 384 runs where all differ.
let experimentBenchmarks = [
  Benchmark(name: "causal.sweep") { name in
    let file = FileManager.default.temporaryDirectory.appending(path: "tomograph-bench-pairs.jsonl")
    do {
      let model = try ModelShape.gpt2.model()
      let clean = (0..<20).map { 1000 + 37 * $0 }
      let row = #"{"clean": \#(clean), "corrupt": \#(clean.map { $0 + 1 }), "answer": 5, "wrong": 9}"#
      try Data(row.utf8).write(to: file)
      let task = try TokenizedTask(PairsFile(path: file.path(percentEncoded: false)), nil, model.description)
      var settings = CausalAnalysis.Settings()
      settings.maps = [.resid, .headZ]
      settings.modes = [.patch]
      let analysis = CausalAnalysis(
        AnalysisContext(
          model: model, seed: 0, label: nil, tasks: [task], settings: [CausalAnalysis.id: settings]))
      report(name, time(3) { _ = try? analysis.finish(NoState(), Runner(model)) })
    } catch {
      print("\(name): \(error)")
    }
  }
]
