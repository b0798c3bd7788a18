import Foundation
import Support
import Tensors
import TestSupport
import Testing
import Transformers

/// Files of weights that other programs touch while a model has them open.
@Suite("Weights that change")
struct ChangedFileTests {
  enum Change: CaseIterable { case shortened, emptied, rewritten, replaced, removed }

  private func apply(_ change: Change, to file: URL) throws {
    let size = try Data(contentsOf: file).count
    let handle = try FileHandle(forUpdating: file)
    defer { try? handle.close() }
    switch change {
    case .shortened: try handle.truncate(atOffset: UInt64(size / 2))
    case .emptied: try handle.truncate(atOffset: 0)
    case .rewritten:
      // Clocks of file systems are coarse.
      usleep(20_000)
      try handle.seek(toOffset: UInt64(size - 8))
      try handle.write(contentsOf: Data(repeating: 0xff, count: 8))
    case .replaced: try Data(repeating: 0, count: size).write(to: file, options: .atomic)
    case .removed: try FileManager.default.removeItem(at: file)
    }
  }

  @Test("are an error that names the file, not numbers", arguments: Change.allCases, [Precision.f32, .bf16])
  func run(change: Change, precision: Precision) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "changed-\(UUID().uuidString)")
    try FileManager.default.copyItem(at: Fixtures.url("models/gpt2"), to: folder)
    defer { try? FileManager.default.removeItem(at: folder) }
    let model = try Model(directory: folder, precision: precision.available)
    let input = ModelInput(rows: [[5, 6, 7]], pad: 1)
    _ = try model.run(input, TraceRequest(sites: [.logits]))
    try apply(change, to: folder.appending(path: "model.safetensors"))
    #expect { try model.run(input, TraceRequest(sites: [.logits])) } throws: { error in
      (error as? InputError)?.category == .unreadable && "\(error)".contains("model.safetensors: was changed")
    }
  }
}
