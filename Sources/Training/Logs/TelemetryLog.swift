/// Takes a record's numbers as entries of a log, those of members under names with slashes; lists and texts are none.
struct TelemetryLog: TelemetryFields {
  private let columns: LogColumns
  private let step: Int
  private var log = LogCollector()
  private var prefix = ""

  /// Adds the numbers of a line.
  static func add(_ line: TelemetryLine, _ columns: LogColumns, to log: inout LogCollector) {
    var fields = TelemetryLog(columns: columns, step: line.step)
    swap(&fields.log, &log)
    fields.log.hasRows = true
    fields.log.beginRow()
    line.write(to: &fields)
    swap(&fields.log, &log)
  }

  private init(columns: LogColumns, step: Int) {
    self.columns = columns
    self.step = step
  }

  mutating func add(_ name: String, _ value: Double) {
    log.add(columns.name(of: prefix + name), step: step, value)
  }

  mutating func add(_ name: String, _ value: Int) {
    if prefix.isEmpty, name == TelemetryLine.Name.step { return }
    add(name, Double(value))
  }

  mutating func add(_ name: String, _ value: String) {}
  mutating func add(_ name: String, _ values: [Double]) {}
  mutating func add(_ name: String, _ values: some Collection<some BinaryInteger>) {}
  mutating func add(_ name: String, _ values: [String]) {}

  mutating func add(_ name: String, _ body: (inout TelemetryLog) -> Void) {
    let outer = prefix
    prefix += name + "/"
    body(&self)
    prefix = outer
  }

  mutating func add(_ name: String, _ members: [String], _ add: (inout TelemetryLog, String, Int) -> Void) {
    self.add(name) { fields in
      for (index, member) in members.enumerated().sorted(by: {
        $0.element.utf8.lexicographicallyPrecedes($1.element.utf8)
      }) {
        add(&fields, member, index)
      }
    }
  }
}
