import Support

/// What a CSV file says of images: its first column has their file names, relative to the folder, the others are
/// labels; the first row names the columns. An empty cell is no label.
///
/// Errors: a row of another number of cells; a file that is named twice or is none of the folder's images (the nearest
/// is named); images without a row.
struct ImageLabels {
  let columns: [String]
  /// By file name; each with its column.
  private let rows: [String: [(column: String, value: String)]]

  init(path: String, images: [String], folder: String) throws {
    var file = try CSVRows(path: path)
    guard let header = try file.next(), header.count > 1 else {
      throw InputError(
        at: path, phrase("error.hasNoLabels"), expected: phrase("expected.firstRowNames"))
    }
    let names = header.enumerated().map { $1.isEmpty ? "column \($0 + 1)" : $1 }
    try CorpusFile.checkNames(names, at: "\(path): line \(file.line)", .unreadable)
    let known = Set(images)
    var rows: [String: [(column: String, value: String)]] = [:]
    var lines: [String: Int] = [:]
    while let cells = try file.next() {
      let place = "\(path): line \(file.line)"
      guard cells.count == names.count else {
        throw InputError(
          at: place, phrase("error.hasAnotherNumberCells"), expected: "\(names.count)", found: "\(cells.count)")
      }
      var name = cells[0][...]
      while name.hasPrefix("./") { name = name.dropFirst(2) }
      let image = String(name)
      guard known.contains(image) else {
        let hint = suggestion(for: image, among: images.count <= 1000 ? images : [])
        throw InputError(
          at: place, phrase("error.namesNoImage", ["hint": hint]),
          expected: phrase("expected.aFileInFolder", ["folder": folder]), found: "\"\(image)\"")
      }
      if let earlier = lines[image] {
        throw InputError(at: place, phrase("error.namesImageLine", ["earlier": earlier]), found: "\"\(image)\"")
      }
      lines[image] = file.line
      rows[image] = zip(names, cells).dropFirst().filter { !$1.isEmpty }.map { ($0, $1) }
    }
    let unlabelled = images.filter { rows[$0] == nil }
    guard unlabelled.isEmpty else {
      throw InputError(
        at: path, phrase("error.hasNoRow", ["unlabelled": unlabelled.count, "images": images.count, "folder": folder]),
        expected: phrase("expected.aRowForEach"),
        found: phrase("found.noneForUnlabelled", ["unlabelled": unlabelled[0]]))
    }
    columns = Array(names.dropFirst())
    self.rows = rows
  }

  subscript(image: String) -> [(column: String, value: String)] { rows[image] ?? [] }
}
