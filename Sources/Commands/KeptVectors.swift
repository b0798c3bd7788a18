import Engine
import Foundation
import Reports
import Support
import Tensors
import Transformers

/// The vectors of sites at every position of the corpus, for work elsewhere: `kept/<site>.safetensors` with `vectors`
/// `[N, C]` (heads one behind the other), `document` and `position`, the number of a row's document and its place there;
/// and `kept/<site>.csv` with document, position, token and label of each row.
struct KeptVectors {
  private let sites: [Site]

  /// - Throws: `InputError(.usage)` for a name that is no site of the model, and for one that has no vector at each
  ///   position.
  init(_ names: [String], _ d: ModelDescription) throws {
    let known = d.sites
    if let twice = names.indices.first(where: { names[..<$0].contains(names[$0]) }) {
      throw InputError(.usage, at: "output.keep", phrase("error.namesSiteTwice"), found: "\"\(names[twice])\"")
    }
    sites = try names.map { name in
      guard let site = Site(text: name), known.contains(site) else {
        throw InputError(
          .usage, at: "output.keep", phrase("error.siteIsNotThere") + suggestion(for: name, among: known.map(\.text)),
          expected: phrase("expected.siteOfDocs"), found: "\"\(name)\"")
      }
      let axes = site.kind.shape
      guard axes.count > 2, axes[1] == .positions, site != .logits || Self.hasRows(d) else {
        throw InputError(
          .usage, at: "output.keep", phrase("error.siteHasNoVectors"), expected: phrase("expected.vectorPerPosition"),
          found: "\"\(name)\"")
      }
      return site
    }
  }

  /// Whether there are logits at each position.
  private static func hasRows(_ d: ModelDescription) -> Bool {
    switch d.head {
    case .languageModel, .maskedLanguageModel, .sequenceToSequence, .tokenClassification: true
    case .none, .sequenceClassification, .imageClassification: false
    }
  }

  /// Reads the corpus once more for each stack and writes the files into a run folder.
  ///
  /// - Throws: As `CorpusRun.show`, and `InputError` where a file cannot be written.
  func write(_ run: CorpusRun, to folder: URL, _ progress: Progress) throws {
    guard !sites.isEmpty else { return }
    let place = folder.appending(path: "kept")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    for role in run.model.description.stacks.map(\.role) {
      let own = sites.filter { $0.kind == .logits ? role == run.model.description.stack.role : $0.stack == role }
      guard !own.isEmpty else { continue }
      progress.begin(phrase("progress.keeping"), of: run.corpus.documents, unit: phrase("unit.documents"))
      var files = try own.map { try Rows(of: $0, leading: run.model.description.image?.leadingTokens ?? 0, in: place) }
      var number = 0
      try run.show(Set(own), of: role) { document, row, trace in
        for index in files.indices { try files[index].add(document, number, row, trace) }
        number += 1
        progress.advance()
      }
      for file in files { try file.finish() }
      progress.end()
    }
  }
}

/// The rows of one site: they go to the disk as they come, and into one file when all are there.
private struct Rows {
  private let site: Site
  /// Tokens before an image's patches; 0 for texts.
  private let leading: Int
  private let base: URL
  private let table: OutputFile
  private let parts: [(name: String, url: URL, file: OutputFile)]
  private var rows = 0
  private var width = 0

  init(of site: Site, leading: Int, in folder: URL) throws {
    self.site = site
    self.leading = leading
    base = folder.appending(path: site.text)
    table = try OutputFile(URL(filePath: base.path(percentEncoded: false) + ".csv"))
    try table.write("row,document,position,token,label\n")
    parts = try ["document", "position", "vectors"].map { name in
      let url = folder.appending(path: ".\(site.text).\(name)")
      return (name, url, try OutputFile(url))
    }
  }

  mutating func add(_ document: TokenizedDocument, _ number: Int, _ row: Int, _ trace: Trace) throws {
    guard let value = trace[site] else { return }
    width = value.shape.dropFirst(2).reduce(1, *)
    let count = min(document.ids.count, value.shape[1])
    // An image's embeddings are those of its patches, without the tokens that lead them.
    let first = site.kind == .embed ? leading : 0
    let start = value.pointer + row * value.shape[1] * width
    try parts[2].file.write(UnsafeRawBufferPointer(start: start, count: count * width * MemoryLayout<Float>.size))
    func write(_ values: [Int64], _ part: Int) throws { try values.withUnsafeBytes { try parts[part].file.write($0) } }
    try write(Array(repeating: Int64(number), count: count), 0)
    try write((0..<count).map { Int64(first + $0) }, 1)
    var text = ""
    for place in 0..<count {
      let t = first + place
      let token = t < document.tokens.count ? document.tokens[t] : "",
        label = t < document.labels.count ? document.labels[t] : nil
      text += "\(rows + place),\(Escaping.csv(document.id)),\(t),\(Escaping.csv(token)),\(Escaping.csv(label ?? ""))\n"
    }
    try table.write(text)
    rows += count
  }

  /// One file of the parts.
  func finish() throws {
    try table.close()
    let sizes = [rows * 8, rows * 8, rows * width * 4], kinds = ["I64", "I64", "F32"]
    let shapes = ["[\(rows)]", "[\(rows)]", "[\(rows),\(width)]"]
    var (end, members) = (0, [String]())
    for (index, part) in parts.enumerated() {
      members.append(
        #""\#(part.name)":{"dtype":"\#(kinds[index])","shape":\#(shapes[index]),"data_offsets":[\#(end),\#(end + sizes[index])]}"#
      )
      end += sizes[index]
    }
    var header = Array("{\(members.joined(separator: ","))}".utf8)
    header += Array(repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    let whole = try OutputFile(URL(filePath: base.path(percentEncoded: false) + ".safetensors"))
    try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try whole.write($0) }
    try whole.write(header)
    for part in parts {
      try part.file.close()
      try Data(contentsOf: part.url, options: .alwaysMapped).withUnsafeBytes { try whole.write($0) }
      try FileManager.default.removeItem(at: part.url)
    }
    try whole.close()
  }
}
