package import Foundation

/// Programs that look at figures; tests that need one are skipped where it is missing.
package enum Tool {
  package struct Outcome {
    package var status: Int32
    package var output: Data
    package var errors: String

    package var text: String { String(decoding: output, as: UTF8.self) }
  }

  package static func path(_ name: String) -> String? {
    ["/usr/bin", "/usr/local/bin"].map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Runs a program in a folder to its end.
  package static func run(_ name: String, _ arguments: [String], in folder: URL) throws -> Outcome {
    let scratch = FileManager.default.temporaryDirectory.appending(path: "tool-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let files = ["out", "err"].map { scratch.appending(path: $0) }
    for file in files { try Data().write(to: file) }
    let process = Process()
    process.executableURL = URL(filePath: path(name) ?? name)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: try Data(contentsOf: files[0]),
      errors: try String(contentsOf: files[1], encoding: .utf8))
  }

  /// What Chromium finds wrong with SVGs that stand in one page: those that are not seen, ids that two of them have,
  /// references to nothing. Empty for a good page.
  package static func faultsInChromium(_ svgs: [String], in folder: URL) throws -> [String] {
    let page =
      """
      <!doctype html><meta charset="utf-8"><title>not run</title><body>
      \(svgs.joined(separator: "\n"))
      <script>
      const faults = [], ids = new Set(), figures = document.querySelectorAll("body > svg");
      for (const element of document.querySelectorAll("[id]")) {
        if (ids.has(element.id)) faults.push("two of " + element.id);
        ids.add(element.id);
      }
      for (const svg of figures) {
        const seen = svg.getBoundingClientRect(), wanted = svg.viewBox.baseVal.width * 4 / 3;
        if (Math.abs(seen.width - wanted) > 1 || seen.height < 10) faults.push(svg.id + " is " + seen.width + " wide");
        const drawn = svg.getBBox();
        if (!(drawn.width > 10 && drawn.height > 10)) faults.push(svg.id + " is empty");
        for (const use of svg.querySelectorAll("use")) {
          const target = document.getElementById((use.getAttribute("href") || "").slice(1));
          if (!target || !svg.contains(target)) faults.push(svg.id + " uses " + use.getAttribute("href"));
        }
        if (!svg.querySelector("title") || !svg.querySelector("desc")) faults.push(svg.id + " has no words");
        if (svg.querySelector("text, foreignObject, script, style")) faults.push(svg.id + " needs more than shapes");
      }
      if (figures.length !== \(svgs.count)) faults.push(figures.length + " figures");
      document.title = "[" + faults.slice(0, 20).join("|") + "]";
      </script>
      """
    try Data(page.utf8).write(to: folder.appending(path: "page.html"))
    let outcome = try run(
      "chromium",
      [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-extensions", "--no-first-run",
        "--user-data-dir=\(folder.appending(path: "chromium").path(percentEncoded: false))", "--dump-dom",
        folder.appending(path: "page.html").absoluteString,
      ], in: folder)
    guard let start = outcome.text.range(of: "<title>["), let end = outcome.text.range(of: "]</title>") else {
      return ["Chromium says nothing: \(outcome.text.prefix(200)) \(outcome.errors.suffix(300))"]
    }
    return outcome.text[start.upperBound..<end.lowerBound].split(separator: "|").map(String.init)
  }
}
