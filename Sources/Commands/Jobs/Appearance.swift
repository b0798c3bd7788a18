import Foundation
import Plotting
import Reports
import Support

/// How a report looks: its templates and the themes of its figures, with what a user's folders put in their place.
struct Appearance: Sendable {
  let templates: Templates
  /// That of all figures; nil for those of the page in light and dark, and that of papers in PDF.
  let theme: Theme?
  private let own: [String: Theme]
  /// The user's files that have a part in it.
  private let files: [(role: String, file: URL)]

  static let themesOption = Option(
    "themes", .text("DIR"),
    "option.themes"
  )
  static let templatesOption = Option(
    "templates", .text("DIR"),
    "option.templates")

  /// - Parameters:
  ///   - theme: a theme's name, or the path of its file; `file` where that is another path.
  /// - Throws: `InputError(.usage)` for a theme that is none, and for folders with a file that cannot be used.
  init(
    theme: String? = nil, file: String? = nil, themes: URL? = nil, templates: URL? = nil, assets: Assets
  ) throws {
    self.templates = try Templates(assets: assets.root, overlay: templates)
    let folder = try themes.map { try ThemeFolder($0).themes } ?? []
    own = Dictionary(folder.map { ($0.name, $0.theme) }) { first, _ in first }
    var used = folder.filter { ["screen", "dark", "paper"].contains($0.name) }.map(\.file)
    if let theme {
      if let found = folder.first(where: { $0.name == theme }) {
        (self.theme, used) = (found.theme, [found.file])
      } else if let known = Theme.named.first(where: { $0.name == theme }) {
        (self.theme, used) = (known.theme, [])
      } else {
        let path = URL(filePath: file ?? theme)
        guard FileManager.default.fileExists(atPath: path.path(percentEncoded: false)) else {
          let names =
            folder.map(\.name) + Theme.named.map(\.name).filter { name in !folder.contains { $0.name == name } }
          throw InputError(
            .usage, at: "--theme",
            phrase("error.neitherThemeNor", ["suggestion": suggestion(for: theme, among: names)]),
            expected: names.joined(separator: ", ") + phrase("error.orAJsonFile"), found: "\"\(theme)\"")
        }
        (self.theme, used) = (try Theme(file: path), [path])
      }
    } else {
      self.theme = nil
    }
    files = used.map { ("theme", $0) } + self.templates.own.map { ("template", $0) }
  }

  /// Of what `--theme`, `--themes` and `--templates` say.
  init(_ arguments: Arguments, isForPage: Bool, assets: Assets) throws {
    try self.init(
      theme: arguments.text("theme").flatMap { isForPage && $0 == Theme.screen.name ? nil : $0 },
      themes: arguments.text("themes").map { URL(filePath: $0) },
      templates: arguments.text("templates").map { URL(filePath: $0) }, assets: assets)
  }

  /// The theme of a form of a figure where none was chosen for all.
  func theme(of form: FigureRendition.ThemeName) -> Theme {
    if let theme { return theme }
    let usual: Theme =
      switch form {
      case .screen: .screen
      case .dark: .dark
      case .paper: .paper
      }
    return own[form.rawValue] ?? usual
  }

  /// Digests of the user's files.
  var sources: [Provenance.Source] {
    get throws { try files.map { try Provenance.Source(role: $0.role, file: $0.file) } }
  }
}
