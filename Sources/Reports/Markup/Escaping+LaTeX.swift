extension Escaping {
  /// For LaTeX text mode, with any font encoding. The signs of formulas and of typography become commands, so that
  /// captions compile with pdfLaTeX too; letters of other scripts stay, for engines that have their fonts.
  package static func latex(_ text: String) -> String {
    var result = ""
    for scalar in visible(text).unicodeScalars {
      if let command = commands[scalar] {
        result += command
      } else if let formula = formulas[scalar] {
        result += "\\ensuremath{\(formula)}"
      } else if let (letter, isRaised) = shifted[scalar] {
        result += "\\ensuremath{\(isRaised ? "^" : "_"){\(letter)}}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A sign of formulas as it is written in math mode; nil for a letter, a digit or punctuation.
  static func mathSign(_ scalar: UnicodeScalar) -> String? {
    // Sums are what a capital sigma stands for in formulas.
    if scalar == "Σ" { return "\\sum " }
    if let formula = formulas[scalar] { return formula + (formula.last?.isLetter == true ? " " : "") }
    return shifted[scalar].map { "\($0.isRaised ? "^" : "_"){\($0.letter)}" }
  }

  private static let commands: [UnicodeScalar: String] = [
    "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "#": "\\#", "_": "\\_",
    "%": "\\%", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}", "<": "\\textless{}", ">": "\\textgreater{}",
    "|": "\\textbar{}", "`": "\\textasciigrave{}", "–": "--", "—": "---", "…": "\\ldots{}", "“": "``", "”": "''",
    "‘": "\\textquoteleft{}", "’": "'", "\u{a0}": "~", "§": "\\S{}", "°": "\\ensuremath{^\\circ}",
  ]

  private static let formulas: [UnicodeScalar: String] = [
    "−": "-", "×": "\\times", "÷": "\\div", "·": "\\cdot", "±": "\\pm", "≤": "\\le", "≥": "\\ge", "≈": "\\approx",
    "≠": "\\ne", "∞": "\\infty", "√": "\\surd", "∂": "\\partial", "∇": "\\nabla", "∈": "\\in", "∩": "\\cap",
    "⊇": "\\supseteq", "∘": "\\circ",
    "‖": "\\Vert", "→": "\\to", "←": "\\gets", "↔": "\\leftrightarrow", "⟨": "\\langle", "⟩": "\\rangle",
    "Σ": "\\Sigma", "∑": "\\sum", "∏": "\\prod", "Π": "\\prod", "Δ": "\\Delta", "α": "\\alpha", "β": "\\beta",
    "γ": "\\gamma",
    "δ": "\\delta", "ε": "\\varepsilon", "η": "\\eta", "θ": "\\theta", "κ": "\\kappa", "λ": "\\lambda", "µ": "\\mu",
    "μ": "\\mu", "ν": "\\nu", "π": "\\pi", "ρ": "\\rho", "σ": "\\sigma", "τ": "\\tau", "φ": "\\varphi",
    "χ": "\\chi", "ψ": "\\psi", "ω": "\\omega", "Ω": "\\Omega", "ℓ": "\\ell", "′": "^\\prime",
  ]

  private static let shifted: [UnicodeScalar: (letter: String, isRaised: Bool)] = {
    let raised = zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿᵀ".unicodeScalars, "0123456789+-nT").map { ($0, (String($1), true)) }
    let lowered = zip("₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼₖₗₘₙₚₜᵤ".unicodeScalars, "0123456789+-ijklmnptu").map { ($0, (String($1), false)) }
    return Dictionary(raised + lowered) { first, _ in first }
  }()
}
