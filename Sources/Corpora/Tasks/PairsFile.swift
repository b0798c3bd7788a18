import Foundation
import Support

/// A task as a file of pairs: JSON Lines with an object a line, or CSV or TSV with the same names as columns.
///
/// `clean` and `corrupt` are texts or lists of token ids, `answer` and `wrong` a token or a list of them, each as a text
/// or an id; `position`, `source` (a list of positions) and `label` may be there. In a table, lists are written as in
/// JSON, and numbers are ids where the prompts are. Blank lines are skipped.
package struct PairsFile: Sendable {
  package let path: String
  /// The file's name without its extension.
  package let name: String
  package let pairs: [TaskPair]

  private static let fields = ["clean", "corrupt", "answer", "wrong", "position", "source", "label"]

  /// - Throws: `InputError` for a file that is missing, empty, not UTF-8 or malformed, for a row without one of the first
  ///   four fields and for a field that is not known, with the line.
  package init(path: String) throws {
    self.path = path
    let url = URL(filePath: withoutGzip(path))
    name = url.deletingPathExtension().lastPathComponent
    let rows =
      switch url.pathExtension.lowercased() {
      case "csv": try Self.table(path, .comma)
      case "tsv": try Self.table(path, .tab)
      default: try Self.lines(path)
      }
    guard !rows.isEmpty else {
      throw InputError(at: path, phrase("error.hasNoPairs"), expected: phrase("expected.pairPerLine"))
    }
    pairs = try rows.enumerated().map { try TaskPair($1.members, row: $0, at: $1.place) }
  }

  private typealias Row = (members: JSONObject, place: String)

  private static func lines(_ path: String) throws -> [Row] {
    var reader = try LineReader(path: path)
    var rows: [Row] = []
    while let line = try reader.next() {
      guard !isBlank(line) else { continue }
      let options = JSONOptions(duplicates: .refused, position: .line(reader.line))
      let value = try JSON(Array(line.utf8), place: path, options)
      let place = "\(path): line \(reader.line)"
      guard let members = value.members else {
        throw InputError(
          at: place, phrase("error.notJsonObject"), expected: phrase("expected.onePerLine"), found: value.shown)
      }
      if let unknown = members.keys.first(where: { !fields.contains($0) }) {
        throw InputError(
          at: place, phrase("error.notKnownKey") + suggestion(for: unknown, among: fields), found: unknown)
      }
      rows.append((members, place))
    }
    return rows
  }

  private static func table(_ path: String, _ separator: CSVRows.Separator) throws -> [Row] {
    var reader = try CSVRows(LineReader(path: path), separator)
    guard let header = try reader.next() else { return [] }
    if let unknown = header.first(where: { !fields.contains($0) }) {
      throw InputError(
        at: "\(path): line \(reader.line)", phrase("error.notKnownKey") + suggestion(for: unknown, among: fields),
        found: unknown)
    }
    var rows: [Row] = []
    while let cells = try reader.next() {
      let place = "\(path): line \(reader.line)"
      guard cells.count == header.count else {
        throw InputError(
          at: place, phrase("error.hasOtherCells"), expected: "\(header.count)", found: "\(cells.count)")
      }
      func json(_ cell: String) throws -> JSON {
        try JSON(Array(cell.utf8), place: place, JSONOptions(position: .line(reader.line)))
      }
      let cellsByName = Dictionary(zip(header, cells)) { first, _ in first }
      let isOfIDs = cellsByName["clean"]?.hasPrefix("[") ?? false
      var members = JSONObject()
      for (name, cell) in zip(header, cells) where !cell.isEmpty {
        let isNumber = ["position", "source"].contains(name) || isOfIDs && ["answer", "wrong"].contains(name)
        members[name] = cell.hasPrefix("[") || isNumber ? try json(cell) : .string(cell)
      }
      rows.append((members, place))
    }
    return rows
  }
}

extension TaskPair {
  fileprivate init(_ members: JSONObject, row: Int, at place: String) throws {
    func fault(_ name: String, _ expected: String) -> InputError {
      InputError(
        at: "\(place): \(name)", phrase("error.isNotReadable"), expected: expected, found: members[name]?.shown)
    }
    func needed(_ name: String) throws -> JSON {
      guard let value = members[name] else { throw fault(name, phrase("expected.aPairHasIt")) }
      return value
    }
    func ids(_ name: String, _ values: [JSON]) throws -> [Int32] {
      try values.map { value in
        guard let id = value.number?.integer.flatMap(Int32.init(exactly:)), id >= 0 else {
          throw fault(name, phrase("expected.textOrIds"))
        }
        return id
      }
    }
    func prompt(_ name: String) throws -> Prompt {
      switch try needed(name) {
      case .string(let text) where !text.isEmpty: return .text(text)
      case .array(let values) where !values.isEmpty: return .ids(try ids(name, values))
      default: throw fault(name, phrase("expected.textOrIds"))
      }
    }
    func answers(_ name: String) throws -> [Answer] {
      let value = try needed(name), values = value.elements ?? [value]
      guard !values.isEmpty else { throw fault(name, phrase("expected.tokenOrList")) }
      return try values.map { value in
        switch value {
        case .string(let text) where !text.isEmpty: return .text(text)
        case .number(let number):
          if let id = number.integer.flatMap(Int32.init(exactly:)), id >= 0 { return .id(id) }
        default: break
        }
        throw fault(name, phrase("expected.tokenOrList"))
      }
    }
    self.row = row
    clean = try prompt("clean")
    corrupt = try prompt("corrupt")
    answer = try answers("answer")
    wrong = try answers("wrong")
    source = try members["source"].map { try ids("source", $0.elements ?? [$0]).map(Int.init) } ?? []
    position = try members["position"].map { Int(try ids("position", [$0])[0]) }
    label = members["label"].map { $0.string ?? $0.shown }
  }
}
