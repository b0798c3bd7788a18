import CWords
import Synchronization

/// The sentences of one language by key: ICU messages in JSON, which translators' tools open
/// (`Sources/CWords/en.json`).
package struct Catalogue: Sendable {
  /// "en".
  package let language: String
  private let entries: [String: String]
  private let formats = Formats()

  /// Entries as they have been read so far: few of a catalogue are in one run, and these often.
  private final class Formats: Sendable {
    let known = Mutex<[String: MessageFormat]>([:])
  }

  /// The language of this thread of control.
  @TaskLocal package static var current = english

  package static let english: Catalogue = {
    do { return try Catalogue(language: "en") } catch { fatalError("the program's own catalogue: \(error)") }
  }()

  /// - Throws: `InputError(.usage)` for a language that there is no catalogue of.
  package init(language: String) throws {
    var length = 0
    guard let bytes = words_catalogue(language, &length) else {
      throw InputError(.usage, at: "language", "is not known", expected: "en", found: language)
    }
    try self.init(language: language, Array(UnsafeBufferPointer(start: bytes, count: length)))
  }

  /// - Throws: `InputError` for what is no object of texts.
  package init(language: String, _ json: [UInt8]) throws {
    self.language = language
    let place = "catalogue \(language)"
    entries = try JSONField(JSON(json, place: place, .strict), file: place).fields().reduce(into: [:]) {
      $0[$1.key] = try $1.field.string()
    }
  }

  package var keys: [String] { entries.keys.sorted() }

  package func holds(_ key: String) -> Bool { entries[key] != nil }

  /// The names of an entry's placeholders; nil where there is no entry.
  ///
  /// - Throws: `InputError` for what is no ICU message.
  package func placeholders(of key: String) throws -> Set<String>? { try format(key)?.placeholders }

  private func format(_ key: String) throws -> MessageFormat? {
    if let known = formats.known.withLock({ $0[key] }) { return known }
    guard let text = entries[key] else { return nil }
    let format = try MessageFormat(text, place: "catalogue \(language): \(key)")
    formats.known.withLock { $0[key] = format }
    return format
  }

  /// The words of a message; its key and arguments where the catalogue does not have it, as for a run folder of a later
  /// version.
  package func text(_ message: Message) -> String {
    if message.key == Message.verbatim, case .text(let text)? = message.arguments["text"] { return text }
    guard let entry = try? format(message.key) else {
      let arguments = message.arguments.sorted { $0.key < $1.key }.map { "\($0.key): \(text($0.value))" }
      return arguments.isEmpty ? message.key : "\(message.key) (\(arguments.joined(separator: ", ")))"
    }
    return entry.text(message.arguments, in: self)
  }

  func text(_ argument: Message.Argument) -> String {
    switch argument {
    case .count(let count): return String(count)
    case .text(let text): return text
    case .message(let message): return text(message)
    case .list(let items):
      let items = items.map { text($0) }
      guard let last = items.last, items.count > 1 else { return items.first ?? "" }
      let first = items.dropLast().joined(separator: text(Message("list.separator")))
      return text(Message("list.and", ["items": first, "last": last]))
    }
  }

  /// The plural category of a count (Unicode's rules for cardinals): languages without plurals have `other` alone.
  func plural(_ count: Int) -> String {
    switch language {
    case "zh", "ja", "ko", "vi", "th": "other"
    case "fr", "pt": [0, 1].contains(count) ? "one" : "other"
    default: count == 1 ? "one" : "other"
    }
  }
}
