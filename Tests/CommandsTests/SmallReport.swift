import Drawing
import Engine
import Foundation
import Reports
import Results
import TestSupport

/// A report of a small model, made once by the program for all tests that look at its figures.
struct SmallReport: Sendable {
  enum Example: String, CaseIterable, Sendable {
    case decoder, encoderDecoder, images
  }

  /// The run folder.
  let folder: URL
  let figures: [Figure]

  static func of(_ example: Example) throws -> SmallReport {
    switch example {
    case .decoder: try decoder.get()
    case .encoderDecoder: try encoderDecoder.get()
    case .images: try images.get()
    }
  }

  private static let decoder = Result { try make(.decoder) }
  private static let encoderDecoder = Result { try make(.encoderDecoder) }
  private static let images = Result { try make(.images) }

  /// Removed when the tests end.
  private static let root: URL = {
    let root = URL.temporaryDirectory.appending(path: "tomograph-figures-\(ProcessInfo.processInfo.processIdentifier)")
    atexit { try? FileManager.default.removeItem(at: SmallReport.root) }
    return root
  }()

  private static func make(_ example: Example) throws -> SmallReport {
    let run: SmallRun
    var arguments: [String]
    switch example {
    case .decoder:
      run = try SmallRun()
      arguments = run.arguments
    case .encoderDecoder:
      run = try SmallRun(of: "bart")
      let pairs = (0..<12).map { "number \($0) says\tnummer \($0 * $0) sagt\t0-0 1-1 2-2" }
      try run.write(pairs.joined(separator: "\n") + "\n", to: "pairs.tsv")
      arguments = [
        "--model", run.model, "--corpus", "pairs.tsv", "--columns", "en,de,gold", "--text", "en", "--pair", "de",
      ]
      arguments += ["--alignment", "gold"]
    case .images:
      run = try SmallRun(of: "vit")
      let files = [
        "photo.png", "held-1.png", "held-2.png", "held-3.png", "held-5.png", "grey.jpg", "inks.jpg", "baseline.jpg",
      ]
      for (index, file) in files.enumerated() {
        let place = run["photos/LABEL_\(index % 4)"]
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: Fixtures.url("images/\(file)"), to: place.appending(path: file))
      }
      arguments = ["--model", run.model, "--corpus", "photos", "--label", "class"]
    }
    let outcome = try Program.run(
      [
        "report", "--quiet", "--fail-on", "never", "--out",
        root.appending(path: example.rawValue).path(percentEncoded: false),
      ]
        + arguments, in: run.folder)
    guard outcome.code == 0 else { throw CocoaError(.executableRuntimeMismatch, userInfo: ["errors": outcome.errors]) }
    let names = try FileManager.default.contentsOfDirectory(
      atPath: root.appending(path: example.rawValue).path(percentEncoded: false))
    guard let name = names.first(where: { $0.hasPrefix("small-") }) else { throw CocoaError(.fileNoSuchFile) }
    let folder = root.appending(path: "\(example.rawValue)/\(name)")
    return SmallReport(folder: folder, figures: FigureCatalog.figures(of: try RunResults.read(from: folder)))
  }

  func file(_ name: String) throws -> Data { try Data(contentsOf: folder.appending(path: "figures/\(name)")) }

  /// The files of a kind, in the order of the figures.
  func files(_ ending: String) -> [String] { figures.map { $0.id + ending } }
}
