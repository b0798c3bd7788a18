import Corpora
import Engine
import Foundation
import Support

extension CorpusSettings {
  /// What a job says of a corpus: of any, and of one that a model reads.
  static let fileKeys = ["path", "format", "parallel", "labels", "columns", "text", "pair", "label", "limit"]
  static let keys = fileKeys + ["alignment", "max_tokens", "window", "stride"]

  /// - Parameters:
  ///   - fields: those of `setting` that are known.
  ///   - path: what a path of the job means.
  init(_ setting: Setting, _ fields: [String: Setting], path: (Setting) throws -> URL) throws {
    func place(_ key: String) throws -> String? { try fields[key].map { try path($0).relativePath } }
    guard let file = try place("path") else { throw setting.error(phrase("corpusSettings.hasNoPath")) }
    self.init(file: CorpusFile(path: file))
    self.file.format = try fields["format"]?.member(of: CorpusFormat.self)
    self.file.parallel = try place("parallel")
    self.file.labels = try place("labels")
    self.file.columns = try fields["columns"]?.filledList().map { try $0.text() }
    self.file.text = try fields["text"]?.text()
    self.file.pair = try fields["pair"]?.text()
    self.file.alignment = try self.file.parallel == nil ? fields["alignment"]?.text() : place("alignment")
    label = try fields["label"]?.text()
    limit = try fields["limit"]?.integer(in: 1...Int.max)
    maxTokens = try fields["max_tokens"]?.integer(in: Job.leastTokens...Int.max)
    window = try fields["window"]?.integer(in: Job.leastTokens...Int.max)
    stride = try fields["stride"]?.integer(in: 1...Int.max)
  }

  /// A job's with the options over them. Another corpus takes the job's format, columns and label away, which belonged to
  /// the one it replaces.
  ///
  /// - Throws: `InputError(.usage)` for a file of no known format, and as `windows()`.
  init(_ arguments: Arguments, over job: CorpusSettings?, otherwise: () throws -> URL) throws {
    func path(_ option: String) -> String? { arguments.text(option).map { URL(filePath: $0).relativePath } }
    let replaced = path("corpus").map { CorpusFile(path: $0) }
    self = try job ?? CorpusSettings(file: replaced ?? CorpusFile(path: otherwise().relativePath))
    if let replaced { (file, label) = (replaced, nil) }
    file.parallel = path("parallel") ?? file.parallel
    file.labels = path("labels") ?? file.labels
    file.columns = arguments.list("columns") ?? file.columns
    file.text = arguments.text("text") ?? file.text
    file.pair = arguments.text("pair") ?? file.pair
    file.alignment = arguments.text("alignment") ?? file.alignment
    file.format = arguments.text("format").flatMap(CorpusFormat.init(rawValue:)) ?? file.format
    file.format = try file.format ?? (file.parallel == nil ? CorpusFormat(of: file.path) : .lines)
    label = arguments.text("label") ?? label
    limit = arguments.integer("limit") ?? limit
    maxTokens = arguments.integer("max-tokens") ?? maxTokens
    window = arguments.integer("window") ?? window
    stride = arguments.integer("stride") ?? stride
    _ = try windows()
  }
}

extension CorpusFile {
  var url: URL { URL(filePath: path) }
}
