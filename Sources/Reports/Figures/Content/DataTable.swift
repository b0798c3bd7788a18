package import Plotting

/// The numbers behind a figure, in columns.
package struct DataTable: Sendable {
  package enum Column: Sendable {
    case texts([String])
    /// As they are drawn, so that nothing in them is invisible.
    case tokens([String])
    case readings([PlotValue])
    case integers([Int])

    var count: Int {
      switch self {
      case .texts(let texts), .tokens(let texts): texts.count
      case .readings(let readings): readings.count
      case .integers(let integers): integers.count
      }
    }

    func field(_ row: Int) -> String {
      switch self {
      case .texts(let texts): Escaping.csv(texts[row])
      case .tokens(let tokens): Escaping.csv(TokenText(visible: tokens[row]).whole)
      case .integers(let integers): String(integers[row])
      case .readings(let readings):
        readings[row].number.map { NumberFormat.machine($0, digits: 7) }
          ?? readings[row].code?.replacing("−", with: "-") ?? ""
      }
    }
  }

  package let names: [String]
  package let columns: [Column]

  package init(_ columns: [(name: String, column: Column)]) {
    names = columns.map(\.name)
    self.columns = columns.map(\.column)
    precondition(Set(self.columns.map(\.count)).count <= 1, "columns of different lengths: \(names)")
  }

  package var rowCount: Int { columns.first?.count ?? 0 }

  /// RFC 4180, with a line feed after each row.
  package var csv: String {
    var text = names.map(Escaping.csv).joined(separator: ",") + "\n"
    for row in 0..<rowCount {
      for (index, column) in columns.enumerated() {
        if index > 0 { text += "," }
        text += column.field(row)
      }
      text += "\n"
    }
    return text
  }
}
