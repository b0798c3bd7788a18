package import Foundation
import Support

/// The files of `templates/`, with a user's folder laid over them: what it has wins, one file at a time. Each template
/// is read once, when this is made.
package struct Templates: Sendable {
  private let folders: [URL]
  private var parsed: [MustacheTemplate.Partial: MustacheTemplate] = [:]
  /// The user's files, in the order of their names; empty where there is no such folder.
  package let own: [URL]

  /// - Parameters:
  ///   - assets: the folder that holds `templates`.
  ///   - overlay: a folder of files with the same names, of which it needs none; `.mustache` files of other names are
  ///     partials that its templates include. Names that begin with a dot are passed over.
  /// - Throws: `InputError(.usage)` for a folder that is none, a file that nothing asks for, and a template that is not
  ///   sound, includes what is not there, or includes itself.
  package init(assets: URL, overlay: URL? = nil) throws {
    let shipped = assets.appending(path: "templates")
    folders = (overlay.map { [$0] } ?? []) + [shipped]
    own = try overlay.map { try Self.files(of: $0) } ?? []
    let known = try Self.files(of: shipped).map(\.lastPathComponent)
    for name in known + own.map(\.lastPathComponent) where name.hasSuffix(".mustache") {
      try read(MustacheTemplate.Partial(name: String(name.dropLast(".mustache".count))), through: [])
    }
    let included = Set(parsed.values.flatMap(\.partials).map(\.name))
    for url in own {
      let name = url.lastPathComponent
      let stem = url.deletingPathExtension().lastPathComponent
      guard known.contains(name) || url.pathExtension == "mustache" && included.contains(stem) else {
        throw InputError(
          .usage, at: url.path(percentEncoded: false),
          phrase("error.noTemplateSuggestion", ["suggestion": suggestion(for: name, among: known)]),
          expected: known.joined(separator: ", ") + phrase("error.partialOneThem"))
      }
      if try url.pathExtension != "mustache" && file(name)?.lowercased().contains("</style") == true {
        throw InputError(.usage, at: url.path(percentEncoded: false), phrase("error.endsStyleElement"))
      }
    }
  }

  /// What lies in a folder, by name.
  private static func files(of folder: URL) throws -> [URL] {
    let path = folder.path(percentEncoded: false)
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw InputError(.usage, at: path, phrase("error.noFolderTemplates"))
    }
    return names.filter { !$0.hasPrefix(".") }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      .map { folder.appending(path: $0) }
  }

  /// Parses a template and everything that it includes.
  private mutating func read(_ partial: MustacheTemplate.Partial, through path: [String]) throws {
    let name = partial.name
    if path.contains(name) {
      throw InputError(
        .usage, at: phrase("error.templatePlace", ["place": place(of: name)]), phrase("error.includesItself"))
    }
    guard parsed[partial] == nil else { return }
    guard let text = try file(name + ".mustache") else {
      throw InputError(
        .usage, at: phrase("error.templatePlace", ["place": place(of: path.last ?? name)]),
        phrase("error.includesNameNot", ["name": name]),
        expected: phrase("expected.nameMustacheBeside", ["name": name]))
    }
    let template = try MustacheTemplate(text, name: place(of: name), indentation: partial.indentation)
    for inner in template.partials { try read(inner, through: path + [name]) }
    parsed[partial] = template
  }

  /// The path of a user's template, the bare name of the program's own.
  private func place(of name: String) -> String {
    own.first { $0.lastPathComponent == name + ".mustache" }?.path(percentEncoded: false) ?? name
  }

  /// The content of a file; nil where no folder has it.
  ///
  /// - Throws: `InputError` where it is there but cannot be read as UTF-8.
  package func file(_ name: String) throws -> String? {
    for folder in folders {
      let url = folder.appending(path: name)
      let path = url.path(percentEncoded: false)
      guard FileManager.default.fileExists(atPath: path) else { continue }
      guard let data = FileManager.default.contents(atPath: path) else {
        throw InputError(.usage, at: path, phrase("error.cannotBeRead"))
      }
      guard let text = String(validating: data, as: UTF8.self) else {
        throw InputError(.usage, at: path, phrase("error.notValidUtf"))
      }
      return text
    }
    return nil
  }

  /// Fills `<name>.mustache`; partials are files beside it.
  ///
  /// - Throws: `InputError` where there is no such template.
  package func render(_ name: String, _ value: TemplateValue) throws -> String {
    guard let template = parsed[MustacheTemplate.Partial(name: name)] else {
      throw InputError(
        .usage, at: folders.map { $0.path(percentEncoded: false) }.joined(separator: ", "),
        phrase("error.hasNoTemplate", ["name": name]))
    }
    return try template.render(value) { parsed[$0] }
  }
}
