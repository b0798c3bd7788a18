import Diagnosis
import Foundation
import Reports
import Results
import Support
import Testing

@Suite struct HistoryTests {
  private func entry(_ name: String, in folder: URL) throws -> HistoryEntry {
    let metric = Metric("attention.sinkRate", source: "test")
    let odd = Metric("gradients.depthSlope", source: "test")
    let results = RunResults(
      subject: Subject(
        name: name,
        model: .init(
          name: "m", family: "gpt2", task: "t", layers: 1, heads: 1, width: 1, headWidth: 1, vocabulary: 1,
          parameters: 1, isCausal: true),
        corpus: .init(name: "c", documents: 1, tokens: 1, label: nil, truncated: 0), seed: 0),
      analyses: [
        AnalysisResult(
          id: "attention",
          tables: [
            MetricTable(metric, [.init(.model, Quantity(0.25, n: 1))]),
            MetricTable(odd, [.init(.model, Quantity(.nan, n: 1))]),
          ])
      ])
    let file = folder.appending(path: "results.json")
    try Data("{}".utf8).write(to: file)
    return try HistoryEntry(results, Verdict([]), resultsFile: file)
  }

  private func temporaryFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: "history-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  @Test("Runs that end at the same time each get a whole line")
  func concurrentLines() async throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "history.jsonl")
    let entries = try (0..<40).map { try entry("run-\($0)", in: folder) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for entry in entries { group.addTask { try entry.append(to: file) } }
      try await group.waitForAll()
    }
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    let read: [HistoryEntry] = try lines.map {
      try JSONField(JSON(Array($0.utf8), place: "line"), file: "line").decoded()
    }
    #expect(Set(read) == Set(entries))
    #expect(read.count == 40)
    #expect(read[0].values == ["attention.sinkRate": 0.25])
  }

  @Test("A history that cannot be written is an error of one line")
  func unwritable() throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let entry = try entry("run", in: folder)
    #expect(throws: InputError.self) { try entry.append(to: folder.appending(path: "missing/history.jsonl")) }
    #expect(throws: InputError.self) { try entry.append(to: URL(filePath: "/dev/full")) }
  }
}
