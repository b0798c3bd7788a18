import Support

/// Why a figure could not be drawn, or the fonts not be used.
package enum RenderError: Error, Hashable, CustomStringConvertible {
  /// A folder or file of fonts that cannot be used, and why.
  case fonts(path: String, problem: String)
  /// The page of a figure is no page: not finite, empty or too large.
  case pageSize(figure: String, size: String, limit: String)
  /// Something in a figure cannot be drawn: a coordinate that is not a number, a negative width.
  case item(figure: String, problem: String)
  /// Cairo or libpng gave up.
  case library(figure: String, problem: String)

  package var description: String {
    switch self {
    case .fonts(let path, let problem): "\(path): \(problem)"
    case .pageSize(let figure, let size, let limit):
      phrase("renderError.figureFigurePage", ["figure": figure, "size": size, "limit": limit])
    case .item(let figure, let problem):
      phrase("renderError.figureFigureProblem", ["figure": figure, "problem": problem])
    case .library(let figure, let problem):
      phrase("renderError.figureFigureProblem", ["figure": figure, "problem": problem])
    }
  }
}
